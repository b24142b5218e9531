/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking with c-ares: its sockets and its timer on the event loop.
 */
#include "resolver_internal.h"

#ifdef PKT_HAVE_CARES

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    TRIES = 2,
    TIMEOUT_PARTS = 3, /* the second try waits twice as long as the first */
    REVERSE_TTL_S = 300,
};

struct resolver_backend {
    struct loop *loop;
    ares_channel channel;
    struct loop_timer timer;
};

bool resolver_can_reverse(void)
{
    return true;
}

/* --- sockets of c-ares --- */

/* Made as they are to be at once: close-on-exec is not set by a call of its own, which the sandbox refuses.
 */
static ares_socket_t socket_open(int family, int type, int protocol, void *context)
{
    (void)context;
    return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

static int socket_close(ares_socket_t fd, void *context)
{
    (void)context;
    return close(fd);
}

static int socket_connect(ares_socket_t fd, const struct sockaddr *address, ares_socklen_t size,
                          void *context)
{
    (void)context;
    return connect(fd, address, size);
}

static ares_ssize_t socket_receive(ares_socket_t fd, void *bytes, size_t size, int flags,
                                   struct sockaddr *address, ares_socklen_t *address_size, void *context)
{
    (void)context;
    return recvfrom(fd, bytes, size, flags, address, address_size);
}

/* A server that hangs up must not end the process. */
static ares_ssize_t socket_send(ares_socket_t fd, const struct iovec *parts, int count, void *context)
{
    (void)context;
    struct iovec copy[16];
    size_t n = count < 16 ? (size_t)count : 16;
    memcpy(copy, parts, n * sizeof *copy);
    const struct msghdr message = {.msg_iov = copy, .msg_iovlen = n};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
    .asocket = socket_open,
    .aclose = socket_close,
    .aconnect = socket_connect,
    .arecvfrom = socket_receive,
    .asendv = socket_send,
};

/* --- on the loop --- */

/* When c-ares wants to be called. A millisecond more: its clock reads later than ours. */
static void arm(struct resolver_backend *backend)
{
    struct timeval wait;
    if (ares_timeout(backend->channel, NULL, &wait) == NULL) {
        loop_timer_stop(backend->loop, &backend->timer);
        return;
    }
    int64_t wait_ns = wait.tv_sec * PKT_NS_PER_S + wait.tv_usec * INT64_C(1000) + INT64_C(1000000);
    const struct pkt_mono due = {loop_now(backend->loop).ns + wait_ns};
    (void)loop_timer_start(backend->loop, &backend->timer, due);
}

static void on_timer(struct loop *loop, void *context, int64_t late_ns)
{
    (void)loop;
    (void)late_ns;
    struct resolver_backend *backend = context;
    ares_process_fd(backend->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm(backend);
}

static void on_ready(struct loop *loop, void *context, int fd, short events)
{
    (void)loop;
    struct resolver_backend *backend = context;
    const int writable = POLLOUT;
    ares_process_fd(backend->channel, (events & ~writable) != 0 ? fd : ARES_SOCKET_BAD,
                    (events & writable) != 0 ? fd : ARES_SOCKET_BAD);
    arm(backend);
}

static void on_socket_state(void *context, ares_socket_t fd, int readable, int writable)
{
    struct resolver_backend *backend = context;
    const short events = (short)((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
    if (events == 0)
        loop_unwatch(backend->loop, fd);
    else if (!loop_watch(backend->loop, fd, events, on_ready, backend))
        loop_watch_change(backend->loop, fd, events);
}

/* --- beginning and end --- */

static int channel_open(struct resolver_backend *backend, const struct resolver_options *options,
                        int64_t timeout_ns)
{
    char hosts_and_servers[] = "fb";
    char servers[] = "b";
    char no_configuration[] = "/dev/null";
    int64_t part_ms = timeout_ns / TIMEOUT_PARTS / 1000000;
    struct ares_options wanted = {
        .timeout = part_ms < 1         ? 1
                   : part_ms > 3600000 ? 3600000
                                       : (int)part_ms,
        .tries = TRIES,
        .lookups = options->skip_hosts ? servers : hosts_and_servers,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = backend,
        .resolvconf_path = no_configuration,
    };
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
    if (options->servers != NULL)
        mask |= ARES_OPT_RESOLVCONF | ARES_OPT_DOMAINS;
    int status = ares_init_options(&backend->channel, &wanted, mask);
    if (status != ARES_SUCCESS)
        return status;
    ares_set_socket_functions(backend->channel, &socket_functions, NULL);
    if (options->servers != NULL)
        status = ares_set_servers_ports_csv(backend->channel, options->servers);
    if (status != ARES_SUCCESS)
        ares_destroy(backend->channel);
    return status;
}

struct resolver_backend *resolver_backend_open(struct loop *loop, const struct resolver_options *options,
                                               int64_t timeout_ns)
{
    struct resolver_backend *backend = calloc(1, sizeof *backend);
    if (backend == NULL)
        return NULL;
    backend->loop = loop;
    backend->timer = (struct loop_timer){.on_timer = on_timer, .context = backend};
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status == ARES_SUCCESS) {
        status = channel_open(backend, options, timeout_ns);
        if (status == ARES_SUCCESS)
            return backend;
        ares_library_cleanup();
    }
    free(backend);
    errno = status == ARES_ENOMEM ? ENOMEM : EINVAL;
    return NULL;
}

void resolver_backend_close(struct resolver_backend *backend)
{
    ares_destroy(backend->channel);
    loop_timer_stop(backend->loop, &backend->timer);
    ares_library_cleanup();
    free(backend);
}

/* --- questions --- */

/* What getaddrinfo(3) would say. What is not here is EAI_FAIL. */
static const struct {
    int status;
    int error;
} meanings[] = {
    {ARES_SUCCESS,      0         },
    {ARES_ENODATA,      EAI_NODATA},
    {ARES_ENOTFOUND,    EAI_NONAME},
    {ARES_ENONAME,      EAI_NONAME},
    {ARES_EBADNAME,     EAI_NONAME},
    {ARES_ESERVFAIL,    EAI_AGAIN },
    {ARES_EREFUSED,     EAI_AGAIN },
    {ARES_ENOTIMP,      EAI_AGAIN },
    {ARES_EBADRESP,     EAI_AGAIN },
    {ARES_ECONNREFUSED, EAI_AGAIN },
    {ARES_ETIMEOUT,     EAI_AGAIN },
    {ARES_ENOMEM,       EAI_MEMORY},
};

static int error_of(int status)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == status)
            return meanings[i].error;
    return EAI_FAIL;
}

static struct resolver_address address_of(const struct ares_addrinfo_node *node)
{
    struct resolver_address found = {{0}, 0};
    if (node->ai_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, node->ai_addr, sizeof in);
        found.address.version = 4;
        memcpy(found.address.ip4.byte, &in.sin_addr, sizeof found.address.ip4.byte);
    } else if (node->ai_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, node->ai_addr, sizeof in6);
        found.address.version = 6;
        memcpy(found.address.ip6.byte, &in6.sin6_addr, sizeof found.address.ip6.byte);
        found.scope = in6.sin6_scope_id;
    }
    return found;
}

/* The end of the aliases. */
static const char *canonical_of(const struct ares_addrinfo *result)
{
    const struct ares_addrinfo_cname *alias = result->cnames;
    while (alias != NULL && alias->next != NULL)
        alias = alias->next;
    return alias != NULL && alias->name != NULL ? alias->name : result->name;
}

static void on_addresses(void *context, int status, int timeouts, struct ares_addrinfo *result)
{
    (void)timeouts;
    struct resolver_address addresses[RESOLVER_ADDRESSES_MAX];
    struct resolver_finding finding = {.error = error_of(status), .addresses = addresses, .ttl_s = INT32_MAX};
    if (finding.error == 0 && result != NULL) {
        const struct ares_addrinfo_node *node = result->nodes;
        for (; node != NULL && finding.count < RESOLVER_ADDRESSES_MAX; node = node->ai_next) {
            addresses[finding.count++] = address_of(node);
            if (node->ai_ttl < finding.ttl_s)
                finding.ttl_s = node->ai_ttl;
        }
        finding.name = canonical_of(result);
    }
    resolver_settle(context, &finding);
    if (result != NULL)
        ares_freeaddrinfo(result);
}

static void on_host(void *context, int status, int timeouts, struct hostent *host)
{
    (void)timeouts;
    struct resolver_finding finding = {.error = error_of(status), .ttl_s = REVERSE_TTL_S};
    if (finding.error == 0 && host != NULL)
        finding.name = host->h_name;
    resolver_settle(context, &finding);
}

static void ask_forward(struct resolver_backend *backend, struct resolver_query *query,
                        const struct resolver_question *question)
{
    const struct ares_addrinfo_hints hints = {
        .ai_flags = ARES_AI_CANONNAME,
        .ai_family = question->family == 4   ? AF_INET
                     : question->family == 6 ? AF_INET6
                                             : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
    };
    ares_getaddrinfo(backend->channel, question->name, NULL, &hints, on_addresses, query);
}

static void ask_reverse(struct resolver_backend *backend, struct resolver_query *query,
                        const struct resolver_question *question)
{
    if (question->address.version == 4)
        ares_gethostbyaddr(backend->channel, question->address.ip4.byte, sizeof question->address.ip4.byte,
                           AF_INET, on_host, query);
    else
        ares_gethostbyaddr(backend->channel, question->address.ip6.byte, sizeof question->address.ip6.byte,
                           AF_INET6, on_host, query);
}

void resolver_backend_ask(struct resolver_backend *backend, struct resolver_query *query,
                          const struct resolver_question *question)
{
    if (question->kind == RESOLVER_FORWARD)
        ask_forward(backend, query, question);
    else
        ask_reverse(backend, query, question);
    arm(backend);
}

#endif
