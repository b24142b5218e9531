/*
 * Reading the error queue of a socket in batches.
 */
#include "error_queue.h"

#include <string.h>

static void set_up(struct error_queue *queue, unsigned i)
{
    queue->vectors[i] = (struct iovec){queue->quotes[i], ERROR_QUEUE_QUOTE};
    queue->messages[i] = (struct mmsghdr){
        .msg_hdr = {.msg_name = &queue->names[i],
                    .msg_namelen = sizeof queue->names[i],
                    .msg_iov = &queue->vectors[i],
                    .msg_iovlen = 1,
                    .msg_control = queue->controls[i],
                    .msg_controllen = sizeof queue->controls[i]}
    };
}

unsigned error_queue_read(struct error_queue *queue, int fd)
{
    unsigned stale = queue->ready ? queue->used : ERROR_QUEUE_BATCH;
    for (unsigned i = 0; i < stale; i++)
        set_up(queue, i);
    queue->ready = true;
    int count = recvmmsg(fd, queue->messages, ERROR_QUEUE_BATCH, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);
    queue->used = count < 0 ? 0 : (unsigned)count;
    return queue->used;
}

struct pkt_view error_queue_bytes(const struct error_queue *queue, unsigned i)
{
    return pkt_view_make(queue->quotes[i], queue->messages[i].msg_len);
}

static bool is_error(const struct cmsghdr *control)
{
    bool is_ip = (control->cmsg_level == SOL_IP && control->cmsg_type == IP_RECVERR) ||
                 (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_RECVERR);
    return is_ip && control->cmsg_len >= CMSG_LEN(sizeof(struct sock_extended_err));
}

bool error_queue_error(struct error_queue *queue, unsigned i, struct error_queue_error *ret_error)
{
    struct msghdr *message = &queue->messages[i].msg_hdr;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (!is_error(c))
            continue;
        size_t len = c->cmsg_len - CMSG_LEN(0);
        *ret_error = (struct error_queue_error){0};
        memcpy(ret_error, CMSG_DATA(c), len < sizeof *ret_error ? len : sizeof *ret_error);
        return true;
    }
    return false;
}
