/*
 * Reading a descriptor.
 */
#include "fail.h"
#include "input.h"

#include <errno.h>
#include <unistd.h>

/* A signal that interrupts the wait is for the caller to see, who then calls again. */
static bool comes_later(int system_errno)
{
    return system_errno == EAGAIN || system_errno == EWOULDBLOCK || system_errno == EINTR;
}

static int fd_read(struct capture_input *input, uint8_t *buffer, size_t size, size_t *ret_len,
                   struct pkt_error *reterr_error)
{
    struct fd_input *self = (struct fd_input *)input;
    ssize_t len = read(self->fd, buffer, size);
    if (len < 0 && comes_later(errno))
        return capture_fail_again(reterr_error, self->name);
    if (len < 0)
        return capture_fail_system(reterr_error, errno, self->name, "cannot be read");
    *ret_len = (size_t)len;
    return len > 0;
}

static void fd_close(struct capture_input *input)
{
    (void)input;
}

void fd_input_init(struct fd_input *input, int fd, const char *name)
{
    *input = (struct fd_input){
        {fd_read, fd_close},
        fd, name
    };
}
