/*
 * Questions to the kernel over rtnetlink, and safe reading of its messages.
 */
#ifndef HOST_NETLINK_H
#define HOST_NETLINK_H

#include "fail.h"
#include "pkt/host.h"
#include "pkt/ip.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

enum {
    NETLINK_BUFFER_SIZE = 32768, /* the kernel fills a dump's datagrams up to this */
    NETLINK_REQUEST_SIZE = 512,  /* the longest request of this room, an alternative name included */
    NETLINK_ATTRIBUTES_MAX = 64, /* types above are not looked at */
};

struct pkt_host {
    struct mnl_socket *socket;
    unsigned portid;
    uint32_t sequence;
    char kernel_says[96]; /* the kernel's own words on the last failure; may be empty */
    _Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_BUFFER_SIZE];
};

/* A request under construction. */
struct netlink_request {
    union {
        struct nlmsghdr header;
        uint8_t bytes[NETLINK_REQUEST_SIZE];
    } message;
};

/* Attributes by type; NULL where there is none. */
struct netlink_attributes {
    const struct nlattr *at[NETLINK_ATTRIBUTES_MAX];
};

/* Called for each message of an answer. */
typedef void netlink_take(void *context, const struct nlmsghdr *message);

/* Begins a request with its family's header of that size, zeroed, which is returned. */
void *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, size_t header_size);

/* Appends an attribute; there is room for all that this room sends. */
void netlink_put(struct netlink_request *request, uint16_t type, const void *bytes, size_t len);
void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value);
void netlink_put_ip(struct netlink_request *request, uint16_t type, struct pkt_ip ip);

/*
 * Sends a request and takes its answer to the end. Returns 0 or an errno; EINTR where a dump changed while it
 * was made, and what was taken is not to be trusted.
 */
int netlink_ask(struct pkt_host *host, struct netlink_request *request, netlink_take *take, void *context);

/* As netlink_ask for a dump: one that changed is made again, after restart(context). */
int netlink_dump(struct pkt_host *host, struct netlink_request *request, netlink_take *take,
                 void (*restart)(void *context), void *context);

/* The family's header of a message; NULL where the message is shorter. */
const void *netlink_header(const struct nlmsghdr *message, size_t header_size);

/* The attributes behind the family's header, and those inside of another (NULL: none). */
void netlink_read(const struct nlmsghdr *message, size_t header_size,
                  struct netlink_attributes *ret_attributes);
void netlink_read_nested(const struct nlattr *attribute, struct netlink_attributes *ret_attributes);

/* Values of attributes; 0 where it is missing or shorter than that. */
uint8_t netlink_u8(const struct nlattr *attribute);
uint16_t netlink_u16(const struct nlattr *attribute);
uint32_t netlink_u32(const struct nlattr *attribute);

/* A text cut to fit, with its NUL. */
void netlink_text(const struct nlattr *attribute, char *ret_text, size_t size);

/* An address of 4 or 16 bytes; version 0 for all else. */
struct pkt_ip netlink_ip(const struct nlattr *attribute);

/* Copies len bytes; false, and nothing copied, where the attribute has another length. */
bool netlink_bytes(const struct nlattr *attribute, void *ret_bytes, size_t len);

/* AF_INET, AF_INET6 or AF_UNSPEC. */
uint8_t netlink_family(uint8_t version);

/* "WHAT: text of errno (the kernel's words)". Returns PKT_E_SYSTEM. */
int netlink_fail(const struct pkt_host *host, struct pkt_error *reterr_error, int system_errno,
                 const char *format, ...) PKT_PRINTF(4, 5);

/* An address as text, for sentences. */
enum { HOST_IP_TEXT_SIZE = 48 };
const char *host_ip_text(struct pkt_ip ip, char *ret_text);

#endif
