/*
 * The one opener of every socket that may need privilege.
 *
 * A request is plain data, so that what it asks for can be granted by another process. Every socket comes
 * close-on-exec and non-blocking, and receives nothing yet that its caller has not asked for: packet sockets
 * are open with protocol 0, to be given their filter, and only then to be bound.
 */
#ifndef PKT_SOCKET_H
#define PKT_SOCKET_H

#include "base.h"

PKT_BEGIN

/* Weakest first within each purpose: take the first that does the job. Values are ABI: append only. */
enum pkt_socket_kind {
    PKT_SOCKET_ICMP4_DATAGRAM = 1, /* echo only; net.ipv4.ping_group_range decides who may, root included */
    PKT_SOCKET_ICMP6_DATAGRAM,     /* likewise; the same setting decides */
    PKT_SOCKET_RAW4,               /* raw(7); CAP_NET_RAW */
    PKT_SOCKET_RAW6,               /* raw(7), RFC 3542; CAP_NET_RAW */
    PKT_SOCKET_PACKET,             /* packet(7) with link-layer headers; CAP_NET_RAW */
    PKT_SOCKET_PACKET_COOKED,      /* packet(7) without them; CAP_NET_RAW */
};

/* What is asked for. Zero means the default everywhere but in size and kind. */
struct pkt_socket_request {
    size_t size;          /* sizeof(struct pkt_socket_request) as the caller was compiled */
    int kind;             /* enum pkt_socket_kind */
    uint8_t protocol;     /* RAW4, RAW6: IANA protocol number; 0 with header_included: IPPROTO_RAW, which
                             sends any and receives none. 0 for all other kinds */
    bool header_included; /* RAW4, RAW6: what is sent begins with the IP header (IP_HDRINCL, IPV6_HDRINCL) */
};

/*
 * Opens a socket.
 *
 * ret_fd  the caller's to close; set on success only
 *
 * Fails with PKT_E_ARGUMENT (a request that makes no sense), PKT_E_UNSUPPORTED (this kernel has no such
 * family or protocol, or the request is from a newer header) or PKT_E_SYSTEM. Where privilege is missing
 * (system_errno EPERM or EACCES) the sentence names the first way out with the line to paste, and
 * pkt_socket_advice has all of them.
 */
PKT_API PKT_NODISCARD int pkt_socket_open(const struct pkt_socket_request *request, int *ret_fd,
                                          struct pkt_error *reterr_error);

/* What a kind is called in messages, such as "raw IPv4 socket". Static storage. */
PKT_API const char *pkt_socket_kind_name(int kind);

/*
 * The ways to the privilege that a kind of socket needs: several lines, each way with the line to paste, to
 * be shown beneath the sentence of a failure. Static storage; "" for a kind that does not exist.
 */
PKT_API const char *pkt_socket_advice(int kind);

PKT_END

#endif
