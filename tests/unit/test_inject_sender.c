/*
 * What becomes of each packet: every errno in turn, partial batches, errors that waited for somebody else.
 * The way to send is a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inject/socket.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One answer of the fake: so many go, then this errno (0: unknown, as sendmmsg in the middle of a batch). */
struct answer {
    unsigned went;
    int failure;
};

struct fake {
    struct pkt_sender sender;
    const struct answer *answers;
    unsigned answers_left;
    unsigned offered[16]; /* of each call */
    unsigned calls;
    unsigned drains;
    uint8_t log[512]; /* first bytes of the packets that went */
    unsigned logged;
};

/* Without answers everything goes. */
static unsigned fake_send(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                          int *ret_errno)
{
    struct fake *fake = (struct fake *)(void *)sender;
    struct answer answer = {count, 0};
    assert_in_range(count, 1, SENDER_BATCH);
    if (fake->answers_left > 0) {
        answer = *fake->answers++;
        fake->answers_left--;
    }
    if (fake->calls < COUNT(fake->offered))
        fake->offered[fake->calls] = count;
    fake->calls++;
    assert_true(answer.went <= count);
    for (unsigned i = 0; i < answer.went; i++)
        fake->log[fake->logged++ % sizeof fake->log] = packets[i].bytes.ptr[0];
    *ret_errno = answer.went == count ? 0 : answer.failure;
    return answer.went;
}

static void fake_drain(struct pkt_sender *sender)
{
    ((struct fake *)(void *)sender)->drains++;
}

static void fake_close(struct pkt_sender *sender)
{
    free(sender);
}

static const struct sender_ops fake_ops = {.send = fake_send, .drain = fake_drain, .close = fake_close};

static struct fake *make_fake(const struct answer *answers, unsigned count)
{
    struct fake *fake = calloc(1, sizeof *fake);
    assert_non_null(fake);
    fake->sender.ops = &fake_ops;
    fake->sender.fd = -1;
    fake->answers = answers;
    fake->answers_left = count;
    return fake;
}

/* Packets whose first byte is their place in the batch. */
struct batch {
    uint8_t bytes[256][3];
    struct pkt_outgoing packets[256];
    int errnos[256];
};

static void make_batch(struct batch *batch)
{
    *batch = (struct batch){0};
    for (unsigned i = 0; i < 256; i++) {
        batch->bytes[i][0] = (uint8_t)i;
        batch->packets[i].bytes = pkt_view_make(batch->bytes[i], 3);
        batch->errnos[i] = -1;
    }
}

static struct pkt_sender_statistics statistics_of(struct fake *fake)
{
    struct pkt_sender_statistics statistics;
    pkt_sender_get_statistics(&fake->sender, &statistics);
    return statistics;
}

static void test_all_go(void **state)
{
    (void)state;
    struct batch batch;
    struct fake *fake = make_fake(NULL, 0);
    make_batch(&batch);
    assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 150, batch.errnos), 150);
    assert_int_equal(fake->calls, 3);
    assert_int_equal(fake->offered[0], 64);
    assert_int_equal(fake->offered[2], 22);
    assert_int_equal(fake->drains, 3);
    assert_int_equal(pkt_sender_get_lack(&fake->sender), PKT_SENDER_LACKS_NOTHING);
    for (unsigned i = 0; i < 150; i++) {
        assert_int_equal(batch.errnos[i], 0);
        assert_int_equal(fake->log[i], i);
    }
    assert_int_equal(batch.errnos[150], -1);
    assert_int_equal(statistics_of(fake).packets, 150);
    assert_int_equal(statistics_of(fake).bytes, 450);
    assert_int_equal(statistics_of(fake).calls, 3);
    pkt_sender_close(&fake->sender);
}

static void test_nothing_to_send(void **state)
{
    (void)state;
    struct fake *fake = make_fake(NULL, 0);
    assert_int_equal(pkt_sender_send(&fake->sender, NULL, 0, NULL), 0);
    assert_int_equal(fake->calls, 0);
    pkt_sender_close(&fake->sender);
}

/* Everything that is not "later" and not perhaps somebody else's refuses at once; the others go on. */
static void test_every_errno_refuses_one_packet(void **state)
{
    (void)state;
    static const int others[] = {EINTR, EAGAIN, ENOBUFS, ENOMEM};
    for (int errnum = 1; errnum < SENDER_ERRNOS; errnum++) {
        bool refuses = true;
        for (unsigned i = 0; i < COUNT(others); i++)
            refuses = refuses && errnum != others[i];
        if (!refuses)
            continue;
        /* Two go, the third fails: at first its errno is lost, then it comes, once more for what may be
         * pending. */
        struct answer answers[] = {
            {2, 0     },
            {0, errnum},
            {0, errnum}
        };
        struct batch batch;
        struct fake *fake = make_fake(answers, 2);
        make_batch(&batch);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 5, NULL), 5);
        bool pending = fake->logged == 5;
        pkt_sender_close(&fake->sender);

        fake = make_fake(answers, pending ? 3 : 2);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 5, batch.errnos), 5);
        for (int i = 0; i < 5; i++)
            assert_int_equal(batch.errnos[i], i == 2 ? errnum : 0);
        assert_int_equal(fake->logged, 4);
        assert_memory_equal(fake->log, "\0\1\3\4", 4);
        assert_int_equal(statistics_of(fake).packets, 4);
        assert_int_equal(statistics_of(fake).refused, 1);
        assert_int_equal(pkt_sender_get_refused(&fake->sender, errnum), 1);
        assert_int_equal(pkt_sender_get_refused(&fake->sender, errnum == EPERM ? EIO : EPERM), 0);
        assert_int_equal(statistics_of(fake).errors_pending, 0);
        pkt_sender_close(&fake->sender);
    }
}

/* An ICMP error of an earlier packet meets this one: it goes at the second try, and the error is counted. */
static void test_pending_errors_are_nobodys(void **state)
{
    (void)state;
    static const int errnos[] = {ENETUNREACH, EHOSTUNREACH, ENOPROTOOPT, EMSGSIZE, EOPNOTSUPP, ECONNREFUSED,
                                 EHOSTDOWN,   ENONET,       EACCES,      EPROTO,   ENETDOWN};
    for (unsigned i = 0; i < COUNT(errnos); i++) {
        struct answer answers[] = {
            {0, errnos[i]}
        };
        struct batch batch;
        struct fake *fake = make_fake(answers, 1);
        make_batch(&batch);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 3, batch.errnos), 3);
        assert_int_equal(fake->offered[0], 3);
        assert_int_equal(fake->offered[1], 1);
        assert_int_equal(fake->offered[2], 2);
        assert_memory_equal(fake->log, "\0\1\2", 3);
        assert_int_equal(batch.errnos[0], 0);
        assert_int_equal(statistics_of(fake).packets, 3);
        assert_int_equal(statistics_of(fake).refused, 0);
        assert_int_equal(statistics_of(fake).errors_pending, 1);
        pkt_sender_close(&fake->sender);
    }
}

/* A pending error, and behind it the packet's own, a full buffer, a full queue. */
static void test_behind_a_pending_error(void **state)
{
    (void)state;
    static const struct {
        int second;
        unsigned done;
        enum pkt_sender_lack lack;
    } cases[] = {
        {EPERM,        1, PKT_SENDER_LACKS_NOTHING},
        {ECONNREFUSED, 1, PKT_SENDER_LACKS_NOTHING},
        {EAGAIN,       0, PKT_SENDER_LACKS_BUFFER },
        {ENOBUFS,      0, PKT_SENDER_LACKS_QUEUE  }
    };
    for (unsigned i = 0; i < COUNT(cases); i++) {
        struct answer answers[] = {
            {0, EHOSTUNREACH   },
            {0, cases[i].second}
        };
        struct batch batch;
        struct fake *fake = make_fake(answers, 2);
        make_batch(&batch);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 1, batch.errnos), cases[i].done);
        assert_int_equal(pkt_sender_get_lack(&fake->sender), cases[i].lack);
        assert_int_equal(batch.errnos[0], cases[i].done ? cases[i].second : -1);
        assert_int_equal(statistics_of(fake).refused, cases[i].done);
        pkt_sender_close(&fake->sender);
    }
}

/* What is not taken is said, and offered again by the caller: in order, none twice. */
static void test_not_yet(void **state)
{
    (void)state;
    static const struct {
        int failure;
        enum pkt_sender_lack lack;
    } cases[] = {
        {EAGAIN,  PKT_SENDER_LACKS_BUFFER},
        {ENOBUFS, PKT_SENDER_LACKS_QUEUE },
        {ENOMEM,  PKT_SENDER_LACKS_QUEUE }
    };
    for (unsigned i = 0; i < COUNT(cases); i++) {
        struct answer answers[] = {
            {64, 0               },
            {7,  0               },
            {0,  cases[i].failure},
            {0,  cases[i].failure},
            {9,  0               }
        };
        struct batch batch;
        struct fake *fake = make_fake(answers, 5);
        make_batch(&batch);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 100, batch.errnos), 71);
        assert_int_equal(pkt_sender_get_lack(&fake->sender), cases[i].lack);
        assert_int_equal(batch.errnos[70], 0);
        assert_int_equal(batch.errnos[71], -1);
        pkt_sender_wait(&fake->sender, 1000);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets + 71, 29, NULL), 0);
        assert_int_equal(pkt_sender_send(&fake->sender, batch.packets + 71, 29, NULL), 29);
        assert_int_equal(pkt_sender_get_lack(&fake->sender), PKT_SENDER_LACKS_NOTHING);
        for (unsigned k = 0; k < 100; k++)
            assert_int_equal(fake->log[k], k);
        assert_int_equal(fake->logged, 100);
        assert_int_equal(statistics_of(fake).packets, 100);
        assert_int_equal(statistics_of(fake).waits_buffer, i == 0 ? 2 : 0);
        assert_int_equal(statistics_of(fake).waits_queue, i == 0 ? 0 : 2);
        pkt_sender_close(&fake->sender);
    }
}

static void test_interrupted(void **state)
{
    (void)state;
    struct answer answers[20];
    for (unsigned i = 0; i < COUNT(answers); i++)
        answers[i] = (struct answer){0, EINTR};
    struct batch batch;
    struct fake *fake = make_fake(answers, COUNT(answers));
    make_batch(&batch);
    assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 10, batch.errnos), 10);
    assert_int_equal(fake->logged, 10);
    assert_int_equal(statistics_of(fake).refused, 0);
    pkt_sender_close(&fake->sender);
}

/* All refused, none lost: a dead interface. */
static void test_all_refused(void **state)
{
    (void)state;
    struct answer answers[200];
    for (unsigned i = 0; i < COUNT(answers); i++)
        answers[i] = (struct answer){0, ENXIO};
    struct batch batch;
    struct fake *fake = make_fake(answers, COUNT(answers));
    make_batch(&batch);
    assert_int_equal(pkt_sender_send(&fake->sender, batch.packets, 200, batch.errnos), 200);
    for (unsigned i = 0; i < 200; i++)
        assert_int_equal(batch.errnos[i], ENXIO);
    assert_int_equal(pkt_sender_get_refused(&fake->sender, ENXIO), 200);
    assert_int_equal(statistics_of(fake).packets, 0);
    assert_int_equal(fake->sender.number, 200);
    pkt_sender_close(&fake->sender);
}

/* Random answers: sent, refused and left add up, in order. */
static void test_nothing_is_lost(void **state)
{
    (void)state;
    static const int failures[] = {0, 0, EINTR, EAGAIN, ENOBUFS, EPERM, EHOSTUNREACH, ENXIO, EMSGSIZE};
    uint32_t random = 7;
    for (int run = 0; run < 500; run++) {
        struct answer answers[40];
        struct batch batch;
        for (unsigned i = 0; i < COUNT(answers); i++) {
            random = random * 1664525 + 1013904223;
            answers[i] = (struct answer){i % 3 == 0 ? (random >> 20) % 3 : 0,
                                         failures[(random >> 10) % COUNT(failures)]};
        }
        /* A retry offers one packet: no answer may take more. */
        for (unsigned i = 0; i < COUNT(answers); i++)
            answers[i].went = answers[i].went > 1 ? 1 : answers[i].went;
        struct fake *fake = make_fake(answers, COUNT(answers));
        make_batch(&batch);
        unsigned done = 0;
        for (int calls = 0; done < 100 && calls < 100; calls++) {
            unsigned now =
                pkt_sender_send(&fake->sender, batch.packets + done, 100 - done, batch.errnos + done);
            assert_true(now == 100 - done || pkt_sender_get_lack(&fake->sender) != PKT_SENDER_LACKS_NOTHING);
            done += now;
        }
        assert_int_equal(done, 100);
        unsigned sent = 0;
        for (unsigned i = 0; i < 100; i++) {
            assert_true(batch.errnos[i] >= 0);
            if (batch.errnos[i] == 0)
                assert_int_equal(fake->log[sent++], i);
        }
        assert_int_equal(sent, fake->logged);
        assert_int_equal(statistics_of(fake).packets, sent);
        assert_int_equal(statistics_of(fake).refused, 100 - sent);
        pkt_sender_close(&fake->sender);
    }
}

/* --- a way to send of the caller's own --- */

struct sink {
    unsigned taken;
    unsigned full_at;
    bool closed;
};

static int sink_send(void *context, const struct pkt_outgoing *packet)
{
    struct sink *sink = context;
    if (packet->bytes.len > 2 && packet->bytes.ptr[0] == 13)
        return EMSGSIZE;
    if (sink->taken == sink->full_at)
        return ENOSPC;
    sink->taken++;
    return 0;
}

static void sink_close(void *context)
{
    ((struct sink *)context)->closed = true;
}

static void test_custom(void **state)
{
    (void)state;
    struct sink sink = {.full_at = 98};
    struct pkt_sender_custom custom = {.size = sizeof custom,
                                       .name = "a file",
                                       .layer = PKT_SENDER_LAYER_LINK,
                                       .context = &sink,
                                       .send = sink_send,
                                       .close = sink_close,
                                       .fd = -1};
    struct pkt_sender *sender;
    struct pkt_error error;
    struct pkt_sender_info info;
    struct batch batch;
    make_batch(&batch);
    assert_int_equal(pkt_sender_open_custom(&custom, &sender, &error), 0);
    pkt_sender_get_info(sender, &info);
    assert_string_equal(info.name, "a file");
    assert_int_equal(info.kind, PKT_SENDER_CUSTOM);
    assert_int_equal(info.layer, PKT_SENDER_LAYER_LINK);
    assert_int_equal(pkt_sender_fd(sender), -1);
    assert_int_equal(pkt_sender_send(sender, batch.packets, 100, batch.errnos), 100);
    assert_int_equal(sink.taken, 98);
    assert_int_equal(batch.errnos[13], EMSGSIZE);
    assert_int_equal(batch.errnos[98], 0);
    assert_int_equal(batch.errnos[99], ENOSPC);
    assert_int_equal(pkt_sender_stamps(sender, NULL, 0), 0);
    assert_int_equal(pkt_sender_complete(sender, pkt_room_make(batch.bytes[0], 3)), 0);
    assert_false(sink.closed);
    pkt_sender_close(sender);
    assert_true(sink.closed);
}

static void assert_refused(const struct pkt_sender_options *options, int code, const char *sentence)
{
    struct pkt_sender *sender = NULL;
    struct pkt_error error = {0};
    assert_int_equal(pkt_sender_open(options, &sender, &error), code);
    assert_int_equal(error.code, code);
    assert_string_equal(error.sentence, sentence);
    assert_null(sender);
}

static void test_options(void **state)
{
    (void)state;
    struct pkt_sender_options options = {.size = 0};
    assert_refused(NULL, PKT_E_ARGUMENT, "the options' size is not set");
    assert_refused(&options, PKT_E_ARGUMENT, "the options' size is not set");
    options.size = sizeof options;
    assert_refused(&options, PKT_E_ARGUMENT, "there is no sender of kind 0 to open");
    options.kind = PKT_SENDER_CUSTOM;
    assert_refused(&options, PKT_E_ARGUMENT, "there is no sender of kind 7 to open");
    options.kind = PKT_SENDER_PACKET;
    assert_refused(&options, PKT_E_ARGUMENT, "a packet socket needs an interface");
    options.interface = "";
    assert_refused(&options, PKT_E_ARGUMENT, "an interface has a name of 1 to 15 bytes");
    options.interface = "0123456789abcdef";
    assert_refused(&options, PKT_E_ARGUMENT, "an interface has a name of 1 to 15 bytes");
    options.interface = "lo";
    options.stamps = 8;
    assert_refused(&options, PKT_E_ARGUMENT, "a timestamp was asked for at an unknown point");
    options.stamps = PKT_STAMP_SCHEDULED;
    options.qdisc_bypass = true;
    assert_refused(&options, PKT_E_UNSUPPORTED,
                   "what bypasses the queueing discipline has no timestamp in front of it");
    options.kind = PKT_SENDER_RAW4;
    assert_refused(&options, PKT_E_UNSUPPORTED, "a raw IPv4 socket cannot bypass the queueing discipline");
    options.keep_replies = true;
    assert_refused(&options, PKT_E_UNSUPPORTED, "a raw IPv4 socket receives nothing");
    options.kind = PKT_SENDER_LIBNET;
    assert_refused(&options, PKT_E_UNSUPPORTED,
                   "libnet has no timestamps, no replies and no way around the queueing discipline");
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* What is adopted belongs to the sender on success only. */
static void test_adopted(void **state)
{
    (void)state;
    static const int kinds[] = {PKT_SENDER_ICMP4, PKT_SENDER_ICMP6,  PKT_SENDER_RAW4,
                                PKT_SENDER_RAW6,  PKT_SENDER_PACKET, PKT_SENDER_LIBNET};
    struct pkt_sender_options options = {.size = sizeof options, .interface = "lo"};
    struct pkt_sender *sender = NULL;
    struct pkt_error error;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    for (unsigned i = 0; i < COUNT(kinds); i++) {
        options.kind = kinds[i];
        int wanted = kinds[i] == PKT_SENDER_LIBNET ? PKT_E_UNSUPPORTED : PKT_E_SYSTEM;
        assert_int_equal(pkt_sender_open_fd(fds[1], &options, &sender, &error), wanted);
        assert_null(sender);
        assert_true(is_open(fds[1]));
        assert_int_equal(error.system_errno, wanted == PKT_E_SYSTEM ? ENOTTY : 0);
    }
    close(fds[0]);
    close(fds[1]);
}

/* Any datagram socket does for what is set up alike: it is taken, and closed with the sender. */
static void test_adopted_and_closed(void **state)
{
    (void)state;
    struct pkt_sender_options options = {
        .size = sizeof options, .kind = PKT_SENDER_ICMP4, .stamps = PKT_STAMP_SOFTWARE};
    struct pkt_sender *sender;
    struct pkt_sender_info info;
    struct pkt_error error;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(pkt_sender_open_fd(fd, &options, &sender, &error), 0);
    assert_int_equal(pkt_sender_fd(sender), fd);
    pkt_sender_get_info(sender, &info);
    assert_int_equal(info.layer, PKT_SENDER_LAYER_MESSAGE);
    assert_true(info.identifier != 0);
    assert_string_equal(info.name, "ICMP socket");
    pkt_sender_close(sender);
    assert_false(is_open(fd));
}

/* What the kernel would do to a packet: RFC 1071's sum over known headers. */
static void test_complete(void **state)
{
    (void)state;
    uint8_t header[21] = {0x45, 0,   0xff, 0xff, 0, 0,   0, 0, 64, 17,  0xaa,
                          0xaa, 192, 0,    2,    1, 192, 0, 2, 2,  0x55};
    struct socket_sender *socket = calloc(1, sizeof *socket);
    assert_non_null(socket);
    socket->sender.info.kind = PKT_SENDER_RAW4;
    assert_int_equal(socket_complete(&socket->sender, pkt_room_make(header, sizeof header)), 0);
    assert_memory_equal(header + 2, "\x00\x15\x00\x01", 4);
    assert_memory_equal(header + 10, "\xf6\xd3", 2);
    assert_int_equal(header[20], 0x55);
    memset(header + 12, 0, 4);
    assert_int_equal(socket_complete(&socket->sender, pkt_room_make(header, sizeof header)),
                     PKT_SENDER_OPEN_SOURCE);
    assert_memory_equal(header + 4, "\x00\x01", 2); /* stays */

    /* Lengths that cannot be: left alone, as the kernel does. */
    uint8_t before[21];
    header[0] = 0x46;
    memcpy(before, header, sizeof header);
    for (size_t len = 0; len <= sizeof header; len++) {
        assert_int_equal(socket_complete(&socket->sender, pkt_room_make(header, len)), 0);
        assert_memory_equal(header, before, sizeof header);
    }
    /* The identification never becomes 0. */
    socket->next_identification = UINT16_MAX;
    header[0] = 0x45;
    header[5] = 0;
    socket_complete(&socket->sender, pkt_room_make(header, sizeof header));
    assert_memory_equal(header + 4, "\x00\x01", 2);

    uint8_t echo[9] = {8, 0, 0xff, 0xff, 0, 0, 0, 7, 0x80};
    socket->sender.info.kind = PKT_SENDER_ICMP4;
    socket->sender.info.identifier = 0x1234;
    assert_int_equal(socket_complete(&socket->sender, pkt_room_make(echo, sizeof echo)),
                     PKT_SENDER_OPEN_HEADER);
    assert_memory_equal(echo, "\x08\x00\x65\xc4\x12\x34\x00\x07\x80", 9);
    free(socket);
}

static void test_kind_names(void **state)
{
    (void)state;
    assert_string_equal(pkt_sender_kind_name(PKT_SENDER_ICMP4), "icmp4");
    assert_string_equal(pkt_sender_kind_name(PKT_SENDER_CUSTOM), "custom");
    assert_string_equal(pkt_sender_kind_name(0), "unknown");
    assert_string_equal(pkt_sender_kind_name(-3), "unknown");
    assert_string_equal(pkt_sender_kind_name(PKT_SENDER_RAW_ICMP6), "rawicmp6");
    assert_string_equal(pkt_sender_kind_name(PKT_SENDER_RAW_ICMP6 + 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_go),
        cmocka_unit_test(test_nothing_to_send),
        cmocka_unit_test(test_every_errno_refuses_one_packet),
        cmocka_unit_test(test_pending_errors_are_nobodys),
        cmocka_unit_test(test_behind_a_pending_error),
        cmocka_unit_test(test_not_yet),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_all_refused),
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_custom),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_adopted),
        cmocka_unit_test(test_adopted_and_closed),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_kind_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
