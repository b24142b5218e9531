/*
 * The opener of sockets: what each kind is, what is refused, and what is said where privilege is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkt/socket.h"

enum { IPV6_HEADER_INCLUDED = 36, RAW_PROTOCOL = 89 };

static int open_kind(struct pkt_socket_request request, int *ret_fd, struct pkt_error *reterr_error)
{
    request.size = sizeof request;
    return pkt_socket_open(&request, ret_fd, reterr_error);
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
    return value;
}

static bool lacks_privilege(int result, const struct pkt_error *error)
{
    return result == PKT_E_SYSTEM && (error->system_errno == EPERM || error->system_errno == EACCES);
}

/* Opens, or passes over a kind that this user may not open: those cases have tests of their own. */
static void check_kind(struct pkt_socket_request request, int domain, int type, int protocol)
{
    struct pkt_error error = {0};
    int fd = -1;
    int result = open_kind(request, &fd, &error);
    if (lacks_privilege(result, &error)) {
        assert_int_equal(fd, -1);
        assert_non_null(strstr(error.sentence, "sudo"));
        return;
    }
    if (result == PKT_E_UNSUPPORTED && domain == AF_INET6)
        return;
    assert_int_equal(result, 0);
    assert_int_equal(option(fd, SOL_SOCKET, SO_DOMAIN), domain);
    assert_int_equal(option(fd, SOL_SOCKET, SO_TYPE), type);
    assert_int_equal(option(fd, SOL_SOCKET, SO_PROTOCOL), protocol);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    if (domain != AF_PACKET && type == SOCK_RAW) {
        int level = domain == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
        int name = domain == AF_INET ? IP_HDRINCL : IPV6_HEADER_INCLUDED;
        assert_int_equal(option(fd, level, name), request.header_included);
    }
    close(fd);
}

static void test_kinds(void **state)
{
    (void)state;
    check_kind((struct pkt_socket_request){.kind = PKT_SOCKET_ICMP4_DATAGRAM}, AF_INET, SOCK_DGRAM,
               IPPROTO_ICMP);
    check_kind((struct pkt_socket_request){.kind = PKT_SOCKET_ICMP6_DATAGRAM}, AF_INET6, SOCK_DGRAM,
               IPPROTO_ICMPV6);
    check_kind((struct pkt_socket_request){.kind = PKT_SOCKET_PACKET}, AF_PACKET, SOCK_RAW, 0);
    check_kind((struct pkt_socket_request){.kind = PKT_SOCKET_PACKET_COOKED}, AF_PACKET, SOCK_DGRAM, 0);
    static const int raw[][2] = {
        {PKT_SOCKET_RAW4, AF_INET },
        {PKT_SOCKET_RAW6, AF_INET6},
    };
    for (size_t i = 0; i < 2; i++) {
        struct pkt_socket_request request = {.kind = raw[i][0], .protocol = RAW_PROTOCOL};
        check_kind(request, raw[i][1], SOCK_RAW, RAW_PROTOCOL);
        request.header_included = true;
        check_kind(request, raw[i][1], SOCK_RAW, RAW_PROTOCOL);
        request.protocol = IPPROTO_RAW;
        request.header_included = false;
        check_kind(request, raw[i][1], SOCK_RAW, IPPROTO_RAW);
        request = (struct pkt_socket_request){.kind = raw[i][0], .header_included = true};
        check_kind(request, raw[i][1], SOCK_RAW, IPPROTO_RAW);
    }
}

static void check_refused(struct pkt_socket_request request, int code)
{
    struct pkt_error error = {0};
    int fd = -7;
    assert_int_equal(open_kind(request, &fd, &error), code);
    assert_int_equal(error.code, code);
    assert_int_not_equal(error.sentence[0], 0);
    assert_int_equal(fd, -7);
}

static void test_refused(void **state)
{
    (void)state;
    check_refused((struct pkt_socket_request){.kind = 0}, PKT_E_ARGUMENT);
    check_refused((struct pkt_socket_request){.kind = 7}, PKT_E_ARGUMENT);
    check_refused((struct pkt_socket_request){.kind = -1}, PKT_E_ARGUMENT);
    check_refused((struct pkt_socket_request){.kind = PKT_SOCKET_RAW4}, PKT_E_ARGUMENT);
    check_refused((struct pkt_socket_request){.kind = PKT_SOCKET_PACKET, .protocol = 3}, PKT_E_ARGUMENT);
    check_refused((struct pkt_socket_request){.kind = PKT_SOCKET_ICMP4_DATAGRAM, .header_included = true},
                  PKT_E_ARGUMENT);
}

/* A request of another age: older ones are shorter, newer ones longer. */
static void test_sizes(void **state)
{
    (void)state;
    struct {
        struct pkt_socket_request request;
        uint64_t later;
    } newer = {
        .request = {.size = sizeof newer, .kind = PKT_SOCKET_RAW4},
          .later = 1
    };
    struct pkt_error error;
    int fd = -7;
    assert_int_equal(pkt_socket_open(&newer.request, &fd, &error), PKT_E_UNSUPPORTED);
    newer.later = 0;
    assert_int_equal(pkt_socket_open(&newer.request, &fd, &error),
                     PKT_E_ARGUMENT); /* for want of a protocol */
    assert_non_null(strstr(error.sentence, "protocol"));
    newer.request = (struct pkt_socket_request){.size = 0, .kind = PKT_SOCKET_PACKET};
    assert_int_equal(pkt_socket_open(&newer.request, &fd, &error), PKT_E_ARGUMENT);
    newer.request.size = SIZE_MAX;
    assert_int_equal(pkt_socket_open(&newer.request, &fd, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_socket_open(NULL, &fd, &error), PKT_E_ARGUMENT);
    assert_int_equal(fd, -7);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(pkt_socket_kind_name(PKT_SOCKET_RAW6), "raw IPv6 socket");
    assert_string_equal(pkt_socket_kind_name(99), "unknown socket");
    assert_string_equal(pkt_socket_advice(0), "");
    for (int kind = PKT_SOCKET_ICMP4_DATAGRAM; kind <= PKT_SOCKET_PACKET_COOKED; kind++) {
        const char *advice = pkt_socket_advice(kind);
        assert_non_null(strstr(advice, "sudo COMMAND\n"));
        assert_int_equal(advice[strlen(advice) - 1], '\n');
        assert_int_equal(strstr(advice, "ping_group_range") != NULL, kind <= PKT_SOCKET_ICMP6_DATAGRAM);
    }
}

/* In a child without capabilities: every raw kind is refused with the way out in one sentence. */
static void be_refused_and_exit(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capset, &header, data) != 0)
        _exit(2);
    for (int kind = PKT_SOCKET_RAW4; kind <= PKT_SOCKET_PACKET_COOKED; kind++) {
        struct pkt_socket_request request = {.kind = kind, .header_included = kind <= PKT_SOCKET_RAW6};
        struct pkt_error error = {0};
        int fd = -7;
        if (!lacks_privilege(open_kind(request, &fd, &error), &error) || fd != -7)
            _exit(3);
        if (strstr(error.sentence, "CAP_NET_RAW is missing: run it by sudo") == NULL)
            _exit(4);
    }
    _exit(0);
}

static void test_unprivileged(void **state)
{
    (void)state;
    int status = -1;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        be_refused_and_exit();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds), cmocka_unit_test(test_refused),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_words), cmocka_unit_test(test_unprivileged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
