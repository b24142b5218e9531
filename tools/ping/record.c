/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include "pkt/clock.h"
#include "pkt/packet.h"
#include "record_packets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    QUEUE_BYTES_MAX = 8 << 20,
    LATER_MAX = 2 * ENGINE_BATCH, /* requests that a reply is put before, at most */
    CLOCKED_NUMBERS = 1 << 20,    /* echoes that the tracker remembers at most (echo.h) */
    HEADER_LEN = 8,               /* of an echo */
};
#define HOLD_NS  (PKT_NS_PER_S / 10) /* by then replies that overtook requests in a batch are there */
#define STAMP_NS (3 * PKT_NS_PER_S)  /* a stamp waits for ARP or ND, which give up after three seconds */

static const char headers_note[] =
    "pktping: the packets as its ICMP socket sent and received them. IP headers are pktping's "
    "reconstruction: "
    "addresses, hop limit, traffic class, length and protocol are as known, the rest is not (identification, "
    "Don't Fragment, fragmentation; IPv6 flow labels of answers; hop limit 64 where the kernel did not tell)";

enum note {
    NOTE_NONE,
    NOTE_CLOCK,
    NOTE_CARD,
    NOTE_CALL,
    NOTE_PARTS,
    NOTE_BROADCAST,
};

static const char *const notes[] = {
    [NOTE_CLOCK] = "pktping: no stamps of the kernel counted: this is the request's time, and the round-trip "
                   "time of the monotonic clock from call to call",
    [NOTE_CARD] = "pktping: this is the request's time, and the round-trip time of the network card's clock",
    [NOTE_CALL] = "pktping: the transmit stamp came too late: this is the request's time, and the round-trip "
                  "time of the kernel's stamps",
    [NOTE_PARTS] = "pktping: the kernel handed over the parts of this error only: the whole of it is "
                   "pktping's reconstruction, without extensions",
    [NOTE_BROADCAST] = RECORD_BROADCAST,
};

/* A packet that waits. */
struct item {
    struct item *next;
    struct item *previous;
    uint64_t number;       /* of the echo */
    int64_t time_ns;       /* of requests: until the stamp comes */
    struct pkt_mono since; /* in the queue */
    uint32_t len;
    uint32_t wire_len;
    bool is_request;
    uint8_t note;
    uint8_t bytes[];
};

struct record {
    struct pkt_saver *saver;
    const struct ping_engine *engine;
    struct record_facts facts;
    struct pkt_ip *sources; /* of the targets */
    uint8_t *scratch;
    size_t scratch_len;
    uint8_t *clocked;  /* a bit for each echo: its time is that of the call */
    int64_t offset_ns; /* from the monotonic clock to the wall clock, when the run began */
    struct item *first;
    struct item *last;
    size_t bytes;
    int64_t lost_ns; /* the last echo that was given up was, by the times in the file */
    uint32_t interface;
    bool is_noted; /* headers_note was written */
    uint64_t packets;
    struct pkt_error error;
};

/* A program with the setuid bit must not write where its user may not. */
static int open_as_caller(const char *path, const struct pkt_saver_options *options,
                          struct pkt_saver **ret_saver, struct pkt_error *reterr_error)
{
    uid_t effective = geteuid();
    if (effective == getuid())
        return pkt_saver_open_file(path, options, ret_saver, reterr_error);
    if (seteuid(getuid()) != 0)
        return reterr_error->code = PKT_E_SYSTEM;
    int result = pkt_saver_open_file(path, options, ret_saver, reterr_error);
    if (seteuid(effective) == 0)
        return result;
    return reterr_error->code = PKT_E_SYSTEM;
}

int record_open(const char *path, struct record **ret_record, struct pkt_error *reterr_error)
{
    const struct pkt_saver_options options = {.size = sizeof options,
                                              .application = "pktping " PKT_VERSION_STRING,
                                              .resolution = PKT_SAVER_NANOSECONDS};
    const struct pkt_saver_interface interface = {
        .size = sizeof interface, .description = headers_note, .linktype = PKT_LINKTYPE_RAW};
    struct record *record = calloc(1, sizeof *record);
    if (record == NULL) {
        *reterr_error = (struct pkt_error){.code = PKT_E_MEMORY, .sentence = "no memory to save packets"};
        return PKT_E_MEMORY;
    }
    int result = open_as_caller(path, &options, &record->saver, reterr_error);
    if (result == 0)
        result = pkt_saver_add_interface(record->saver, &interface, &record->interface, reterr_error);
    if (result == 0) {
        *ret_record = record;
        return 0;
    }
    struct pkt_error again;
    int closed = pkt_saver_close(record->saver, &again);
    free(record);
    return result != 0 ? result : closed;
}

bool record_start(struct record *record, const struct ping_engine *engine, const struct record_facts *facts)
{
    const struct ping *ping = engine->ping;
    record->engine = engine;
    record->facts = *facts;
    record->scratch_len = RECORD_HEADERS_MAX + UINT16_MAX;
    record->scratch = malloc(record->scratch_len);
    record->sources = calloc(ping->target_count, sizeof *record->sources);
    record->clocked = calloc(CLOCKED_NUMBERS / 8, 1);
    record->offset_ns = pkt_wall_now().ns - pkt_mono_now().ns;
    return record->scratch != NULL && record->sources != NULL && record->clocked != NULL;
}

/* --- times --- */

static void set_clocked(struct record *record, uint64_t number, bool is_clocked)
{
    uint8_t *octet = &record->clocked[number % CLOCKED_NUMBERS / 8];
    uint8_t bit = (uint8_t)(1U << number % 8);
    *octet = (uint8_t)(is_clocked ? *octet | bit : *octet & ~bit);
}

static bool is_clocked(const struct record *record, uint64_t number)
{
    return (record->clocked[number % CLOCKED_NUMBERS / 8] >> number % 8 & 1) != 0;
}

/* The time that a request has in the file, or will have as things stand. */
static int64_t time_of(const struct record *record, const struct pkt_echo_probe *probe)
{
    if (probe->has_stamp && !is_clocked(record, probe->number))
        return probe->stamp.ns;
    return record->offset_ns + probe->sent.ns;
}

/* The same, and from now on it stays: what comes later is counted from it. */
static int64_t settle_time(struct record *record, const struct pkt_echo_probe *probe)
{
    if (!probe->has_stamp)
        set_clocked(record, probe->number, true);
    return time_of(record, probe);
}

/* --- the file --- */

static void fail(struct record *record, int code, const char *sentence)
{
    record->error = (struct pkt_error){.code = code};
    (void)snprintf(record->error.sentence, sizeof record->error.sentence, "%s", sentence);
}

static int add_comment(struct record *record, const char *text)
{
    return pkt_saver_add_comment(record->saver, pkt_view_make(text, strlen(text)), &record->error);
}

static int add_comments(struct record *record, const struct item *item)
{
    int result = record->is_noted ? 0 : add_comment(record, headers_note);
    record->is_noted = true;
    if (result == 0 && item->note != NOTE_NONE)
        result = add_comment(record, notes[item->note]);
    return result;
}

static void write_item(struct record *record, struct item *item)
{
    struct pkt_echo_probe probe;
    if (item->is_request && pkt_echo_find(record->engine->echo, item->number, &probe))
        item->time_ns = settle_time(record, &probe);
    const struct pkt_frame frame = {.bytes = pkt_view_make(item->bytes, item->len),
                                    .wire_len = item->wire_len,
                                    .linktype = PKT_LINKTYPE_RAW,
                                    .time = {item->time_ns},
                                    .time_digits = 9,
                                    .direction = item->is_request ? PKT_DIRECTION_OUT : PKT_DIRECTION_IN,
                                    .flags = PKT_FRAME_HAS_TIME};
    int result = add_comments(record, item);
    if (result == 0)
        result = pkt_saver_frame(record->saver, &frame, &record->error);
    record->error.code = result;
}

static void take_out(struct record *record, struct item *item)
{
    if (item->previous != NULL)
        item->previous->next = item->next;
    else
        record->first = item->next;
    if (item->next != NULL)
        item->next->previous = item->previous;
    else
        record->last = item->previous;
    record->bytes -= sizeof *item + item->len;
    free(item);
}

static bool awaits_stamp(const struct record *record, const struct item *item)
{
    struct pkt_echo_probe probe;
    return item->is_request && !is_clocked(record, item->number) &&
           pkt_echo_find(record->engine->echo, item->number, &probe) && !probe.has_stamp &&
           (probe.flags & PKT_ECHO_EXPECT_STAMP) != 0;
}

static bool is_ripe(const struct record *record, const struct item *item, struct pkt_mono now)
{
    int64_t age_ns = pkt_mono_since(now, item->since);
    if (record->bytes > QUEUE_BYTES_MAX)
        return true;
    return age_ns >= HOLD_NS && (age_ns >= STAMP_NS || !awaits_stamp(record, item));
}

void record_turn(struct record *record, struct pkt_mono now)
{
    while (record->first != NULL && (record->error.code != 0 || is_ripe(record, record->first, now))) {
        if (record->error.code == 0)
            write_item(record, record->first);
        take_out(record, record->first);
    }
}

bool record_has_failed(const struct record *record)
{
    return record != NULL && record->error.code != 0;
}

/* --- the queue --- */

/* The packet behind which a new one belongs: requests that left after it came are later; its own is not. */
static struct item *place_for(const struct record *record, const struct item *item)
{
    struct item *at = record->last;
    for (unsigned i = 0; i < LATER_MAX && at != NULL && !item->is_request; i++) {
        struct pkt_echo_probe probe;
        if (!at->is_request || at->number == item->number ||
            !pkt_echo_find(record->engine->echo, at->number, &probe) ||
            time_of(record, &probe) <= item->time_ns)
            break;
        at = at->previous;
    }
    return at;
}

static void put_in(struct record *record, struct item *item)
{
    item->previous = place_for(record, item);
    item->next = item->previous == NULL ? record->first : item->previous->next;
    if (item->previous != NULL)
        item->previous->next = item;
    else
        record->first = item;
    if (item->next != NULL)
        item->next->previous = item;
    else
        record->last = item;
    record->bytes += sizeof *item + item->len;
}

static void put(struct record *record, struct pkt_view packet, const struct item *like)
{
    struct item *item = malloc(sizeof *item + packet.len);
    if (packet.len == 0 || item == NULL) {
        fail(record, item == NULL ? PKT_E_MEMORY : PKT_E_ARGUMENT,
             item == NULL ? "no memory to save packets" : "a packet could not be put together to be saved");
        free(item);
        return;
    }
    *item = *like;
    item->len = (uint32_t)packet.len;
    item->wire_len += item->len;
    memcpy(item->bytes, packet.ptr, packet.len);
    put_in(record, item);
    record->packets++;
    record_turn(record, item->since);
}

static struct pkt_room room_of(struct record *record)
{
    return pkt_room_make(record->scratch, record->scratch_len);
}

static struct pkt_ip unspecified(int version)
{
    return version == 6 ? pkt_ip_from6((struct pkt_ip6){{0}}) : pkt_ip_from4((struct pkt_ip4){{0}});
}

static struct pkt_ip source_of(struct record *record, const struct ping_target *target)
{
    struct pkt_ip *source = &record->sources[target - record->engine->ping->targets];
    if (source->version == 0)
        *source = record->facts.source_of(record->facts.context, target);
    if (source->version != target->address.version)
        *source = unspecified(target->address.version);
    return *source;
}

static const struct ping_target *target_of(const struct record *record, const struct pkt_echo_probe *probe)
{
    return &record->engine->ping->targets[probe->target];
}

/* What was sent is made again, from what made it. */
static struct pkt_view data_of(const struct record *record, const struct ping_target *target, uint64_t number)
{
    const struct ping *ping = record->engine->ping;
    (void)pkt_echo_payload_write(ping->data, (size_t)ping->options->data_len,
                                 engine_tag(record->engine, target, number), number);
    return pkt_view_make(ping->data, (size_t)ping->options->data_len);
}

void record_sent(struct record *record, const struct ping_target *target, uint64_t number, uint16_t sequence,
                 struct pkt_mono when)
{
    const struct ping_options *options = record->engine->ping->options;
    bool is_ip6 = target->address.version == 6;
    const struct record_header header = {
        .from = source_of(record, target),
        .to = target->address,
        .hop_limit = record->facts.hop_limits[is_ip6][target->is_group],
        .traffic_class = (int)options->traffic_class,
        .flow_label = options->has_flow_label ? (uint32_t)options->flow_label : 0,
        .options = is_ip6 ? pkt_view_make(NULL, 0) : record->facts.ip_options};
    const struct record_echo echo = {.identifier = record->engine->identifiers[is_ip6],
                                     .sequence = sequence,
                                     .data = data_of(record, target, number)};
    if (record->error.code != 0)
        return;
    set_clocked(record, number, false);
    put(record, record_build_echo(room_of(record), &header, &echo),
        &(struct item){.number = number,
                       .time_ns = record->offset_ns + when.ns,
                       .since = when,
                       .is_request = true,
                       .note = target->is_broadcast ? NOTE_BROADCAST : NOTE_NONE});
}

/* The header of what came. */
static struct record_header header_of(struct record *record, const struct pkt_icmp_event *event,
                                      const struct pkt_echo_probe *probe)
{
    struct pkt_ip own = source_of(record, target_of(record, probe));
    return (struct record_header){.from = event->from,
                                  .to = event->to.version == event->from.version ? event->to : own,
                                  .hop_limit = event->hop_limit,
                                  .traffic_class = event->traffic_class,
                                  .options = event->options,
                                  .payload_len = event->wire_len > event->message.len ? event->wire_len : 0};
}

static uint32_t cut_of(const struct pkt_icmp_event *event)
{
    return event->wire_len > event->message.len ? event->wire_len - (uint32_t)event->message.len : 0;
}

/* Why a reply does not have its own stamp. */
static enum note note_of(const struct record *record, const struct pkt_echo_probe *probe,
                         const struct pkt_echo_rtt *rtt)
{
    if (rtt->clock == PKT_ECHO_USER)
        return NOTE_CLOCK;
    if (rtt->clock == PKT_ECHO_CARD)
        return NOTE_CARD;
    return is_clocked(record, probe->number) ? NOTE_CALL : NOTE_NONE;
}

void record_reply(struct record *record, const struct pkt_icmp_event *event,
                  const struct pkt_echo_probe *probe, const struct pkt_echo_rtt *rtt)
{
    struct pkt_echo_probe now; /* its stamp may have come since it was looked up */
    if (record->error.code != 0 || !pkt_echo_find(record->engine->echo, probe->number, &now))
        return;
    const struct record_header header = header_of(record, event, probe);
    int64_t sent_ns = settle_time(record, &now);
    put(record, record_build_message(room_of(record), &header, event->message),
        &(struct item){.number = probe->number,
                       .time_ns = sent_ns + rtt->rtt_ns,
                       .since = event->read,
                       .wire_len = cut_of(event),
                       .note = (uint8_t)note_of(record, probe, rtt)});
}

void record_error(struct record *record, const struct pkt_icmp_event *event,
                  const struct pkt_echo_probe *probe)
{
    bool has_message = event->message.len > 0;
    uint32_t quoted_len = HEADER_LEN + (uint32_t)record->engine->ping->options->data_len;
    if (record->error.code != 0)
        return;
    const struct record_header header = header_of(record, event, probe);
    struct pkt_view packet =
        has_message ? record_build_message(room_of(record), &header, event->message)
                    : record_build_error(room_of(record), &header, event,
                                         source_of(record, target_of(record, probe)), quoted_len);
    put(record, packet,
        &(struct item){.number = probe->number,
                       .time_ns =
                           event->stamp.has_time ? event->stamp.time.ns : record->offset_ns + event->read.ns,
                       .since = event->read,
                       .wire_len = has_message ? cut_of(event) : 0,
                       .note = has_message ? NOTE_NONE : NOTE_PARTS});
}

void record_lost(struct record *record, const struct pkt_echo_probe *probe)
{
    int64_t lost_ns = time_of(record, probe) + record->engine->timeout_ns;
    if (lost_ns > record->lost_ns)
        record->lost_ns = lost_ns;
}

/* --- the end --- */

/*
 * When the run ended; but the last echoes of a run that has sent all are given up before their timeout, and
 * what is lost here has to be lost by the file, too: then it is as if the timeout had been waited for.
 */
static void put_end(struct record *record, struct pkt_mono last)
{
    int64_t end_ns = record->offset_ns + last.ns;
    const struct pkt_saver_interface_statistics statistics = {
        .size = sizeof statistics,
        .time = {end_ns > record->lost_ns ? end_ns : record->lost_ns},
        .end = {end_ns > record->lost_ns ? end_ns : record->lost_ns},
        .received = UINT64_MAX,
        .dropped = UINT64_MAX,
        .filter_accepted = UINT64_MAX,
        .system_dropped = UINT64_MAX,
        .delivered = UINT64_MAX,
    };
    if (record->error.code == 0)
        record->error.code =
            pkt_saver_put_statistics(record->saver, record->interface, &statistics, &record->error);
}

int record_finish(struct record *record, struct pkt_mono last, struct pkt_saver_statistics *ret_statistics,
                  struct pkt_error *reterr_error)
{
    struct pkt_error error = {.code = 0};
    record_turn(record, (struct pkt_mono){INT64_MAX});
    if (record->engine != NULL)
        put_end(record, last);
    int result = pkt_saver_finish(record->saver, ret_statistics, &error);
    if (record->error.code != 0)
        error = record->error;
    if (error.code != 0) {
        *reterr_error = error;
        (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%.180s, of %llu",
                       error.sentence, (unsigned long long)record->packets);
        result = error.code;
    }
    free(record->sources);
    free(record->scratch);
    free(record->clocked);
    free(record);
    return result;
}
