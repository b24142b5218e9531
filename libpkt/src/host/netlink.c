/*
 * Questions to the kernel over rtnetlink, and safe reading of its messages.
 */
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum {
    ANSWER_TIMEOUT_S = 5, /* the kernel answers at once; a request that was lost must not hang us */
    DUMP_TRIES = 16,
};

int pkt_host_open(struct pkt_host **ret_host, struct pkt_error *reterr_error)
{
    struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};
    int on = 1;
    struct pkt_host *host = calloc(1, sizeof *host);
    if (host == NULL)
        return host_fail(reterr_error, PKT_E_MEMORY, "out of memory");
    host->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (host->socket == NULL || mnl_socket_bind(host->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        host_fail_system(reterr_error, errno, "netlink socket");
        pkt_host_close(host);
        return PKT_E_SYSTEM;
    }
    int fd = mnl_socket_get_fd(host->socket);
    host->portid = mnl_socket_get_portid(host->socket);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on); /* Linux 4.12 */
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on); /* errors without the request */
    *ret_host = host;
    return 0;
}

void pkt_host_close(struct pkt_host *host)
{
    if (host == NULL)
        return;
    if (host->socket != NULL)
        mnl_socket_close(host->socket);
    free(host);
}

/* --- requests --- */

void *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, size_t header_size)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(request->message.bytes);
    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    return mnl_nlmsg_put_extra_header(header, header_size);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *bytes, size_t len)
{
    mnl_attr_put(&request->message.header, type, len, bytes);
}

void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value)
{
    netlink_put(request, type, &value, sizeof value);
}

void netlink_put_ip(struct netlink_request *request, uint16_t type, struct pkt_ip ip)
{
    if (ip.version == 4)
        netlink_put(request, type, ip.ip4.byte, sizeof ip.ip4.byte);
    if (ip.version == 6)
        netlink_put(request, type, ip.ip6.byte, sizeof ip.ip6.byte);
}

/* --- answers --- */

/* What begins on a boundary of 4 bytes (netlink(7)). */
static size_t align(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

enum progress {
    MORE,
    FINISHED,
};

/* The kernel's words (NLMSGERR_ATTR_MSG) behind the error and, without CAP_ACK, the request. */
static void keep_words(struct pkt_host *host, const struct nlmsghdr *message)
{
    const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
    size_t skip = sizeof *error;
    host->kernel_says[0] = '\0';
    if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(message->nlmsg_flags & NLM_F_CAPPED))
        skip += align(error->msg.nlmsg_len) - sizeof error->msg;
    struct netlink_attributes attributes;
    netlink_read(message, skip, &attributes);
    netlink_text(attributes.at[NLMSGERR_ATTR_MSG], host->kernel_says, sizeof host->kernel_says);
}

/* NLMSG_ERROR: an errno, or 0 for "done as asked". */
static int read_verdict(struct pkt_host *host, const struct nlmsghdr *message)
{
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nlmsgerr))
        return EPROTO;
    keep_words(host, message);
    const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
    return error->error < 0 ? -error->error : error->error;
}

/* Takes one message that belongs to our question. */
static enum progress take_message(struct pkt_host *host, const struct nlmsghdr *message, netlink_take *take,
                                  void *context, int *ret_errno)
{
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        *ret_errno = EINTR;
    if (message->nlmsg_type == NLMSG_ERROR) {
        *ret_errno = read_verdict(host, message);
        return FINISHED;
    }
    if (message->nlmsg_type == NLMSG_DONE)
        return FINISHED;
    if (message->nlmsg_type >= NLMSG_MIN_TYPE && take != NULL)
        take(context, message);
    return message->nlmsg_flags & NLM_F_MULTI || take == NULL ? MORE : FINISHED;
}

/* Takes one datagram; answers to older questions are passed over. */
static enum progress take_datagram(struct pkt_host *host, size_t received, netlink_take *take, void *context,
                                   int *ret_errno)
{
    const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)host->buffer;
    int left = (int)received;
    enum progress progress = MORE;
    while (progress == MORE && mnl_nlmsg_ok(message, left)) {
        if (message->nlmsg_seq == host->sequence && message->nlmsg_pid == host->portid)
            progress = take_message(host, message, take, context, ret_errno);
        message = mnl_nlmsg_next(message, &left);
    }
    return progress;
}

int netlink_ask(struct pkt_host *host, struct netlink_request *request, netlink_take *take, void *context)
{
    int result = 0;
    host->kernel_says[0] = '\0';
    request->message.header.nlmsg_seq = ++host->sequence;
    if (mnl_socket_sendto(host->socket, request->message.bytes, request->message.header.nlmsg_len) < 0)
        return errno;
    for (;;) {
        ssize_t received = mnl_socket_recvfrom(host->socket, host->buffer, sizeof host->buffer);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0)
            return errno == EAGAIN ? ETIMEDOUT : errno;
        if (take_datagram(host, (size_t)received, take, context, &result) == FINISHED)
            return result;
    }
}

int netlink_dump(struct pkt_host *host, struct netlink_request *request, netlink_take *take,
                 void (*restart)(void *context), void *context)
{
    int result = EINTR;
    for (int i = 0; i < DUMP_TRIES && result == EINTR; i++) {
        restart(context);
        result = netlink_ask(host, request, take, context);
    }
    return result;
}

/* --- reading --- */

const void *netlink_header(const struct nlmsghdr *message, size_t header_size)
{
    return mnl_nlmsg_get_payload_len(message) < header_size ? NULL : mnl_nlmsg_get_payload(message);
}

static void read_attributes(const uint8_t *bytes, size_t len, struct netlink_attributes *ret_attributes)
{
    const uint8_t *end = bytes + len;
    const struct nlattr *attribute = (const struct nlattr *)(const void *)bytes;
    *ret_attributes = (struct netlink_attributes){{NULL}};
    while (mnl_attr_ok(attribute, (int)(end - (const uint8_t *)attribute))) {
        uint16_t type = mnl_attr_get_type(attribute);
        if (type < NETLINK_ATTRIBUTES_MAX)
            ret_attributes->at[type] = attribute;
        attribute = mnl_attr_next(attribute);
    }
}

void netlink_read(const struct nlmsghdr *message, size_t header_size,
                  struct netlink_attributes *ret_attributes)
{
    size_t len = mnl_nlmsg_get_payload_len(message);
    size_t skip = align(header_size) < len ? align(header_size) : len;
    read_attributes((const uint8_t *)mnl_nlmsg_get_payload(message) + skip, len - skip, ret_attributes);
}

void netlink_read_nested(const struct nlattr *attribute, struct netlink_attributes *ret_attributes)
{
    *ret_attributes = (struct netlink_attributes){{NULL}};
    if (attribute != NULL)
        read_attributes(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute), ret_attributes);
}

/* The first len bytes of the payload, or zeroes. */
static void read_number(const struct nlattr *attribute, void *ret_number, size_t len)
{
    memset(ret_number, 0, len);
    if (attribute != NULL && mnl_attr_get_payload_len(attribute) >= len)
        memcpy(ret_number, mnl_attr_get_payload(attribute), len);
}

uint8_t netlink_u8(const struct nlattr *attribute)
{
    uint8_t value;
    read_number(attribute, &value, sizeof value);
    return value;
}

uint16_t netlink_u16(const struct nlattr *attribute)
{
    uint16_t value;
    read_number(attribute, &value, sizeof value);
    return value;
}

uint32_t netlink_u32(const struct nlattr *attribute)
{
    uint32_t value;
    read_number(attribute, &value, sizeof value);
    return value;
}

void netlink_text(const struct nlattr *attribute, char *ret_text, size_t size)
{
    size_t len = attribute == NULL ? 0 : mnl_attr_get_payload_len(attribute);
    len = len < size ? len : size - 1;
    memset(ret_text, 0, size);
    if (len > 0)
        memcpy(ret_text, mnl_attr_get_payload(attribute), len);
}

bool netlink_bytes(const struct nlattr *attribute, void *ret_bytes, size_t len)
{
    if (attribute == NULL || mnl_attr_get_payload_len(attribute) != len)
        return false;
    memcpy(ret_bytes, mnl_attr_get_payload(attribute), len);
    return true;
}

struct pkt_ip netlink_ip(const struct nlattr *attribute)
{
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    if (netlink_bytes(attribute, ip4.byte, sizeof ip4.byte))
        return pkt_ip_from4(ip4);
    if (netlink_bytes(attribute, ip6.byte, sizeof ip6.byte))
        return pkt_ip_from6(ip6);
    return (struct pkt_ip){0};
}

uint8_t netlink_family(uint8_t version)
{
    if (version == 0)
        return AF_UNSPEC;
    return version == 4 ? AF_INET : AF_INET6;
}

/* --- sentences --- */

int netlink_fail(const struct pkt_host *host, struct pkt_error *reterr_error, int system_errno,
                 const char *format, ...)
{
    char what[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    host_fail_system(reterr_error, system_errno, "%s", what);
    size_t used = strlen(reterr_error->sentence);
    if (host->kernel_says[0] != '\0')
        snprintf(reterr_error->sentence + used, sizeof reterr_error->sentence - used, " (%s)",
                 host->kernel_says);
    return PKT_E_SYSTEM;
}

const char *host_ip_text(struct pkt_ip ip, char *ret_text)
{
    const void *bytes = ip.version == 4 ? (const void *)ip.ip4.byte : ip.ip6.byte;
    if (ip.version == 0 || inet_ntop(netlink_family(ip.version), bytes, ret_text, HOST_IP_TEXT_SIZE) == NULL)
        snprintf(ret_text, HOST_IP_TEXT_SIZE, "no address");
    return ret_text;
}
