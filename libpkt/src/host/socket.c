/*
 * The one opener of every socket that may need privilege, and what to do where it is missing.
 */
#include "pkt/socket.h"
#include "fail.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36 /* <linux/in6.h>; Linux 4.5 */
#endif

#define ADVICE_SUDO "run it by sudo:        sudo COMMAND\n"
#define ADVICE_NAMESPACE \
    "try it by itself:      unshare -Urn COMMAND   (a network of its own, without this machine's)\n"
#define ADVICE_PING                                                                    \
    "allow echo to all:     sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'\n" \
    "and after each boot:   echo 'net.ipv4.ping_group_range = 0 2147483647' |"         \
    " sudo tee /etc/sysctl.d/60-ping.conf\n"

static const struct kind {
    const char *name;
    const char *advice;
    int family;
    int type;
    int protocol;      /* of kinds that cannot choose */
    bool chooses;      /* its protocol, and who makes the header */
    int header_level;  /* the option that says who makes the header */
    int header_option; /* likewise */
} kinds[] = {
    [PKT_SOCKET_ICMP4_DATAGRAM] = {"ICMP datagram socket",   ADVICE_PING ADVICE_SUDO,      AF_INET,   SOCK_DGRAM,
                                   IPPROTO_ICMP,                                                                     false, 0, 0           },
    [PKT_SOCKET_ICMP6_DATAGRAM] = {"ICMPv6 datagram socket", ADVICE_PING ADVICE_SUDO,      AF_INET6,  SOCK_DGRAM,
                                   IPPROTO_ICMPV6,                                                                   false, 0, 0           },
    [PKT_SOCKET_RAW4] = {"raw IPv4 socket",        ADVICE_SUDO ADVICE_NAMESPACE, AF_INET,   SOCK_RAW,   0, true,
                                   IPPROTO_IP,                                                                                 IP_HDRINCL  },
    [PKT_SOCKET_RAW6] = {"raw IPv6 socket",        ADVICE_SUDO ADVICE_NAMESPACE, AF_INET6,  SOCK_RAW,   0, true,
                                   IPPROTO_IPV6,                                                                               IPV6_HDRINCL},
    [PKT_SOCKET_PACKET] = {"packet socket",          ADVICE_SUDO ADVICE_NAMESPACE, AF_PACKET, SOCK_RAW,   0, false, 0,
                                   0                                                                                                       },
    [PKT_SOCKET_PACKET_COOKED] = {"cooked packet socket",   ADVICE_SUDO ADVICE_NAMESPACE, AF_PACKET, SOCK_DGRAM,
                                   0,                                                                                false, 0, 0           },
};

static const struct kind *find_kind(int kind)
{
    bool known = kind >= PKT_SOCKET_ICMP4_DATAGRAM && (size_t)kind < sizeof kinds / sizeof *kinds;
    return known ? &kinds[kind] : NULL;
}

const char *pkt_socket_kind_name(int kind)
{
    const struct kind *known = find_kind(kind);
    return known == NULL ? "unknown socket" : known->name;
}

const char *pkt_socket_advice(int kind)
{
    const struct kind *known = find_kind(kind);
    return known == NULL ? "" : known->advice;
}

/* What net.ipv4.ping_group_range says, as "1 0"; "unknown" where it cannot be read. */
static void read_range(char *ret_text, int size)
{
    FILE *file = fopen("/proc/sys/net/ipv4/ping_group_range", "re");
    if (file == NULL || fgets(ret_text, size, file) == NULL)
        snprintf(ret_text, (size_t)size, "unknown");
    if (file != NULL)
        fclose(file);
    ret_text[strcspn(ret_text, "\n")] = '\0';
    char *tab = strchr(ret_text, '\t');
    if (tab != NULL)
        *tab = ' ';
}

static int fail_privilege(const struct kind *kind, int system_errno, struct pkt_error *reterr_error)
{
    char range[32];
    if (kind->type != SOCK_DGRAM || kind->family == AF_PACKET)
        host_fail(reterr_error, PKT_E_SYSTEM, "%s: CAP_NET_RAW is missing: run it by sudo", kind->name);
    else {
        read_range(range, sizeof range);
        host_fail(reterr_error, PKT_E_SYSTEM,
                  "%s: group %u is not in net.ipv4.ping_group_range (%s): "
                  "sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'",
                  kind->name, (unsigned)getegid(), range);
    }
    reterr_error->system_errno = system_errno;
    return PKT_E_SYSTEM;
}

static int fail_open(const struct kind *kind, struct pkt_error *reterr_error)
{
    int system_errno = errno;
    if (system_errno == EPERM || system_errno == EACCES)
        return fail_privilege(kind, system_errno, reterr_error);
    int result = host_fail_system(reterr_error, system_errno, "%s: cannot be opened", kind->name);
    if (system_errno == EAFNOSUPPORT || system_errno == EPROTONOSUPPORT)
        result = reterr_error->code = PKT_E_UNSUPPORTED;
    return result;
}

static int check(const struct pkt_socket_request *request, const struct kind *kind,
                 struct pkt_error *reterr_error)
{
    if (kind == NULL)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "there is no socket of kind %d", request->kind);
    if (!kind->chooses && (request->protocol != 0 || request->header_included))
        return host_fail(reterr_error, PKT_E_ARGUMENT, "%s: takes neither a protocol nor IP headers",
                         kind->name);
    if (kind->chooses && request->protocol == 0 && !request->header_included)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "%s: which protocol?", kind->name);
    return 0;
}

static int protocol_of(const struct pkt_socket_request *request, const struct kind *kind)
{
    if (!kind->chooses)
        return kind->protocol;
    return request->protocol == 0 ? IPPROTO_RAW : request->protocol;
}

/* Set in both directions: a socket of IPPROTO_RAW begins with headers included in IPv4, and in IPv6 does not.
 */
static int set_header(int fd, const struct pkt_socket_request *request, const struct kind *kind,
                      struct pkt_error *reterr_error)
{
    int included = request->header_included;
    if (!kind->chooses ||
        setsockopt(fd, kind->header_level, kind->header_option, &included, sizeof included) == 0)
        return 0;
    return host_fail_system(reterr_error, errno, "%s: whether headers are included", kind->name);
}

int pkt_socket_open(const struct pkt_socket_request *request, int *ret_fd, struct pkt_error *reterr_error)
{
    struct pkt_socket_request taken;
    int result = host_take(request, &taken, sizeof taken, reterr_error);
    if (result < 0)
        return result;
    const struct kind *kind = find_kind(taken.kind);
    result = check(&taken, kind, reterr_error);
    if (result < 0)
        return result;
    int fd = socket(kind->family, kind->type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol_of(&taken, kind));
    if (fd < 0)
        return fail_open(kind, reterr_error);
    result = set_header(fd, &taken, kind, reterr_error);
    if (result < 0) {
        close(fd);
        return result;
    }
    *ret_fd = fd;
    return 0;
}
