/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of libmnl that libpkt calls, for statically linked tools: see static.cmake. Names and
 * meanings are those of <libmnl/libmnl.h>.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct mnl_socket {
    int fd;
    struct sockaddr_nl address;
};

/* --- sockets --- */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
    struct mnl_socket *socket_of = calloc(1, sizeof *socket_of);
    if (socket_of == NULL)
        return NULL;
    socket_of->fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
    if (socket_of->fd >= 0)
        return socket_of;
    free(socket_of);
    return NULL;
}

/* The kernel chooses the port where it is asked for none. */
int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
    socklen_t len = sizeof nl->address;
    nl->address = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (uint32_t)pid};
    if (bind(nl->fd, (struct sockaddr *)&nl->address, len) < 0)
        return -1;
    return getsockname(nl->fd, (struct sockaddr *)&nl->address, &len);
}

int mnl_socket_close(struct mnl_socket *nl)
{
    int result = close(nl->fd);
    free(nl);
    return result;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
    return nl->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
    return nl->address.nl_pid;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz)
{
    static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(nl->fd, req, siz, 0, (const struct sockaddr *)&kernel, sizeof kernel);
}

/* A datagram that does not fit is ENOSPC. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t siz)
{
    struct sockaddr_nl from;
    struct iovec vector = {buf, siz};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &vector, .msg_iovlen = 1};
    ssize_t received = recvmsg(nl->fd, &message, 0);
    if (received < 0 || !(message.msg_flags & MSG_TRUNC))
        return received;
    errno = ENOSPC;
    return -1;
}

/* --- messages --- */

struct nlmsghdr *mnl_nlmsg_put_header(void *buf)
{
    struct nlmsghdr *header = buf;
    memset(header, 0, MNL_NLMSG_HDRLEN);
    header->nlmsg_len = MNL_NLMSG_HDRLEN;
    return header;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size)
{
    char *extra = (char *)nlh + nlh->nlmsg_len;
    memset(extra, 0, MNL_ALIGN(size));
    nlh->nlmsg_len += MNL_ALIGN(size);
    return extra;
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *nlh)
{
    return (char *)nlh + MNL_NLMSG_HDRLEN;
}

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *nlh)
{
    return nlh->nlmsg_len - MNL_NLMSG_HDRLEN;
}

bool mnl_nlmsg_ok(const struct nlmsghdr *nlh, int len)
{
    return len >= (int)sizeof *nlh && nlh->nlmsg_len >= sizeof *nlh && nlh->nlmsg_len <= (unsigned)len;
}

struct nlmsghdr *mnl_nlmsg_next(const struct nlmsghdr *nlh, int *len)
{
    *len -= (int)MNL_ALIGN(nlh->nlmsg_len);
    return (struct nlmsghdr *)((char *)nlh + MNL_ALIGN(nlh->nlmsg_len));
}

/* --- attributes --- */

uint16_t mnl_attr_get_type(const struct nlattr *attr)
{
    return attr->nla_type & NLA_TYPE_MASK;
}

void *mnl_attr_get_payload(const struct nlattr *attr)
{
    return (char *)attr + MNL_ATTR_HDRLEN;
}

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr)
{
    return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN);
}

bool mnl_attr_ok(const struct nlattr *attr, int len)
{
    return len >= (int)sizeof *attr && attr->nla_len >= sizeof *attr && (int)attr->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr)
{
    return (struct nlattr *)((char *)attr + MNL_ALIGN(attr->nla_len));
}

void mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t len, const void *data)
{
    struct nlattr *attribute = (struct nlattr *)((char *)nlh + MNL_ALIGN(nlh->nlmsg_len));
    size_t size = MNL_ALIGN(MNL_ATTR_HDRLEN + len);
    memset(attribute, 0, size);
    attribute->nla_type = type;
    attribute->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + len);
    memcpy(mnl_attr_get_payload(attribute), data, len);
    nlh->nlmsg_len += (uint32_t)size;
}
