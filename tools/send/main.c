/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktsend: puts together what the command line asks for, and runs it. Sockets are opened first; what
 * privilege there was is dropped for good before a capture is read and before a packet is received.
 */
#include "common/message.h"
#include "common/numbers.h"
#include "common/options.h"
#include "common/startup.h"
#include "common/stop.h"
#include "pkt/netns.h"
#include "pkt/privilege.h"
#include "privilege.h"
#include "replay.h"
#include "send.h"
#include "shelf.h"
#include "source.h"
#include "vet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum {
    DEFAULT_RATE = 1000, /* packets a second, where nothing else is asked for */
};

/* Everything a run is made of; static, since some of it is large. */
static struct out out;
static struct send_options options = {.rounds = SEND_ROUNDS_DEFAULT};
static struct send_engine engine;
static struct send_carrier carrier;
static struct send_listener listener;
static struct send_source source;
static struct send_vet vet;
static struct send_shelf shelf;
static struct send run;
static char sandbox[64] = "none";

static const char *conflict_of(const struct option_operands *operands)
{
    bool replays = options.replay != NULL, sends = options.save == NULL && !options.dry_run;
    /* clang-format off */
    const struct {
        bool is;
        const char *sentence;
    } conflicts[] = {
        {!replays && operands->count == 0,
         "nothing to send: describe a packet, such as 'ip dst=10.0.0.1 / icmp echo', or give --replay FILE"},
        {options.rate != 0 && options.interval_ns != 0,
         "--rate and --interval exclude each other: give one"},
        {options.speed > 0 && (options.rate != 0 || options.interval_ns != 0),
         "--speed and --rate exclude each other: a replay keeps its rhythm, or a rate"},
        {options.speed > 0 && !replays,
         "--speed goes with --replay"},
        {options.rewrite_count > 0 && !replays,
         "--rewrite goes with --replay"},
        {options.seed_given && replays,
         "--seed goes with a description, not with --replay"},
        {options.save != NULL && options.dry_run,
         "--save and --dry-run exclude each other: give one"},
        {(options.json || options.print || options.hex) && options.save != NULL && out_is_standard(options.save),
         "--print, --hex, --json and --save - all write to standard output: save to a file"},
        {!sends && options.listen_ns > 0,
         "--listen goes with sending: leave out --save and --dry-run"},
        {options.bypass && options.via != SEND_VIA_AUTO && options.via != SEND_VIA_PACKET,
         "--bypass goes with packet sockets: leave out --via"},
        {sends && options.via == SEND_VIA_LIBNET && options.interface == NULL,
         "--via libnet needs an interface: give -i"},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
        if (conflicts[i].is)
            return conflicts[i].sentence;
    return NULL;
}

/* A number of packets goes round a description as often as it takes; a capture is replayed once. */
static uint64_t rounds_of(void)
{
    if (options.rounds != SEND_ROUNDS_DEFAULT)
        return options.rounds;
    return options.packets > 0 && options.replay == NULL ? 0 : 1;
}

/* How fast, as the engine wants it. */
static struct engine_settings settings_of(const struct send_supply *supply)
{
    struct engine_settings settings = {.packets = options.packets,
                                       .rounds = rounds_of(),
                                       .factor = options.speed > 0 ? options.speed : 1,
                                       .pace = {.size = sizeof(struct pkt_pace_options)}};
    settings.keeps_rhythm = supply->has_rhythm && options.rate == 0 && options.interval_ns == 0;
    if (options.interval_ns > 0) {
        settings.pace.packets = 1;
        settings.pace.time_ns = options.interval_ns;
    } else if (options.rate != NUMBER_RATE_MAX && !settings.keeps_rhythm && run.target == SEND_TO_WIRE) {
        settings.pace.packets = options.rate == 0 ? DEFAULT_RATE : (uint32_t)options.rate;
    }
    if (run.target != SEND_TO_WIRE)
        settings.keeps_rhythm = false;
    return settings;
}

/* Packets that will leave in all, as far as it is known; UINT64_MAX: without end. */
static uint64_t amount_of(const struct engine_settings *settings, const struct send_supply *supply)
{
    uint64_t amount = UINT64_MAX;
    if (supply->count != UINT64_MAX && settings->rounds != 0 &&
        !__builtin_mul_overflow(supply->count, settings->rounds, &amount) && settings->packets == 0)
        return amount;
    return settings->packets != 0 && settings->packets < amount ? settings->packets : amount;
}

static double rate_of(const struct engine_settings *settings)
{
    int64_t time_ns = settings->pace.time_ns == 0 ? PKT_NS_PER_S : settings->pace.time_ns;
    return (double)settings->pace.packets * 1e9 / (double)time_ns;
}

/* Asks where much is to leave the machine. A capture in its own rhythm is as harmless as it was. */
static int ask_amount(const struct engine_settings *settings, const struct send_supply *supply)
{
    if (options.yes || run.target != SEND_TO_WIRE || source_is_loopback(&source))
        return 0;
    bool unknown = settings->keeps_rhythm && supply->count == UINT64_MAX && settings->rounds == 1;
    return vet_amount(unknown ? 0 : amount_of(settings, supply),
                      settings->keeps_rhythm ? HAZARD_RATE : rate_of(settings), &run.error);
}

static int open_file(void)
{
    struct pkt_saver_options saver = {.size = sizeof saver, .keep = options.replay};
    return pkt_saver_open_file(options.save, &saver, &run.saver, &run.error);
}

/* What needs privilege, before anything else. */
static int open_sockets(void)
{
    int result = options.netns == NULL ? 0 : pkt_netns_enter(options.netns, &run.error);
    if (result == 0)
        result = carrier_open(&carrier, &options, options.listen_ns > 0, &run.error);
    run.carrier = &carrier;
    if (result == 0 && options.listen_ns > 0) {
        run.listener = &listener;
        result = listen_open(&listener, carrier.interface, &run.error);
    }
    return result;
}

static int open_target(void)
{
    if (run.target == SEND_TO_FILE)
        return open_file();
    return run.target == SEND_TO_WIRE ? open_sockets() : 0;
}

static enum tool_status fail(void)
{
    if (options.json) {
        run.report->begin(&run);
        run.report->end(&run);
        out_sink_flush(&run.sink);
    }
    if (run.error.sentence[0] != '\0')
        message_error("%s", run.error.sentence);
    privilege_advise(&run.error);
    return TOOL_ERROR;
}

/* A round in memory where it fits and does not vary; else the supply as it is. */
static int prepare(struct send_supply *supply)
{
    struct send_supply vetted, shelved;
    vet_supply(&vet, supply, &vetted);
    *supply = vetted;
    if (supply->varies || strcmp(options.replay == NULL ? "" : options.replay, "-") == 0)
        return 0;
    int result = shelf_fill(&shelf, &vetted, options.packets == 0 ? UINT64_MAX : options.packets, &shelved,
                            &run.error);
    if (result == 1)
        *supply = shelved;
    return result < 0 ? result : 0;
}

/*
 * Makes the senders that the packets need, as long as it may: what cannot leave is said before anything does.
 * Packets that are made as they go can need any interface, unless -i names it.
 */
static int prime(const struct send_supply *supply, bool *ret_is_all)
{
    *ret_is_all = supply->is_stable || carrier.interface != 0;
    if (run.target != SEND_TO_WIRE || !*ret_is_all)
        return 0;
    if (!supply->is_stable)
        return carrier_make_all(&carrier, &run.error);
    for (size_t i = 0; i < shelf.item_count; i++)
        if (shelf.items[i].refusal == 0 && carrier_choose(&carrier, &shelf.items[i], &run.error) == NULL)
            return run.error.code;
    return 0;
}

/* From here on nothing is opened that is not open. */
static int confine(const struct send_supply *supply)
{
    bool is_all;
    int result = prime(supply, &is_all);
    if (result == 0 && (is_all || run.target != SEND_TO_WIRE))
        result = privilege_confine(&options, supply, sandbox, &run.error);
    if (result == 0 && options.verbose > 0)
        message_notice("sandbox: %s", sandbox);
    return result;
}

static int drop_privilege(void)
{
    const struct pkt_privilege_drop_options all = {.size = sizeof all};
    return pkt_privilege_drop(&all, &run.error);
}

/*
 * Opens the packets and lays them ready. A capture is others' bytes: it is read without privilege. A
 * description is the user's own text, and with privilege the kernel finds neighbours by ARP and neighbour
 * discovery alone, without a packet of ours that nobody asked for.
 */
static int open_packets(const struct option_operands *operands, struct send_supply *ret_supply)
{
    bool replays = options.replay != NULL;
    int result = replays ? drop_privilege() : 0;
    if (result == 0)
        result = source_open(&source, &options, operands, run.carrier, ret_supply, &run.error);
    if (result != 0)
        return result;
    vet = (struct send_vet){.yes = options.yes || run.target != SEND_TO_WIRE || source_is_loopback(&source),
                            .is_ours = source_is_ours,
                            .context = &source};
    result = prepare(ret_supply);
    return result == 0 && !replays ? drop_privilege() : result;
}

static enum tool_status send(const struct option_operands *operands)
{
    struct send_supply supply;
    if (open_target() != 0 || open_packets(operands, &supply) != 0)
        return fail();
    struct engine_settings settings = settings_of(&supply);
    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* by default timers may be 50 us late */
    if (ask_amount(&settings, &supply) != 0 || confine(&supply) != 0)
        return fail();
    enum tool_status status = send_run(&run, &settings, &supply);
    return source_conclude(&source, status);
}

static void close_all(void)
{
    struct pkt_error error;
    if (run.saver != NULL && pkt_saver_close(run.saver, &error) != 0) /* nothing came to be saved */
        message_error("%s", error.sentence);
    if (run.carrier != NULL)
        carrier_close(&carrier);
    if (run.listener != NULL)
        listen_stop(&listener);
    shelf_free(&shelf);
    source_close(&source);
}

int main(int argc, char **argv)
{
    struct option_operands operands;
    enum tool_status status;
    const char *conflict;

    tool_start(argv[0]);
    if (!options_parse(&tool_options, argc, argv, &options, &operands, &status))
        return (int)status;
    message_set_quiet(options.quiet);
    if ((conflict = conflict_of(&operands)) != NULL) {
        message_error("%s", conflict);
        return TOOL_ERROR;
    }
    out_open_standard(&out);
    run = (struct send){.options = &options,
                        .report = options.json ? &send_report_json : &send_report_text,
                        .out = &out,
                        .engine = &engine,
                        .sandbox = sandbox,
                        .target = options.dry_run ? SEND_TO_NOBODY
                                                  : (options.save != NULL ? SEND_TO_FILE : SEND_TO_WIRE)};
    out_sink_open(&run.sink, &out);
    stop_catch_signals();
    status = send(&operands);
    close_all();
    return (int)tool_status_worse(status, out_finish(&out));
}
