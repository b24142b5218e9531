/*
 * Clocks, what lies between them, and the timestamps of packets through the loopback interface.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pkt/clock.h"
#include "pkt/timestamp.h"

enum { PACKETS = 20, WAIT_MS = 10000 };

static const int64_t second = PKT_NS_PER_S;

/* --- clocks --- */

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    assert_int_equal(clock_gettime(clock, &now), 0);
    return now.tv_sec * second + now.tv_nsec;
}

static void test_now(void **state)
{
    (void)state;
    int64_t before = read_clock(CLOCK_MONOTONIC);
    int64_t now = pkt_mono_now().ns;
    assert_true(before <= now && now <= read_clock(CLOCK_MONOTONIC));
    before = read_clock(CLOCK_REALTIME);
    now = pkt_wall_now().ns;
    assert_true(before <= now && now <= read_clock(CLOCK_REALTIME));
}

/* A reading of both clocks lies within what the measurement claims. */
static void test_measure(void **state)
{
    (void)state;
    struct pkt_clock_offset offset = pkt_clock_measure();
    assert_true(offset.uncertainty_ns >= 0);
    struct pkt_mono before = pkt_mono_now();
    struct pkt_wall between = pkt_wall_now();
    struct pkt_mono after = pkt_mono_now();
    int64_t slack = offset.uncertainty_ns + 500 * 1000; /* slewing, for a second */
    assert_true(pkt_wall_since(between, pkt_clock_to_wall(&offset, before)) >= -slack);
    assert_true(pkt_wall_since(pkt_clock_to_wall(&offset, after), between) >= -slack);
    struct pkt_mono back = pkt_clock_to_mono(&offset, pkt_clock_to_wall(&offset, before));
    assert_int_equal(back.ns, before.ns);
}

static void test_saturation(void **state)
{
    (void)state;
    struct pkt_clock_offset offset = {.offset_ns = INT64_MAX};
    assert_true(pkt_clock_to_wall(&offset, (struct pkt_mono){1}).ns == INT64_MAX);
    assert_true(pkt_clock_to_mono(&offset, (struct pkt_wall){-2}).ns == INT64_MIN);
    offset.offset_ns = INT64_MIN;
    assert_true(pkt_clock_to_wall(&offset, (struct pkt_mono){-1}).ns == INT64_MIN);
    assert_true(pkt_clock_to_mono(&offset, (struct pkt_wall){0}).ns == INT64_MAX);
}

static int64_t step_of(int64_t moved_ns, int64_t after_ns, int64_t uncertainty_ns)
{
    struct pkt_clock_offset earlier = {1000 * second, uncertainty_ns, {5 * second}};
    struct pkt_clock_offset later = {1000 * second + moved_ns, uncertainty_ns, {5 * second + after_ns}};
    return pkt_clock_step(&earlier, &later);
}

static void test_step(void **state)
{
    (void)state;
    assert_int_equal(step_of(0, second, 0), 0);
    assert_int_equal(step_of(900 * 1000, second, 0), 0); /* slewed */
    assert_int_equal(step_of(1000 * 1000 + 1, second, 0), 1000 * 1000 + 1);
    assert_int_equal(step_of(1000 * 1000 + 1, second, 1), 0);
    assert_int_equal(step_of(-3600 * second, second, 100), -3600 * second);
    assert_int_equal(step_of(40 * 1000 * 1000, 100 * second, 0), 0);
    assert_int_equal(step_of(60 * 1000 * 1000, 100 * second, 0), 60 * 1000 * 1000);
    assert_int_equal(step_of(second, -second, 0),
                     second); /* measured in the wrong order: said all the same */
}

/* --- numbers of packets --- */

static void check_number(uint32_t mark, uint64_t sent, bool found, uint64_t expected)
{
    uint64_t number = 77;
    assert_int_equal(pkt_timestamp_number(mark, sent, &number), found);
    assert_true(number == (found ? expected : 77));
}

static void test_numbers(void **state)
{
    (void)state;
    const uint64_t turn = UINT64_C(1) << 32;
    check_number(0, 0, false, 0);
    check_number(0, 1, true, 0);
    check_number(1, 1, false, 0);
    check_number(4, 5, true, 4);
    check_number(5, 5, false, 0);
    check_number(0, turn, true, 0);
    check_number(UINT32_MAX, turn, true, turn - 1);
    check_number(0, turn + 1, true, turn);
    check_number(1, turn + 1, true, 1);
    check_number(UINT32_MAX, turn + 5, true, turn - 1);
    check_number(7, UINT64_MAX, true, UINT64_MAX - UINT32_MAX + 7);
}

/* --- stamps of packets --- */

static struct sockaddr_in bound(int fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    return address;
}

static void wait_for(int fd, short events)
{
    struct pollfd descriptor = {.fd = fd, .events = events};
    assert_int_equal(poll(&descriptor, 1, WAIT_MS), 1);
}

/* One message of a queue of fd, with its control bytes. */
static void take(int fd, int flags, struct msghdr *ret_message)
{
    static _Alignas(struct cmsghdr) uint8_t control[PKT_TIMESTAMP_CONTROL_SIZE];
    static uint8_t bytes[64];
    static struct iovec vector = {bytes, sizeof bytes};
    *ret_message = (struct msghdr){
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    wait_for(fd, flags & MSG_ERRQUEUE ? 0 : POLLIN);
    assert_true(recvmsg(fd, ret_message, flags) >= 0);
    assert_false(ret_message->msg_flags & MSG_CTRUNC);
}

/* The kernel begins to stamp what it receives a moment after it is asked to: packets of a socket of its own
 * go until one has a stamp. */
static void wait_for_stamps(int to, struct sockaddr_in *address)
{
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    struct pkt_receive_stamp stamp = {0};
    for (int64_t end = pkt_mono_now().ns + WAIT_MS * INT64_C(1000000); !stamp.has_time;) {
        struct msghdr message;
        assert_true(pkt_mono_now().ns < end);
        assert_int_equal(sendto(other, "", 1, 0, (struct sockaddr *)address, sizeof *address), 1);
        take(to, 0, &message);
        pkt_timestamp_read_receive(&message, &stamp);
    }
    close(other);
}

/* Each packet has one stamp a point, numbered right, in order, and before the receiver's. */
static void test_stamps(void **state)
{
    (void)state;
    struct pkt_error error;
    int from = socket(AF_INET, SOCK_DGRAM, 0), to = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = bound(to);
    struct pkt_timestamp_options transmit = {.size = sizeof transmit,
                                             .transmit = PKT_STAMP_SOFTWARE | PKT_STAMP_SCHEDULED};
    struct pkt_timestamp_options receive = {.size = sizeof receive, .receive = true};
    assert_int_equal(pkt_timestamp_enable(from, &transmit, &error), 0);
    assert_int_equal(pkt_timestamp_enable(to, &receive, &error), 0);
    wait_for_stamps(to, &address);
    int64_t earliest = pkt_wall_now().ns;
    for (uint8_t i = 0; i < (uint8_t)PACKETS; i++)
        assert_int_equal(sendto(from, &i, 1, 0, (struct sockaddr *)&address, sizeof address), 1);
    int64_t left[PACKETS] = {0}, scheduled[PACKETS] = {0};
    for (int i = 0; i < 2 * PACKETS; i++) {
        struct msghdr message;
        struct pkt_timestamp_report report = {0};
        uint64_t number;
        take(from, MSG_ERRQUEUE, &message);
        assert_true(pkt_timestamp_read_transmit(&message, &report));
        assert_true(pkt_timestamp_number(report.mark, PACKETS, &number));
        int64_t *place = report.point == PKT_STAMP_SOFTWARE ? &left[number] : &scheduled[number];
        assert_int_equal(*place, 0);
        assert_true(report.time.ns >= earliest);
        *place = report.time.ns;
    }
    for (int i = 0; i < PACKETS; i++) {
        struct msghdr message;
        struct pkt_receive_stamp stamp = {0};
        take(to, 0, &message);
        assert_int_equal(((uint8_t *)message.msg_iov->iov_base)[0], i);
        pkt_timestamp_read_receive(&message, &stamp);
        assert_true(stamp.has_time);
        assert_false(stamp.has_card);
        assert_true(scheduled[i] <= left[i] && left[i] <= stamp.time.ns);
        assert_true(i == 0 || left[i - 1] <= left[i]);
        assert_true(stamp.time.ns <= pkt_wall_now().ns);
    }
    close(from);
    close(to);
}

/* Switching on again begins to count anew; switching off ends it; an ICMP error is no stamp. */
static void test_switching(void **state)
{
    (void)state;
    struct pkt_error error;
    struct msghdr message;
    struct pkt_timestamp_report report;
    struct pkt_receive_stamp stamp;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    struct sockaddr_in nobody = bound(fd);
    struct pkt_timestamp_options options = {.size = sizeof options, .transmit = PKT_STAMP_SOFTWARE};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pkt_timestamp_enable(fd, &options, &error), 0);
        assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&nobody, sizeof nobody), 1);
        take(fd, MSG_ERRQUEUE, &message);
        assert_true(pkt_timestamp_read_transmit(&message, &report));
        assert_int_equal(report.mark, 0);
        assert_int_equal(report.point, PKT_STAMP_SOFTWARE);
        take(fd, 0, &message);
        pkt_timestamp_read_receive(&message, &stamp);
        assert_false(stamp.has_card);
    }
    options.transmit = 0;
    assert_int_equal(pkt_timestamp_enable(fd, &options, &error), 0);
    assert_int_equal(setsockopt(fd, SOL_IP, 11 /* IP_RECVERR */, &on, sizeof on), 0);
    nobody.sin_port = htons(1);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&nobody, sizeof nobody), 1);
    take(fd, MSG_ERRQUEUE, &message);
    assert_false(pkt_timestamp_read_transmit(&message, &report));
    pkt_timestamp_read_receive(&message, &stamp);
    assert_false(stamp.has_time);
    close(fd);
}

static void test_refused(void **state)
{
    (void)state;
    struct pkt_error error = {0};
    struct pkt_timestamp_ability ability;
    struct pkt_timestamp_card card = {0, 0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct pkt_timestamp_options options = {.size = sizeof options, .transmit = 8};
    assert_int_equal(pkt_timestamp_enable(fd, &options, &error), PKT_E_ARGUMENT);
    close(fd);
    options.transmit = PKT_STAMP_SOFTWARE;
    assert_int_equal(pkt_timestamp_enable(fd, &options, &error), PKT_E_SYSTEM);
    assert_int_equal(pkt_timestamp_get_ability("", &ability, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_timestamp_get_ability("a-name-that-is-too-long", &ability, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_timestamp_get_ability("no-such-one", &ability, &error), PKT_E_SYSTEM);
    assert_int_equal(pkt_timestamp_get_ability("lo", &ability, &error), 0);
    assert_int_equal(ability.transmit, PKT_STAMP_SCHEDULED | PKT_STAMP_SOFTWARE);
    assert_true(ability.receive);
    assert_false(ability.receive_hardware);
    assert_int_equal(ability.clock, -1);
    assert_int_equal(pkt_timestamp_get_card("lo", &card, &error), PKT_E_UNSUPPORTED);
    int result = pkt_timestamp_set_card("lo", &card, &error);
    assert_true(result == PKT_E_UNSUPPORTED || result == PKT_E_SYSTEM); /* the latter without privilege */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now),       cmocka_unit_test(test_measure), cmocka_unit_test(test_saturation),
        cmocka_unit_test(test_step),      cmocka_unit_test(test_numbers), cmocka_unit_test(test_stamps),
        cmocka_unit_test(test_switching), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
