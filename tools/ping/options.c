/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of pktping.
 */
#include "options.h"

#include "common/numbers.h"
#include "common/options.h"
#include "pkt/address.h"
#include "pkt/base.h"
#include "pkt/time.h"
#include "verdict.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define O            struct ping_options
#define TIME_MOST_NS (INT32_MAX * PKT_NS_PER_S)

static const char *const clocks[] = {"kernel", "hw", "user", NULL};
static const char *const sockets[] = {"auto", "datagram", "raw", NULL};

/* A word of a short list and what it stands for. */
struct word {
    const char *text;
    unsigned value;
};

static bool find_word(const struct word *words, size_t count, const char *text, unsigned *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

/* -I: an address of this machine, or an interface. */
static bool take_source(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct ping_options *ping = options;
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    if (pkt_ip4_parse(argument, strlen(argument), &ip4)) {
        ping->source = pkt_ip_from4(ip4);
    } else if (pkt_ip6_parse(argument, strlen(argument), &ip6)) {
        ping->source = pkt_ip_from6(ip6);
    } else if (*argument == '\0') {
        option_problem_set(reterr_problem, "is neither an address nor an interface");
        return false;
    } else {
        ping->interface = argument;
    }
    return true;
}

static bool take_mtu_mode(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct word words[] = {
        {"do",    PING_MTU_DO   },
        {"want",  PING_MTU_WANT },
        {"dont",  PING_MTU_DONT },
        {"probe", PING_MTU_PROBE}
    };
    struct ping_options *ping = options;
    if (find_word(words, sizeof words / sizeof *words, argument, &ping->mtu_mode))
        return true;
    option_problem_set(reterr_problem, "is not known here");
    return false;
}

/* The addresses of tsprespec, one after another: -T tsprespec takes up to four behind it, joined by commas.
 */
static bool take_prespecified(struct ping_options *ping, const char *text)
{
    ping->timestamp_of_count = 0;
    while (*text == ',') {
        size_t len = strcspn(++text, ",");
        if (ping->timestamp_of_count == 4 ||
            !pkt_ip4_parse(text, len, &ping->timestamp_of[ping->timestamp_of_count++]))
            return false;
        text += len;
    }
    return *text == '\0' && ping->timestamp_of_count > 0;
}

static bool take_ip_timestamp(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct word words[] = {
        {"tsonly",    PING_TIMESTAMP_ONLY       },
        {"tsandaddr", PING_TIMESTAMP_AND_ADDRESS}
    };
    static const char prespecified[] = "tsprespec";
    struct ping_options *ping = options;
    if (find_word(words, sizeof words / sizeof *words, argument, &ping->ip_timestamp))
        return true;
    if (strncmp(argument, prespecified, sizeof prespecified - 1) == 0 &&
        take_prespecified(ping, argument + sizeof prespecified - 1)) {
        ping->ip_timestamp = PING_TIMESTAMP_PRESPECIFIED;
        return true;
    }
    option_problem_set(reterr_problem, "is not known here");
    return false;
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    return at == NULL ? -1 : (int)(at - digits);
}

static bool take_pattern(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct ping_options *ping = options;
    size_t len = strlen(argument);
    if (len == 0 || len > 2 * (size_t)PING_PATTERN_MAX) {
        option_problem_set(reterr_problem, "is no pattern of 1 to %d bytes", PING_PATTERN_MAX);
        return false;
    }
    ping->pattern_len = 0;
    for (size_t i = 0; i < len; i += 2) {
        int high = digit_of(argument[i]), low = i + 1 < len ? digit_of(argument[i + 1]) : 0;
        if (high < 0 || low < 0) {
            option_problem_set(reterr_problem, "holds more than hexadecimal digits");
            return false;
        }
        /* A single digit at the end is the byte itself, as sscanf's %2x has it. */
        ping->pattern[ping->pattern_len++] = (uint8_t)(i + 1 < len ? high << 4 | low : high);
    }
    return true;
}

/* A number whose mere presence says something as well. */
static bool take_number(const struct option_row *row, void *options, const char *argument, bool *ret_given,
                        struct option_problem *reterr_problem)
{
    *ret_given = true;
    return option_store(row, options, argument, reterr_problem);
}

static bool take_identifier(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct option_row row = {.hex = true, .most = UINT16_MAX, OPTION_TO_U64(O, identifier)};
    return take_number(&row, options, argument, &((O *)options)->has_identifier, reterr_problem);
}

static bool take_flow_label(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct option_row row = {.hex = true, .most = 0xfffff, OPTION_TO_U64(O, flow_label)};
    return take_number(&row, options, argument, &((O *)options)->has_flow_label, reterr_problem);
}

static bool take_mark(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct option_row row = {.hex = true, .most = UINT32_MAX, OPTION_TO_U64(O, mark)};
    return take_number(&row, options, argument, &((O *)options)->has_mark, reterr_problem);
}

static bool take_traffic_class(void *options, const char *argument, struct option_problem *reterr_problem)
{
    uint64_t value;
    struct number_result result = number_parse_u64(argument, 0, UINT8_MAX, true, &value);
    if (result.reason == NUMBER_OK)
        ((O *)options)->traffic_class = (unsigned)value;
    else
        option_problem_set(reterr_problem, "%s", number_reason_text(result.reason));
    return result.reason == NUMBER_OK;
}

/* -w: whole seconds as ping(8) wants them; a fraction only with its unit. */
static bool take_deadline(void *options, const char *argument, struct option_problem *reterr_problem)
{
    static const struct option_row row = {
        .least = 1, .most = TIME_MOST_NS, OPTION_TO_DURATION(O, deadline_ns)};
    if (strspn(argument, "0123456789.,") == strlen(argument) && strpbrk(argument, ".,") != NULL) {
        option_problem_set(reterr_problem, "is no whole number of seconds; a fraction needs its unit");
        return false;
    }
    return option_store(&row, options, argument, reterr_problem);
}

static bool take_fail_if(void *options, const char *argument, struct option_problem *reterr_problem)
{
    return limits_parse(argument, verdict_names, &((O *)options)->fail_if, reterr_problem);
}

static bool take_until(void *options, const char *argument, struct option_problem *reterr_problem)
{
    return limits_parse(argument, verdict_names, &((O *)options)->until, reterr_problem);
}

static bool take_file(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct ping_options *ping = options;
    if (*argument == '\0') {
        option_problem_set(reterr_problem, "is empty");
        return false;
    }
    if (ping->file_count == PING_FILES_MAX) {
        option_problem_set(reterr_problem, "is one file too many: %d can be given", PING_FILES_MAX);
        return false;
    }
    ping->files[ping->file_count++] = argument;
    return true;
}

/* What the tool does. */
enum mode {
    ECHO = 1 << 0,
    ARP = 1 << 1,
    ND = 1 << 2,
    DAD = 1 << 3,
    LAN = 1 << 4,
    PMTU = 1 << 5,
    CAPTURE = 1 << 6,
    SWEEP = ECHO | ARP | ND | LAN, /* echoes, or questions of a link */
    ANY = SWEEP | DAD | PMTU,      /* what sends */
};

/* One option after the other, not in columns. */
/* clang-format off */
static const struct option_row rows[] = {
    OPTION_HEADING("How many, how fast"),
    {.letter = 'c', .modes = SWEEP, .name = "packets", .argument = "N", .help = "stop after N echoes to each", .least = 1,
     .most = INT64_MAX, .expect = "a number of echoes from 1", OPTION_TO_U64(O, count)},
    {.letter = 'i', .modes = SWEEP, .name = "interval", .argument = "TIME", .help = "TIME between echoes to a target (1s)",
     .most = TIME_MOST_NS, OPTION_TO_DURATION(O, interval_ns)},
    {.letter = 'w', .modes = ECHO, .name = "for", .argument = "TIME", .help = "stop after TIME",
     .expect = "whole seconds, or a time with its unit such as 1500ms", OPTION_TO_CALL(take_deadline)},
    {.letter = 'W', .modes = SWEEP | PMTU | CAPTURE, .name = "wait", .argument = "TIME", .help = "wait TIME for the last reply", .most = TIME_MOST_NS,
     .more = true, OPTION_TO_DURATION(O, wait_ns)},
    {.letter = 'f', .modes = ECHO, .help = "flood: a dot for each echo without a reply", OPTION_TO_FLAG(O, flood)},
    {.letter = 'A', .modes = ECHO, .help = "adaptive: as fast as replies come", OPTION_TO_FLAG(O, adaptive)},
    {.letter = 'l', .modes = ECHO, .argument = "N", .help = "send N at once in the beginning", .least = 1, .most = PING_PRELOAD_MAX, .more = true,
     OPTION_TO_U64(O, preload)},
    {.name = "rate", .modes = SWEEP, .argument = "N", .help = "at most N echoes a second in all, or max", .most = UINT32_MAX,
     .expect = "echoes per second such as 1000, or max", OPTION_TO_RATE(O, rate)},
    {.name = "until", .modes = ECHO, .argument = "EXPR", .help = "stop as soon as EXPR holds, such as received>=5", .more = true,
     .expect = "a limit such as received>=5", .once = true, OPTION_TO_CALL(take_until)},
    {.name = "fail-if", .modes = ECHO | CAPTURE, .argument = "EXPR", .help = "status 1 if EXPR holds: loss>1%,p99>20ms",
     .expect = "a limit such as loss>1%,p99>20ms,unreached", .once = true, OPTION_TO_CALL(take_fail_if)},
    {.name = "loop", .modes = ECHO, .help = "go on with prefixes, ranges and files too", .more = true, OPTION_TO_FLAG(O, loop)},

    OPTION_HEADING("To whom"),
    {.letter = '4', .modes = ECHO | PMTU | CAPTURE, .help = "IPv4 only", OPTION_TO_SET(O, family, 4)},
    {.letter = '6', .modes = ECHO | PMTU | CAPTURE, .help = "IPv6 only", OPTION_TO_SET(O, family, 6)},
    {.name = "file", .modes = ECHO | PMTU, .argument = "FILE", .help = "targets from FILE (- is standard input)",
     .completes = OPTION_COMPLETES_FILES, OPTION_TO_CALL(take_file)},
    {.letter = 'b', .modes = ECHO, .help = "broadcast addresses are meant", .more = true, OPTION_TO_FLAG(O, broadcast)},
    {.letter = 'I', .modes = ECHO | ARP | ND | DAD | PMTU, .name = "interface", .argument = "NAME", .help = "out of this interface, from this address",
     .completes = OPTION_COMPLETES_INTERFACES, OPTION_TO_CALL(take_source)},
    {.letter = 'B', .modes = ECHO, .help = "keep the source address of the first echo", .more = true, OPTION_TO_FLAG(O, sticky_source)},
    {.letter = 'C', .modes = ECHO, .help = "connect the socket: replies of the target alone", .more = true, OPTION_TO_FLAG(O, connects)},
    {.letter = 'L', .modes = ECHO, .help = "own multicast does not come back", .more = true, OPTION_TO_FLAG(O, no_loopback)},
    {.letter = 'r', .modes = ECHO | PMTU, .help = "past the routing table, to the link", .more = true, OPTION_TO_FLAG(O, direct)},
    {.name = "netns", .modes = ANY, .least = 1, .argument = "NAME", .help = "in this network namespace (or process id)", OPTION_TO_STRING(O, netns)},
    {.name = "socket", .modes = ECHO | PMTU, .argument = "KIND", .help = "auto, datagram or raw", .choices = sockets, .more = true,
     OPTION_TO_CHOICE(O, socket)},

    OPTION_HEADING("On one link, instead of echoes"),
    {.name = "arp", .mode = ARP, .help = "ask by ARP: all who have an address", OPTION_TO_FLAG(O, arp)},
    {.name = "nd", .mode = ND, .help = "the same for IPv6, by neighbour discovery", OPTION_TO_FLAG(O, nd)},
    {.name = "dad", .mode = DAD, .help = "is this address free?", OPTION_TO_FLAG(O, dad)},
    {.name = "lan", .mode = LAN, .least = 1, .argument = "NAME", .help = "find the hosts of this interface's LAN",
     .completes = OPTION_COMPLETES_INTERFACES, OPTION_TO_STRING(O, lan)},
    {.name = "query", .modes = LAN, .help = "with --lan: ask for group memberships, too", .more = true, OPTION_TO_FLAG(O, query)},

    OPTION_HEADING("What is sent"),
    {.letter = 's', .modes = ECHO, .name = "size", .argument = "N", .help = "N bytes of data (56)", .most = PING_DATA_MAX, .expect = "a number of bytes from 0 to 65507",
     OPTION_TO_U64(O, data_len)},
    {.letter = 't', .modes = ECHO, .name = "ttl", .argument = "N", .help = "time to live, hop limit", .least = 1, .most = 255,
     .more = true, OPTION_TO_U64(O, hop_limit)},
    {.letter = 'Q', .modes = ECHO | PMTU, .name = "tos", .argument = "N", .help = "type of service, traffic class", .expect = "a number from 0 to 255",
     .more = true, OPTION_TO_CALL(take_traffic_class)},
    {.letter = 'M', .modes = ECHO, .argument = "MODE", .help = "path MTU discovery: do, want, dont, probe",
     .expect = "do, want, dont or probe", .more = true, OPTION_TO_CALL(take_mtu_mode)},
    {.name = "pmtu", .mode = PMTU, .help = "search the largest size that passes", OPTION_TO_FLAG(O, pmtu)},
    {.letter = 'p', .modes = ECHO, .name = "pattern", .argument = "HEX", .help = "fill with these bytes", .more = true,
     .expect = "hexadecimal digits such as ff00", OPTION_TO_CALL(take_pattern)},
    {.letter = 'e', .modes = ECHO | PMTU, .argument = "ID", .help = "identifier of the echoes", .more = true, .expect = "a number from 0 to 65535",
     OPTION_TO_CALL(take_identifier)},
    {.letter = 'F', .modes = ECHO | PMTU, .argument = "LABEL", .help = "flow label (IPv6)", .more = true, .expect = "a number from 0 to 0xfffff",
     OPTION_TO_CALL(take_flow_label)},
    {.letter = 'm', .modes = ECHO | PMTU, .argument = "MARK", .help = "mark for routing rules and firewalls", .more = true,
     .expect = "a number from 0 to 0xffffffff", OPTION_TO_CALL(take_mark)},
    {.letter = 'R', .modes = ECHO, .help = "record route (IPv4)", .more = true, OPTION_TO_FLAG(O, record_route)},
    {.letter = 'T', .modes = ECHO, .argument = "WHAT", .help = "times of hops: tsonly, tsandaddr or tsprespec,ADDRESS", .more = true,
     .expect = "tsonly, tsandaddr or tsprespec,ADDRESS", OPTION_TO_CALL(take_ip_timestamp)},
    {.letter = 'S', .modes = ECHO, .argument = "BYTES", .help = "send buffer of the socket", .more = true, .least = 1, .most = INT32_MAX,
     OPTION_TO_SIZE(O, send_buffer)},
    {.letter = 'd', .modes = ECHO | PMTU, .help = "debug the socket (SO_DEBUG)", .more = true, OPTION_TO_FLAG(O, debug)},

    OPTION_HEADING("What to show"),
    {.letter = 'n', .help = "no names, as without -H", .more = true, OPTION_TO_FLAG(O, numeric)},
    {.letter = 'H', .modes = ECHO, .name = "names", .help = "names of those who answer", OPTION_TO_FLAG(O, names)},
    {.letter = 'q', .name = "quiet", .help = "only the first line and the summary", OPTION_TO_FLAG(O, quiet)},
    {.letter = 'v', .modes = ECHO | PMTU | CAPTURE, .name = "verbose", .help = "both clocks of each round-trip time", .most = 3, OPTION_TO_COUNT(O, verbose)},
    {.letter = 'D', .modes = ECHO | CAPTURE, .help = "the time before each line", OPTION_TO_FLAG(O, print_time)},
    {.letter = 'O', .modes = ECHO, .help = "say which echo has no answer yet", .more = true, OPTION_TO_FLAG(O, outstanding)},
    {.letter = 'a', .modes = ECHO | CAPTURE, .help = "a bell for each reply", .more = true, OPTION_TO_FLAG(O, audible)},
    {.letter = '3', .modes = ECHO | CAPTURE, .help = "always three decimals", .more = true, OPTION_TO_FLAG(O, precise)},
    {.letter = 'U', .modes = ECHO, .help = "round-trip time from call to call", .more = true, OPTION_TO_FLAG(O, user_rtt)},
    {.name = "timestamping", .modes = ECHO, .argument = "CLOCK", .help = "kernel, hw (the card's) or user", .choices = clocks,
     .more = true, OPTION_TO_CHOICE(O, clock)},
    {.name = "histogram", .modes = ECHO | CAPTURE, .help = "draw how the round-trip times are distributed", .more = true,
     OPTION_TO_FLAG(O, histogram)},
    {.name = "report-every", .modes = ECHO, .argument = "TIME", .help = "a line on each TIME that went by", .least = 1000000,
     .most = TIME_MOST_NS, .more = true, OPTION_TO_DURATION(O, report_every_ns)},
    {.name = "alive", .modes = ECHO | CAPTURE, .help = "print only the addresses of those who answered", OPTION_TO_FLAG(O, alive)},
    {.name = "unreachable", .modes = ECHO | CAPTURE, .help = "print only the addresses of those who did not", .more = true, OPTION_TO_FLAG(O, unreachable)},
    {.name = "no-why", .modes = ECHO | PMTU | CAPTURE, .help = "do not say why nothing answers", .more = true, OPTION_TO_FLAG(O, no_why)},
    {.name = "json", .help = "one JSON object a line", OPTION_TO_FLAG(O, json)},
    {.name = "prometheus", .modes = ECHO, .least = 1, .argument = "FILE", .help = "figures into FILE, for the node exporter",
     .more = true, .completes = OPTION_COMPLETES_FILES, OPTION_TO_STRING(O, prometheus)},
    {.name = "save", .modes = ECHO, .least = 1, .argument = "FILE", .help = "packets into FILE (.pcapng, .pcapng.gz, .pcapng.zst)",
     .more = true, .completes = OPTION_COMPLETES_FILES, OPTION_TO_STRING(O, save)},
    {.name = "read", .mode = CAPTURE, .least = 1, .argument = "FILE", .help = "the echoes of a capture instead of the network", .more = true,
     .completes = OPTION_COMPLETES_FILES, OPTION_TO_STRING(O, read)},
    OPTION_ROWS_ABOUT('h', 'V'),
};
/* clang-format on */

static const struct option_example examples[] = {
    {"pktping -c3 192.0.2.1",         "three echoes, as ping does" },
    {"pktping -c3 -i 10ms 192.0.2.1", "a hundred a second, exactly"},
    {"pktping 192.0.2.0/24",          "who is there?"              },
    {"pktping --arp 192.0.2.1",       "whose address is it?"       },
    {"pktping --json -c3 192.0.2.1",  "for a program"              },
};

const struct option_table tool_options = {
    .tool = "pktping",
    .purpose = "Sends echoes and says who answers, how fast, and why nobody does.",
    .version = PKT_VERSION_STRING,
    .mode = ECHO,
    .operands = "HOST...",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .examples = examples,
    .example_count = sizeof examples / sizeof *examples,
};
