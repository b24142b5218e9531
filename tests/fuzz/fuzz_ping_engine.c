/*
 * pktping's engine in virtual time, among whatever a network may send: echoes that it sent come back whole,
 * damaged, twice, late or not at all, beside messages and errors of any octets. Every count adds up, nothing
 * without its tag is taken for a reply, time never runs backwards, and a run with an end ends.
 *
 *     targets, echoes to each, set of enum trait | steps: enum step, and its octets
 */
#include "fuzz_frame.h"

#include "common/memory.h"
#include "ping/engine.h"
#include "ping/tally.h"

#include <string.h>

enum { TARGETS_MAX = 4, SENT_MAX = 256, DATA_LEN = 32, MESSAGE_LEN = 8 + DATA_LEN, MESSAGE_MAX = 200 };
enum trait { TRAIT_IP6 = 1, TRAIT_SWEEP = 2, TRAIT_STAMPS = 4, TRAIT_GROUP = 8 };
enum step { STEP_WAIT, STEP_REPLY, STEP_MESSAGE, STEP_ERROR, STEP_STAMP, STEP_REFUSE, STEP_COUNT };

static struct {
    struct pkt_mono now;
    struct {
        struct ping_target *target;
        uint8_t message[MESSAGE_LEN];
        uint64_t number;
    } sent[SENT_MAX];
    unsigned sent_count; /* of sent, the latest SENT_MAX */
    uint64_t replies;    /* that the report was told of, of any kind */
    uint64_t genuine;    /* that were given to the engine */
    int refuse;
    struct ping_options options;
    struct ping_target targets[TARGETS_MAX];
    struct ping ping;
    struct ping_engine engine;
    struct pkt_rtt_pool pool;
    uint8_t data[DATA_LEN];
} world;

/* --- what the engine is given --- */

static unsigned port_send(void *context, const struct engine_probe *probes, unsigned count, int *ret_errnos)
{
    (void)context;
    for (unsigned i = 0; i < count; i++) {
        unsigned slot = world.sent_count++ % SENT_MAX;
        uint8_t *message = world.sent[slot].message;
        memset(message, 0, 8);
        message[0] = probes[i].target->address.version == 6 ? 129 : 0;
        message[6] = (uint8_t)(probes[i].sequence >> 8);
        message[7] = (uint8_t)probes[i].sequence;
        memcpy(message + 8, world.data, DATA_LEN);
        require(pkt_echo_payload_write(message + 8, DATA_LEN,
                                       engine_tag(&world.engine, probes[i].target, probes[i].number),
                                       probes[i].number));
        world.sent[slot].target = probes[i].target;
        world.sent[slot].number = probes[i].number;
        ret_errnos[i] = world.refuse;
    }
    world.refuse = 0;
    return count;
}

static struct pkt_mono port_now(void *context)
{
    (void)context;
    return world.now;
}

static void on_run(struct ping *ping)
{
    (void)ping;
}

static void on_target(struct ping *ping, struct ping_target *target)
{
    (void)ping;
    require(target >= world.targets && target < world.targets + world.ping.target_count);
}

static void on_echo(struct ping *ping, struct ping_target *target, uint32_t sequence)
{
    on_target(ping, target);
    require(sequence >= 1 && sequence <= target->sent);
}

static void on_reply(struct ping *ping, const struct ping_reply *reply)
{
    on_echo(ping, reply->target, reply->sequence);
    require(reply->checksum_bad || (reply->rtt.rtt_ns >= 0 && reply->rtt.user_ns >= 0));
    require(!reply->has_wrong || reply->wrong_at < DATA_LEN);
    world.replies++;
}

static void on_error(struct ping *ping, const struct ping_error *error)
{
    on_echo(ping, error->target, error->sequence);
}

static void on_why(struct ping *ping, struct ping_target *target, const char *code, const char *sentence)
{
    (void)ping, (void)target, (void)code, (void)sentence;
}

/* --- steps --- */

static struct pkt_icmp_event event_of(int kind, uint8_t *message, size_t len, struct pkt_ip from)
{
    return (struct pkt_icmp_event){.kind = kind,
                                   .read = world.now,
                                   .from = from,
                                   .interface = 1,
                                   .hop_limit = 64,
                                   .message = pkt_view_make(message, len),
                                   .wire_len = (uint32_t)len,
                                   .type = len > 0 ? message[0] : 0,
                                   .code = len > 1 ? message[1] : 0};
}

/* The slot of an echo of those sent latest; one was. */
static unsigned pick(struct pkt_cursor *input)
{
    unsigned kept = world.sent_count < SENT_MAX ? world.sent_count : SENT_MAX;
    return (world.sent_count - 1 - pkt_cursor_u8(input) % kept) % SENT_MAX;
}

/* Octets of the input over a copy of an echo: the first says how many are another, the next which. */
static void damage(struct pkt_cursor *input, uint8_t *message, size_t len)
{
    for (unsigned left = pkt_cursor_u8(input) % 4; left > 0; left--) {
        size_t at = pkt_cursor_u8(input);
        message[at % len] = pkt_cursor_u8(input);
    }
}

static struct pkt_wall any_time(struct pkt_cursor *input)
{
    uint64_t high = pkt_cursor_u32(input);
    return (struct pkt_wall){(int64_t)(high << 32 | pkt_cursor_u32(input))};
}

static void reply(struct pkt_cursor *input)
{
    uint8_t message[MESSAGE_LEN];
    if (world.sent_count == 0)
        return;
    unsigned slot = pick(input);
    memcpy(message, world.sent[slot].message, sizeof message);
    damage(input, message, sizeof message);
    uint8_t how = pkt_cursor_u8(input);
    struct pkt_ip from = world.sent[slot].target->address;
    from.ip4.byte[3] ^= (how & 0x30) == 0x30;
    size_t len = (how & 0xc0) == 0xc0 ? sizeof message - how % sizeof message : sizeof message;
    struct pkt_icmp_event event = event_of(PKT_ICMP_EVENT_MESSAGE, message, len, from);
    event.checksum = (how & 0x0f) == 0x0f ? PKT_CHECKSUM_BAD : PKT_CHECKSUM_OK;
    event.stamp.has_time = (how & 1) != 0;
    event.stamp.time = any_time(input);
    world.genuine++;
    engine_take(&world.engine, &event);
}

static size_t take_bytes(struct pkt_cursor *input, uint8_t *ret_bytes, size_t most)
{
    size_t len = pkt_cursor_u8(input) % most;
    for (size_t i = 0; i < len; i++)
        ret_bytes[i] = pkt_cursor_u8(input);
    return len;
}

static void message(struct pkt_cursor *input)
{
    uint8_t bytes[MESSAGE_MAX];
    size_t len = take_bytes(input, bytes, sizeof bytes);
    struct pkt_icmp_event event =
        event_of(PKT_ICMP_EVENT_MESSAGE, bytes, len, world.targets[len % world.ping.target_count].address);
    engine_take(&world.engine, &event);
}

/* An error that quotes an echo, or anything. */
static void error(struct pkt_cursor *input)
{
    uint8_t bytes[MESSAGE_MAX], extensions[MESSAGE_MAX];
    size_t len = take_bytes(input, bytes, sizeof bytes),
           more = take_bytes(input, extensions, sizeof extensions);
    struct pkt_icmp_event event = event_of(PKT_ICMP_EVENT_ERROR, bytes, len, world.targets[0].address);
    event.quoted = event.message;
    event.quoted_destination = world.targets[0].address;
    if (len % 2 == 0 && world.sent_count > 0) {
        unsigned slot = pick(input);
        event.quoted = pkt_view_make(world.sent[slot].message, 8 + len % (DATA_LEN + 1));
        event.quoted_destination = world.sent[slot].target->address;
    }
    event.extensions = pkt_view_make(extensions, more);
    event.type = pkt_cursor_u8(input);
    event.code = pkt_cursor_u8(input);
    event.mtu = pkt_cursor_u32(input);
    if ((event.code & 3) == 3) {
        event.kind = PKT_ICMP_EVENT_LOCAL;
        event.system_errno = event.type;
    }
    engine_take(&world.engine, &event);
}

static void stamp(struct pkt_cursor *input)
{
    struct pkt_icmp_event event = {.kind = PKT_ICMP_EVENT_STAMP, .read = world.now};
    event.number = pkt_cursor_u8(input);
    event.point = pkt_cursor_u8(input) % 4;
    event.time = any_time(input);
    engine_take(&world.engine, &event);
}

static void step(struct pkt_cursor *input)
{
    switch ((enum step)(pkt_cursor_u8(input) % STEP_COUNT)) {
    case STEP_WAIT:
        world.now.ns += INT64_C(1000) * pkt_cursor_u32(input);
        engine_turn(&world.engine);
        break;
    case STEP_REPLY:
        reply(input);
        break;
    case STEP_MESSAGE:
        message(input);
        break;
    case STEP_ERROR:
        error(input);
        break;
    case STEP_STAMP:
        stamp(input);
        break;
    case STEP_REFUSE:
        world.refuse = pkt_cursor_u8(input);
        break;
    case STEP_COUNT:
        break;
    }
}

/* --- what always holds --- */

static void check(void)
{
    uint64_t received = 0;
    for (uint32_t i = 0; i < world.ping.target_count; i++) {
        const struct pkt_rtt_stats *stats = &world.targets[i].stats;
        struct pkt_rtt_summary summary;
        pkt_rtt_stats_read(stats, &summary);
        received += stats->received;
        require(stats->received + stats->waiting + summary.lost == stats->sent);
        require(stats->late <= stats->received);
        require(!summary.has_rtt || (summary.min_ns >= 0 && summary.min_ns <= summary.avg_ns &&
                                     summary.avg_ns <= summary.max_ns));
    }
    require(received <= world.genuine && world.replies <= world.genuine);
}

static void set_up(struct pkt_cursor *input)
{
    static const struct ping_report report = {.begin = on_run,
                                              .sent = on_target,
                                              .reply = on_reply,
                                              .error = on_error,
                                              .timeout = on_echo,
                                              .waiting = on_echo,
                                              .why = on_why,
                                              .status = on_run,
                                              .window = on_run,
                                              .end = on_run};
    memset(&world, 0, sizeof world);
    uint32_t count = 1 + pkt_cursor_u8(input) % TARGETS_MAX;
    world.now.ns = 1000000000;
    world.options = (struct ping_options){
        .interval_ns = -1, .wait_ns = -1, .data_len = DATA_LEN, .count = 1 + pkt_cursor_u8(input) % 8};
    uint8_t traits = pkt_cursor_u8(input);
    world.pool.memory = memory_of_heap(1 << 16);
    world.ping = (struct ping){.options = &world.options,
                               .report = &report,
                               .targets = world.targets,
                               .target_count = count,
                               .sweeps = (traits & TRAIT_SWEEP) != 0,
                               .pool = &world.pool,
                               .data = world.data,
                               .stamps_expected = (traits & TRAIT_STAMPS) != 0 ? PKT_ECHO_EXPECT_STAMP : 0,
                               .silent = on_target};
    if ((traits & TRAIT_SWEEP) != 0)
        world.options.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct pkt_ip4 ip4 = {
            {192, 0, 2, (uint8_t)(10 + i)}
        };
        struct pkt_ip6 ip6 = {
            {0x20, 1, 0x0d, 0xb8, [15] = (uint8_t)(10 + i)}
        };
        world.targets[i].address = (traits & TRAIT_IP6) != 0 ? pkt_ip_from6(ip6) : pkt_ip_from4(ip4);
        world.targets[i].is_group = (traits & TRAIT_GROUP) != 0 && i == 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct engine_port port = {.send = port_send, .now = port_now};
    static const uint8_t key[16] = "a key of a test";
    const uint16_t identifiers[2] = {7, 7};
    struct pkt_cursor input = pkt_cursor_make(pkt_view_make(data, size));
    set_up(&input);
    require(engine_start(&world.engine, &world.ping, &port, key, identifiers));
    engine_turn(&world.engine);
    while (pkt_cursor_left(&input) > 0) {
        step(&input);
        check();
    }
    /* It ends, in a bounded number of turns. */
    for (unsigned turns = 0; !world.engine.is_over; turns++) {
        require(turns < 100000);
        struct pkt_mono due = engine_due(&world.engine);
        require(due.ns < INT64_MAX);
        world.now.ns = due.ns > world.now.ns ? due.ns : world.now.ns + 1;
        engine_turn(&world.engine);
    }
    check();
    engine_stop(&world.engine);
    tally_stop(&world.ping);
    responders_free(&world.ping.responders);
    require(world.pool.used == 0);
    return 0;
}
