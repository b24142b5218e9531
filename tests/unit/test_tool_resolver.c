/*
 * The resolver against a small DNS server of the test's own bytes, on loopback: answers, absences, failures,
 * silence, garbage, hostile names, truncation; one question cancelled, 1,000 asked, and all in the sandbox.
 *
 * Built twice: with c-ares, and as a build without it is, where what needs a server of ours is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/loop.h"
#include "common/resolver.h"
#include "pkt/sandbox.h"

/* --- the server --- */

enum {
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_PTR = 12,
    TYPE_AAAA = 28,
};

static struct {
    int udp;
    int tcp;
    int stop[2];
    char text[32]; /* "127.0.0.1:port" */
    pthread_t thread;
    atomic_uint questions;
    atomic_uint streams;
} server;

/* A reply under construction (RFC 1035 4.1). */
struct reply {
    uint8_t bytes[4096];
    size_t len;
};

static void put(struct reply *reply, const void *bytes, size_t len)
{
    if (len > sizeof reply->bytes - reply->len)
        abort();
    memcpy(reply->bytes + reply->len, bytes, len);
    reply->len += len;
}

static void put16(struct reply *reply, unsigned value)
{
    put(reply, (const uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

/* A record of the name that was asked for: a pointer to offset 12. */
static void put_record(struct reply *reply, unsigned type, const void *data, size_t len)
{
    put16(reply, 0xc00c);
    put16(reply, type);
    put16(reply, 1);
    put(reply, (const uint8_t[]){0, 0, 1, 0}, 4);
    put16(reply, (unsigned)len);
    put(reply, data, len);
    reply->bytes[7]++;
}

/* Dotted text as labels; "\\" is nothing special here, any byte goes. */
static size_t labels_of(const char *text, uint8_t *to)
{
    size_t len = 0;
    while (*text != '\0') {
        size_t label = strcspn(text, ".");
        to[len++] = (uint8_t)label;
        memcpy(to + len, text, label);
        len += label;
        text += label + (text[label] == '.');
    }
    to[len++] = 0;
    return len;
}

static void put_name_record(struct reply *reply, unsigned type, const char *name)
{
    uint8_t labels[1024];
    put_record(reply, type, labels, labels_of(name, labels));
}

static void put_ip4(struct reply *reply, const char *text)
{
    uint8_t address[4];
    inet_pton(AF_INET, text, address);
    put_record(reply, TYPE_A, address, 4);
}

static void put_ip6(struct reply *reply, const char *text)
{
    uint8_t address[16];
    inet_pton(AF_INET6, text, address);
    put_record(reply, TYPE_AAAA, address, 16);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A record whose name is the alias' target. */
static void put_alias(struct reply *reply, const char *target)
{
    put_name_record(reply, TYPE_CNAME, target);
    uint8_t labels[256];
    put(reply, labels, labels_of(target, labels));
    put16(reply, TYPE_A);
    put16(reply, 1);
    put(reply, (const uint8_t[]){0, 0, 1, 0, 0, 4, 192, 0, 2, 9}, 10);
    reply->bytes[7]++;
}

static void answer_forward(struct reply *reply, const char *name, unsigned type)
{
    unsigned number;
    char address[32];
    bool wants4 = type == TYPE_A;
    if (begins(name, "both.") || begins(name, "v4.") || begins(name, "big.")) {
        if (wants4)
            put_ip4(reply, "192.0.2.1");
    } else if (sscanf(name, "n%u.", &number) == 1 && wants4) {
        snprintf(address, sizeof address, "10.1.%u.%u", number >> 8, number & 255);
        put_ip4(reply, address);
    } else if (begins(name, "many.") && wants4) {
        for (int i = 0; i < 40; i++) {
            snprintf(address, sizeof address, "10.2.0.%d", i);
            put_ip4(reply, address);
        }
    } else if (begins(name, "alias.") && wants4) {
        put_alias(reply, "real.test");
    } else if (begins(name, "evil.") && wants4) {
        put_alias(reply, "\x1b[31mred.test");
    }
    if ((begins(name, "both.") || begins(name, "v6.")) && type == TYPE_AAAA)
        put_ip6(reply, "2001:db8::1");
}

/* By the last number of the address, which is the first label. */
static void answer_reverse(struct reply *reply, const char *name)
{
    static char overlong[400];
    memset(overlong, 'a', sizeof overlong - 1);
    for (size_t i = 60; i < sizeof overlong - 1; i += 60)
        overlong[i] = '.';
    static const char *const names[] = {
        [1] = "good.example",
        [2] = "a\x1b]0;x\x07.example",
        [3] = overlong,
        [6] = "10.0.0.6",
        [7] = "under_score.example",
        [10] = "a b.example",
        [11] = "-dash.example",
        [12] = "0x7f000001",
        [13] = "caf\xc3\xa9.example",
        [14] = "semi;colon.example",
        [15] = "a..b",
    };
    unsigned number = (unsigned)strtoul(name, NULL, 16);
    if (strstr(name, "ip6") != NULL)
        put_name_record(reply, TYPE_PTR, "six.example");
    else if (number >= 9 && name[1] == '.')
        put_ip4(reply, "192.0.2.1"); /* not what was asked for */
    else {
        number = (unsigned)strtoul(name, NULL, 10);
        if (number < sizeof names / sizeof *names && names[number] != NULL)
            put_name_record(reply, TYPE_PTR, names[number]);
    }
}

/* What goes into the header's last byte: RFC 1035 4.1.1. */
static unsigned code_of(const char *name)
{
    return begins(name, "nx.") || begins(name, "4.0.0.10.")     ? 3
           : begins(name, "fail.") || begins(name, "8.0.0.10.") ? 2
           : begins(name, "refused.")                           ? 5
                                                                : 0;
}

/* Returns false for silence. */
static bool answer(const uint8_t *question, size_t len, bool is_stream, struct reply *reply)
{
    if (len < 17)
        return false;
    char name[256];
    size_t name_len = 0;
    size_t at = 12;
    for (; at < len && question[at] != 0; at += question[at] + 1) {
        memcpy(name + name_len, question + at + 1, question[at]);
        name_len += question[at];
        name[name_len++] = '.';
    }
    name[name_len] = '\0';
    unsigned type = question[at + 2];
    atomic_fetch_add(&server.questions, 1);
    if (begins(name, "silent.") || begins(name, "5.0.0.10."))
        return false;
    reply->len = 0;
    put(reply, question, at + 5);
    reply->bytes[2] = 0x81;
    reply->bytes[3] = (uint8_t)(0x80 | code_of(name));
    memset(reply->bytes + 6, 0, 6);
    if (begins(name, "garbage.")) {
        reply->bytes[7] = 7; /* seven records, of which none is there */
        memset(reply->bytes + reply->len, 0xff, 40);
        reply->len += 40;
    } else if (begins(name, "big.") && !is_stream) {
        reply->bytes[2] |= 2; /* truncated */
    } else if (code_of(name) == 0) {
        if (type == TYPE_PTR)
            answer_reverse(reply, name);
        else
            answer_forward(reply, name, type);
    }
    return true;
}

static void serve_datagram(void)
{
    uint8_t question[512];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t len = recvfrom(server.udp, question, sizeof question, 0, (struct sockaddr *)&from, &size);
    static struct reply reply;
    if (len > 0 && answer(question, (size_t)len, false, &reply))
        sendto(server.udp, reply.bytes, reply.len, 0, (struct sockaddr *)&from, size);
}

static void serve_stream(void)
{
    int fd = accept(server.tcp, NULL, NULL);
    uint8_t question[514];
    size_t len = 0;
    static struct reply reply;
    while (len < 2 || len < 2U + (question[0] << 8 | question[1])) {
        ssize_t n = recv(fd, question + len, sizeof question - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    atomic_fetch_add(&server.streams, 1);
    if (len > 2 && answer(question + 2, len - 2, true, &reply)) {
        const uint8_t prefix[2] = {(uint8_t)(reply.len >> 8), (uint8_t)reply.len};
        send(fd, prefix, 2, MSG_NOSIGNAL);
        send(fd, reply.bytes, reply.len, MSG_NOSIGNAL);
    }
    close(fd);
}

static void *serve(void *context)
{
    for (;;) {
        struct pollfd ready[] = {
            {server.udp,     POLLIN, 0},
            {server.tcp,     POLLIN, 0},
            {server.stop[0], POLLIN, 0}
        };
        poll(ready, 3, -1);
        if (ready[0].revents != 0)
            serve_datagram();
        if (ready[1].revents != 0)
            serve_stream();
        if (ready[2].revents != 0)
            return context;
    }
}

/* One port for both: that of the stream, which another program's datagrams may have; then again. */
static bool bind_both(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int large = 1 << 20;
    setsockopt(server.udp, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
    if (bind(server.tcp, (struct sockaddr *)&address, size) == 0 && listen(server.tcp, 64) == 0 &&
        getsockname(server.tcp, (struct sockaddr *)&address, &size) == 0 &&
        bind(server.udp, (struct sockaddr *)&address, size) == 0) {
        snprintf(server.text, sizeof server.text, "127.0.0.1:%u", ntohs(address.sin_port));
        return true;
    }
    close(server.tcp);
    close(server.udp);
    return false;
}

static int start_server(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        if (bind_both())
            return pipe(server.stop) != 0 || pthread_create(&server.thread, NULL, serve, NULL) != 0;
    return -1;
}

static int stop_server(void **state)
{
    (void)state;
    int failed = write(server.stop[1], "", 1) != 1;
    pthread_join(server.thread, NULL);
    close(server.stop[0]);
    close(server.stop[1]);
    close(server.udp);
    close(server.tcp);
    return failed;
}

/* --- asking --- */

static struct loop *loop;
static struct resolver *resolver;

struct told {
    unsigned calls;
    unsigned count;
    char addresses[RESOLVER_ADDRESSES_MAX][INET6_ADDRSTRLEN];
    uint32_t scope;
    char name[RESOLVER_NAME_SIZE];
    char error[64];
};

static void on_addresses(void *context, const struct resolver_address *addresses, unsigned count,
                         const char *canonical, const char *error)
{
    struct told *told = context;
    told->calls++;
    told->count = count;
    for (unsigned i = 0; i < count; i++) {
        const struct pkt_ip *ip = &addresses[i].address;
        inet_ntop(ip->version == 4 ? AF_INET : AF_INET6,
                  ip->version == 4 ? (const void *)ip->ip4.byte : ip->ip6.byte, told->addresses[i],
                  INET6_ADDRSTRLEN);
        told->scope = addresses[i].scope;
    }
    assert_int_equal(canonical == NULL, error != NULL);
    assert_int_equal(addresses == NULL, error != NULL);
    snprintf(told->name, sizeof told->name, "%s", canonical != NULL ? canonical : "");
    snprintf(told->error, sizeof told->error, "%s", error != NULL ? error : "");
}

static void on_name(void *context, const char *name)
{
    struct told *told = context;
    told->calls++;
    snprintf(told->name, sizeof told->name, "%s", name != NULL ? name : "-");
}

static void open_with(int64_t timeout_ns, unsigned prefer)
{
    const struct resolver_options options = {
        .size = sizeof options,
        .prefer = prefer,
        .timeout_ns = timeout_ns,
        .servers = resolver_can_reverse() ? server.text : NULL,
    };
    loop = loop_open();
    resolver = resolver_open(loop, &options);
    assert_non_null(resolver);
}

static void close_all(void)
{
    resolver_close(resolver);
    loop_close(loop);
}

static void forward(const char *name, unsigned family, struct told *told)
{
    memset(told, 0, sizeof *told);
    assert_non_null(resolver_forward(resolver, name, family, on_addresses, told));
    assert_int_equal(told->calls, 0); /* never from within */
}

static void forward_now(const char *name, unsigned family, struct told *told)
{
    forward(name, family, told);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told->calls, 1);
}

static struct pkt_ip ip_of(const char *text)
{
    struct pkt_ip ip;
    uint32_t scope;
    assert_int_equal(resolver_numeric(text, &ip, &scope), RESOLVER_IS_ADDRESS);
    return ip;
}

static void reverse(const char *address, struct told *told)
{
    memset(told, 0, sizeof *told);
    assert_non_null(resolver_reverse(resolver, ip_of(address), on_name, told));
    assert_int_equal(told->calls, 0);
}

static void reverse_now(const char *address, struct told *told)
{
    reverse(address, told);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told->calls, 1);
}

/* Long, so that a loaded machine changes nothing. */
static const int64_t patience_ns = 60 * PKT_NS_PER_S;

/* Short, for what stays silent. */
static const int64_t impatience_ns = 300 * 1000000LL;

static void skip_without_server(void)
{
    if (!resolver_can_reverse())
        skip();
}

/* --- by the text alone --- */

static void test_numeric(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *address;
    } rows[] = {
        {"127.0.0.1",      "127.0.0.1"      },
        {"127.1",          "127.0.0.1"      },
        {"1",              "0.0.0.1"        },
        {"0x7f000001",     "127.0.0.1"      },
        {"010.0.0.1",      "8.0.0.1"        },
        {"10.258",         "10.0.1.2"       },
        {"4294967295",     "255.255.255.255"},
        {"::1",            "::1"            },
        {"2001:DB8::1",    "2001:db8::1"    },
        {"::ffff:1.2.3.4", "::ffff:1.2.3.4" },
        {"fe80::1%lo",     "fe80::1"        },
        {"fe80::1%1",      "fe80::1"        },
    };
    struct told told;
    open_with(0, 0);
    unsigned before = atomic_load(&server.questions);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        forward_now(rows[i].text, 0, &told);
        assert_string_equal(told.error, "");
        assert_int_equal(told.count, 1);
        assert_string_equal(told.addresses[0], rows[i].address);
        assert_string_equal(told.name, rows[i].text);
        assert_int_equal(told.scope, strchr(rows[i].text, '%') != NULL);
    }
    forward_now("::1", 4, &told);
    assert_string_equal(told.error, "Address family for hostname not supported");
    forward_now("127.1", 6, &told);
    assert_string_equal(told.error, "Address family for hostname not supported");
    assert_int_equal(atomic_load(&server.questions), before);
    close_all();
    struct pkt_ip ip;
    uint32_t scope;
    static const char *const names[] = {"",      "a",   "1.2.3.4 x",  "1.2.3.4 ", "256.1.1.1", "1.2.3.4.5",
                                        "::1::", "%lo", "1.2.3.4%lo", ":",        "08.1.1.1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(resolver_numeric(names[i], &ip, &scope), RESOLVER_IS_NAME);
    static const char *const odd[] = {"fe80::1%",         "fe80::1%no-such", "fe80::1%0",
                                      "fe80::1%99999999", "fe80::1%1x",      "fe80::1%lo%lo"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(resolver_numeric(odd[i], &ip, &scope), RESOLVER_IS_ODD_INTERFACE);
}

static void test_hostname(void **state)
{
    (void)state;
    char longest[256];
    memset(longest, 'a', sizeof longest);
    longest[63] = longest[127] = longest[191] = '.';
    longest[253] = '\0';
    static const char *const good[] = {
        "a",         "a.b",  "a.b.",  "3com.example", "a-b.c", "_dmarc.example", "A_b", "xn--caf-dma.example",
        "1.example", "0xyz", "123abc"};
    static const char *const bad[] = {"",           ".",   "a..b",  ".a",          "-a",       "a-", "a-.b",
                                      "a b",        "a\n", "a\x1b", "caf\xc3\xa9", "10.0.0.1", "1",  "a.1",
                                      "0x7f000001", "0x",  "a/b",   "a:b",         "a%lo",     "*.a"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!resolver_is_hostname(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (resolver_is_hostname(bad[i]))
            fail_msg("%s", bad[i]);
    assert_true(resolver_is_hostname(longest));
    longest[253] = '.';
    longest[254] = '\0';
    assert_true(resolver_is_hostname(longest));
    longest[253] = 'a';
    assert_false(resolver_is_hostname(longest));
    memset(longest, 'a', 64);
    longest[64] = '\0';
    assert_false(resolver_is_hostname(longest));
}

static void test_no_name(void **state)
{
    (void)state;
    static const char *const names[] = {"", "a b", "a..b", "-x", "\x1b[31m", "256.1.1.1", "fe80::1%no-such"};
    struct told told;
    open_with(0, 0);
    unsigned before = atomic_load(&server.questions);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        forward_now(names[i], 0, &told);
        assert_string_equal(told.error, "Name or service not known");
    }
    assert_int_equal(atomic_load(&server.questions), before);
    close_all();
}

/* /etc/hosts has it, or getaddrinfo(3) and c-ares know it by themselves (RFC 6761 6.3). */
static void test_localhost(void **state)
{
    (void)state;
    struct told told;
    open_with(patience_ns, 0);
    forward_now("localhost", 4, &told);
    assert_string_equal(told.error, "");
    assert_string_equal(told.addresses[0], "127.0.0.1");
    close_all();
}

/* --- asked of the server --- */

static void test_forward(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    open_with(patience_ns, 0);
    forward_now("v4.test", 0, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.addresses[0], "192.0.2.1");
    assert_string_equal(told.name, "v4.test");
    forward_now("v6.test", 0, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.addresses[0], "2001:db8::1");
    forward_now("both.test", 0, &told);
    assert_int_equal(told.count, 2);
    forward_now("both.test", 4, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.addresses[0], "192.0.2.1");
    forward_now("both.test.", 6, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.addresses[0], "2001:db8::1");
    assert_string_equal(told.name, "both.test");
    forward_now("many.test", 4, &told);
    assert_int_equal(told.count, RESOLVER_ADDRESSES_MAX);
    forward_now("alias.test", 4, &told);
    assert_string_equal(told.addresses[0], "192.0.2.9");
    assert_string_equal(told.name, "real.test");
    close_all();
}

static void test_preference(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    for (unsigned version = 4; version <= 6; version += 2) {
        open_with(patience_ns, version);
        forward_now("both.test", 0, &told);
        assert_int_equal(told.count, 2);
        assert_string_equal(told.addresses[version == 4 ? 0 : 1], "192.0.2.1");
        close_all();
    }
}

static void test_errors(void **state)
{
    (void)state;
    skip_without_server();
    static const struct {
        const char *name;
        unsigned family;
        const char *error;
    } rows[] = {
        {"nx.test",      0, "Name or service not known"           },
        {"nx.test",      4, "Name or service not known"           },
        {"v4.test",      6, "No address associated with hostname" },
        {"v6.test",      4, "No address associated with hostname" },
        {"fail.test",    4, "Temporary failure in name resolution"},
        {"fail.test",    0, "Temporary failure in name resolution"},
        {"refused.test", 4, "Temporary failure in name resolution"},
        {"garbage.test", 4, "Temporary failure in name resolution"},
    };
    struct told told;
    open_with(patience_ns, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        forward_now(rows[i].name, rows[i].family, &told);
        if (strcmp(told.error, rows[i].error) != 0)
            fail_msg("%s: '%s', not '%s'", rows[i].name, told.error, rows[i].error);
    }
    close_all();
}

static void test_silence(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    open_with(impatience_ns, 0);
    struct pkt_mono before = loop_now(loop);
    forward_now("silent.test", 0, &told);
    assert_string_equal(told.error, "Temporary failure in name resolution");
    assert_true(loop_now(loop).ns - before.ns >= impatience_ns);
    reverse_now("10.0.0.5", &told);
    assert_string_equal(told.name, "-");
    close_all();
}

/* A server that is not there is as good as silence, but known at once (ICMP port unreachable). */
static void test_refusal(void **state)
{
    (void)state;
    skip_without_server();
    loop = loop_open();
    const struct resolver_options options = {
        .size = sizeof options, .timeout_ns = patience_ns, .servers = "127.0.0.1:1"};
    resolver = resolver_open(loop, &options);
    struct told told;
    forward_now("v4.test", 0, &told);
    assert_string_equal(told.error, "Temporary failure in name resolution");
    close_all();
    const struct resolver_options nonsense = {.size = sizeof nonsense, .servers = "no such thing"};
    loop = loop_open();
    assert_null(resolver_open(loop, &nonsense));
    assert_int_equal(errno, EINVAL);
    loop_close(loop);
}

/* Cut short, and asked for again over TCP (RFC 7766 5). */
static void test_truncation(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    unsigned before = atomic_load(&server.streams);
    open_with(patience_ns, 0);
    forward_now("big.test", 4, &told);
    assert_string_equal(told.error, "");
    assert_string_equal(told.addresses[0], "192.0.2.1");
    assert_int_equal(atomic_load(&server.streams), before + 1);
    close_all();
}

static void test_hostile_alias(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    open_with(patience_ns, 0);
    forward_now("evil.test", 4, &told);
    assert_null(strchr(told.name, '\x1b'));
    assert_true(told.error[0] != '\0' || strcmp(told.name, "evil.test") == 0);
    close_all();
}

static void test_reverse(void **state)
{
    (void)state;
    struct told told;
    open_with(patience_ns, 0);
    if (!resolver_can_reverse()) {
        reverse_now("127.0.0.1", &told);
        assert_string_equal(told.name, "-");
        close_all();
        return;
    }
    static const struct {
        const char *address;
        const char *name;
    } rows[] = {
        {"10.0.0.1",    "good.example"       },
        {"10.0.0.2",    "-"                  },
        {"10.0.0.3",    "-"                  },
        {"10.0.0.4",    "-"                  },
        {"10.0.0.6",    "-"                  },
        {"10.0.0.8",    "-"                  },
        {"10.0.0.9",    "-"                  },
        {"10.0.0.10",   "-"                  },
        {"10.0.0.11",   "-"                  },
        {"10.0.0.12",   "-"                  },
        {"10.0.0.13",   "-"                  },
        {"10.0.0.14",   "-"                  },
        {"10.0.0.7",    "under_score.example"},
        {"2001:db8::1", "six.example"        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        reverse_now(rows[i].address, &told);
        if (strcmp(told.name, rows[i].name) != 0)
            fail_msg("%s: '%s', not '%s'", rows[i].address, told.name, rows[i].name);
    }
    close_all();
}

/* --- many, and in between --- */

static void test_kept(void **state)
{
    (void)state;
    skip_without_server();
    struct told told;
    open_with(patience_ns, 0);
    forward_now("v4.test", 4, &told);
    reverse_now("10.0.0.1", &told);
    forward_now("nx.test", 4, &told);
    unsigned before = atomic_load(&server.questions);
    forward_now("V4.TEST", 4, &told);
    assert_string_equal(told.addresses[0], "192.0.2.1");
    reverse_now("10.0.0.1", &told);
    assert_string_equal(told.name, "good.example");
    forward_now("nx.test", 4, &told);
    assert_string_equal(told.error, "Name or service not known");
    assert_int_equal(atomic_load(&server.questions), before);
    forward_now("fail.test", 4, &told);
    before = atomic_load(&server.questions);
    forward_now("fail.test", 4, &told); /* is asked again */
    assert_true(atomic_load(&server.questions) > before);
    close_all();
}

/* More than are asked at a time, and than are kept. */
static void test_thousands(void **state)
{
    (void)state;
    skip_without_server();
    enum { NAMES = 1500 };
    struct told *told = calloc(NAMES, sizeof *told);
    char name[32];
    open_with(patience_ns, 0);
    for (unsigned i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "n%u.test", i);
        forward(name, 4, &told[i]);
    }
    assert_int_equal(loop_run(loop), 0);
    for (unsigned i = 0; i < NAMES; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "10.1.%u.%u", i >> 8, i & 255);
        assert_int_equal(told[i].calls, 1);
        assert_string_equal(told[i].addresses[0], expected);
    }
    close_all();
    free(told);
}

static void test_full_queue(void **state)
{
    (void)state;
    struct told told;
    open_with(patience_ns, 0);
    memset(&told, 0, sizeof told);
    for (unsigned i = 0; i < RESOLVER_WAITING; i++)
        assert_non_null(resolver_reverse(resolver, ip_of("10.0.0.1"), on_name, &told));
    assert_null(resolver_reverse(resolver, ip_of("10.0.0.1"), on_name, &told));
    assert_int_equal(errno, ENOBUFS);
    assert_null(resolver_forward(resolver, "v4.test", 0, on_addresses, &told));
    resolver_close(resolver);
    resolver = NULL;
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told.calls, 0);
    close_all();
}

static void stop_on_answer(void *context, const struct resolver_address *addresses, unsigned count,
                           const char *canonical, const char *error)
{
    on_addresses(context, addresses, count, canonical, error);
    loop_stop(loop, 7);
}

/* 500 names of addresses of which none comes, and a name: it does not wait for them. */
static void test_reverse_delays_nothing(void **state)
{
    (void)state;
    skip_without_server();
    struct told late = {0};
    struct told told = {0};
    open_with(patience_ns, 0);
    for (unsigned i = 0; i < 500; i++)
        assert_non_null(resolver_reverse(resolver, ip_of("10.0.0.5"), on_name, &late));
    assert_non_null(resolver_forward(resolver, "v4.test", 0, stop_on_answer, &told));
    assert_int_equal(loop_run(loop), 7);
    assert_int_equal(told.count, 1);
    assert_int_equal(late.calls, 0);
    /* and once more, now that their places are taken */
    assert_non_null(resolver_forward(resolver, "v6.test", 0, stop_on_answer, &told));
    assert_int_equal(loop_run(loop), 7);
    assert_int_equal(told.calls, 2);
    assert_int_equal(late.calls, 0);
    close_all();
    assert_int_equal(late.calls, 0);
}

static void test_cancel(void **state)
{
    (void)state;
    struct told told[3] = {0};
    open_with(impatience_ns, 0);
    /* waiting; answered, but not told yet */
    struct resolver_query *waiting = resolver_forward(resolver, "v4.test", 4, on_addresses, &told[0]);
    struct resolver_query *answered = resolver_forward(resolver, "127.0.0.1", 4, on_addresses, &told[1]);
    resolver_cancel(resolver, waiting);
    resolver_cancel(resolver, answered);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told[0].calls + told[1].calls, 0);
    if (resolver_can_reverse()) { /* asked */
        struct resolver_query *asked = resolver_forward(resolver, "silent.test", 4, on_addresses, &told[0]);
        assert_non_null(resolver_forward(resolver, "v4.test", 4, stop_on_answer, &told[1]));
        assert_int_equal(loop_run(loop), 7);
        resolver_cancel(resolver, asked);
        assert_int_equal(loop_run(loop), 0);
        assert_int_equal(told[0].calls, 0);
        assert_int_equal(told[1].calls, 1);
    }
    close_all();
}

static void close_on_answer(void *context, const struct resolver_address *addresses, unsigned count,
                            const char *canonical, const char *error)
{
    on_addresses(context, addresses, count, canonical, error);
    resolver_close(resolver);
    resolver = NULL;
}

/* The end may come in a callback, with questions in every state. */
static void test_close_within(void **state)
{
    (void)state;
    struct told told = {0};
    struct told other = {0};
    open_with(patience_ns, 0);
    for (unsigned i = 0; i < 200 && resolver_can_reverse(); i++)
        assert_non_null(resolver_forward(resolver, "silent.test", 4, on_addresses, &other));
    assert_non_null(resolver_forward(resolver, "127.0.0.1", 4, close_on_answer, &told));
    assert_non_null(resolver_forward(resolver, "127.0.0.1", 4, on_addresses, &other));
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told.calls, 1);
    assert_int_equal(other.calls, 0);
    loop_close(loop);
}

static void ask_again(void *context, const struct resolver_address *addresses, unsigned count,
                      const char *canonical, const char *error)
{
    on_addresses(context, addresses, count, canonical, error);
    struct told *told = context;
    if (told->calls < 100)
        assert_non_null(resolver_forward(resolver, "127.0.0.1", 0, ask_again, context));
}

static void test_ask_within(void **state)
{
    (void)state;
    struct told told = {0};
    open_with(patience_ns, 0);
    assert_non_null(resolver_forward(resolver, "127.0.0.1", 0, ask_again, &told));
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(told.calls, 100);
    close_all();
}

/* --- in the sandbox --- */

enum sandbox_way {
    HOSTS_READABLE,
    HOSTS_REFUSED, /* where Landlock is on */
    HOSTS_SKIPPED,
    SANDBOX_WAYS,
};

static bool enter_sandbox(enum sandbox_way way)
{
    const char *const readable[] = {way == HOSTS_READABLE ? "/etc/hosts" : "/dev/null"};
    const struct pkt_sandbox_options sandbox = {
        .size = sizeof sandbox,
        .profile = PKT_SANDBOX_NETWORK,
        .opens_files = way != HOSTS_SKIPPED,
        .readable = readable,
        .readable_count = way != HOSTS_SKIPPED,
    };
    struct pkt_sandbox_state sandbox_state;
    struct pkt_error error;
    return pkt_sandbox_enter(&sandbox, &sandbox_state, &error) == 0;
}

/* Does not return; status 0: all was answered. */
static void ask_in_sandbox(enum sandbox_way way)
{
    const struct resolver_options options = {.size = sizeof options,
                                             .timeout_ns = patience_ns,
                                             .servers = server.text,
                                             .skip_hosts = way == HOSTS_SKIPPED};
    loop = loop_open();
    resolver = resolver_open(loop, &options);
    if (resolver == NULL || !enter_sandbox(way))
        _exit(1);
    struct told told[4] = {0};
    resolver_forward(resolver, "both.test", 0, on_addresses, &told[0]);
    resolver_forward(resolver, "big.test", 4, on_addresses, &told[1]);
    resolver_reverse(resolver, ip_of("10.0.0.1"), on_name, &told[2]);
    resolver_reverse(resolver, ip_of("2001:db8::1"), on_name, &told[3]);
    if (loop_run(loop) != 0)
        _exit(2);
    resolver_close(resolver);
    _exit(told[0].count == 2 && told[1].count == 1 && strcmp(told[2].name, "good.example") == 0 &&
                  strcmp(told[3].name, "six.example") == 0
              ? 0
              : 3);
}

static void test_sandbox(void **state)
{
    (void)state;
    skip_without_server();
    for (enum sandbox_way way = 0; way < SANDBOX_WAYS; way++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            ask_in_sandbox(way);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            fail_msg("way %d: status %x", way, status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numeric),       cmocka_unit_test(test_hostname),
        cmocka_unit_test(test_no_name),       cmocka_unit_test(test_localhost),
        cmocka_unit_test(test_forward),       cmocka_unit_test(test_preference),
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_refusal),       cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_hostile_alias), cmocka_unit_test(test_reverse),
        cmocka_unit_test(test_kept),          cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_full_queue),    cmocka_unit_test(test_reverse_delays_nothing),
        cmocka_unit_test(test_cancel),        cmocka_unit_test(test_close_within),
        cmocka_unit_test(test_ask_within),    cmocka_unit_test(test_sandbox),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
