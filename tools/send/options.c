/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of pktsend.
 */
#include "options.h"

#include "common/options.h"
#include "pkt/base.h"
#include "pkt/pace.h"

#include <errno.h>
#include <stdlib.h>

#define O                struct send_options
#define INTERVAL_MOST_NS (3600 * PKT_NS_PER_S) /* as much as a pace holds */

static const char *const vias[] = {"auto", "raw", "packet", "libnet", NULL};

static bool take_rewrite(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct send_options *send = options;
    if (send->rewrite_count == SEND_REWRITES_MAX) {
        option_problem_set(reterr_problem, "is one rule too many: %d can be given", SEND_REWRITES_MAX);
        return false;
    }
    send->rewrites[send->rewrite_count++] = argument;
    return true;
}

/* A factor such as 2 or 0.5. */
static bool take_speed(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct send_options *send = options;
    char *end;
    errno = 0;
    send->speed = strtod(argument, &end);
    if (errno == 0 && end != argument && *end == '\0' && send->speed >= 1e-6 && send->speed <= 1e6)
        return true;
    option_problem_set(reterr_problem, "is not a factor from 0.000001 to 1000000");
    return false;
}

static bool take_seed(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct option_row row = {.hex = true, OPTION_TO_U64(O, seed)};
    ((struct send_options *)options)->seed_given = true;
    return option_store(&row, options, argument, reterr_problem);
}

/* One option after the other, not in columns. */
/* clang-format off */
static const struct option_row rows[] = {
    OPTION_HEADING("How many, how fast"),
    {.letter = 'c', .name = "packets", .argument = "N", .help = "stop after N packets", .least = 1,
     .expect = "a number of packets from 1", OPTION_TO_U64(O, packets)},
    {.name = "loop", .argument = "N", .help = "go round N times; 0: until stopped", OPTION_TO_U64(O, rounds)},
    {.name = "rate", .argument = "N", .help = "N packets a second, or max", .most = UINT32_MAX,
     .once = true, .expect = "packets per second such as 1000, or max", OPTION_TO_RATE(O, rate)},
    {.name = "interval", .argument = "TIME", .help = "TIME between packets, such as 10ms", .least = 1,
     .most = INTERVAL_MOST_NS, .once = true, OPTION_TO_DURATION(O, interval_ns)},

    OPTION_HEADING("A capture instead of a description"),
    {.letter = 'r', .name = "replay", .argument = "FILE", .help = "send what FILE holds (- is standard input)",
     .completes = OPTION_COMPLETES_FILES, .once = true, OPTION_TO_STRING(O, replay)},
    {.name = "speed", .argument = "FACTOR", .help = "replay FACTOR times as fast", .expect = "a factor such as 2 or 0.5",
     OPTION_TO_CALL(take_speed)},
    {.name = "rewrite", .argument = "RULE", .help = "change packets, such as port:80=8080",
     .expect = "a rule such as ip:OLD=NEW; see pktsend(8)", OPTION_TO_CALL(take_rewrite)},

    OPTION_HEADING("Where to"),
    {.letter = 'i', .name = "interface", .argument = "NAME", .help = "leave by this one (default: by the routes)",
     .completes = OPTION_COMPLETES_INTERFACES, OPTION_TO_STRING(O, interface)},
    {.name = "via", .argument = "WAY", .help = "auto, raw, packet or libnet", .choices = vias,
     OPTION_TO_CHOICE(O, via)},
    {.name = "bypass", .help = "around the queueing discipline of the interface", .more = true,
     OPTION_TO_FLAG(O, bypass)},
    {.name = "netns", .argument = "NAME", .help = "in this network namespace (or process id)",
     OPTION_TO_STRING(O, netns)},
    {.letter = 'w', .name = "save", .argument = "FILE", .help = "write to FILE instead of sending",
     .completes = OPTION_COMPLETES_FILES, .once = true, OPTION_TO_STRING(O, save)},
    {.name = "dry-run", .help = "send nothing", OPTION_TO_FLAG(O, dry_run)},
    {.name = "yes", .help = "do not ask before many packets or harmful ones", OPTION_TO_FLAG(O, yes)},

    OPTION_HEADING("What to show"),
    {.name = "print", .help = "a line for each packet", OPTION_TO_FLAG(O, print)},
    {.name = "hex", .help = "the bytes of each packet", OPTION_TO_FLAG(O, hex)},
    {.letter = 'v', .help = "say more (-vv: checksums and diagnoses)", OPTION_TO_COUNT(O, verbose)},
    {.name = "listen", .argument = "TIME", .help = "show answers, until TIME after the last packet", .least = 1,
     OPTION_TO_DURATION(O, listen_ns)},
    {.name = "json", .help = "one JSON object a line", OPTION_TO_FLAG(O, json)},
    {.name = "seed", .argument = "N", .help = "start the random numbers of rand at N", .more = true,
     .expect = "a number", OPTION_TO_CALL(take_seed)},
    {.name = "quiet", .help = "no closing lines on standard error", OPTION_TO_FLAG(O, quiet)},
    OPTION_ROWS_ABOUT('h', 0),
};
/* clang-format on */

static const struct option_example examples[] = {
    {"pktsend 'ip dst=10.0.0.1 / icmp' --listen 1", "a ping"           },
    {"pktsend -i eth0 'ip / igmp3 join 239.1.1.1'", "a host joins"     },
    {"pktsend --save x.pcap 'ip ttl=1..5 / udp'",   "without privilege"},
    {"pktsend -r lan.pcap -i eth0 --speed 2",       "twice as fast"    },
};

const struct option_table tool_options = {
    .tool = "pktsend",
    .purpose = "Sends packets that a line of text describes, or replays a capture.",
    .version = PKT_VERSION_STRING,
    .operands = "DESCRIPTION | --replay FILE [FILTER]",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .examples = examples,
    .example_count = sizeof examples / sizeof *examples,
};
