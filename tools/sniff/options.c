/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of pktsniff. Letters are tcpdump's; what tcpdump does not have is spelled out.
 */
#include "options.h"

#include "common/options.h"
#include "pkt/base.h"
#include "pkt/linktype.h"

#define O struct sniff_options

/* One option after the other, not in columns. */
/* clang-format off */
static const struct option_row rows[] = {
    OPTION_HEADING("What to read"),
    {.letter = 'r', .name = "read", .argument = "FILE", .help = "read packets from FILE (- is standard input)",
     .completes = OPTION_COMPLETES_FILES, .once = true, OPTION_TO_STRING(O, read)},
    {.letter = 'c', .name = "packets", .argument = "N", .help = "stop after N packets that match", .least = 1,
     .expect = "a number of packets from 1", OPTION_TO_U64(O, packets)},
    {.name = "skip", .argument = "N", .help = "leave out the first N packets that match", OPTION_TO_U64(O, skip)},

    OPTION_HEADING("Which packets"),
    {.letter = 'F', .argument = "FILE", .help = "read the filter expression from FILE",
     .completes = OPTION_COMPLETES_FILES, OPTION_TO_STRING(O, filter_file)},
    {.name = "strict-filter", .help = "filter as tcpdump: tags and IPv6 extension headers hide",
     OPTION_TO_FLAG(O, strict_filter)},
    {.letter = 'd', .help = "print the compiled filter and stop (-dd C, -ddd decimal)", .most = 3,
     OPTION_TO_COUNT(O, dump)},
    {.letter = 'y', .argument = "LINKTYPE", .help = "link type for -d without -r, such as EN10MB", .more = true,
     OPTION_TO_STRING(O, linktype)},
    {.letter = 'O', .help = "do not optimise the filter", .more = true, OPTION_TO_FLAG(O, unoptimised)},

    OPTION_HEADING("Saving"),
    {.letter = 'w', .name = "save", .argument = "FILE", .help = "save what matches: .pcap, .pcapng, and .gz or .zst",
     .completes = OPTION_COMPLETES_FILES, .once = true, OPTION_TO_STRING(O, save)},
    {.name = "print", .help = "print lines too when saving", .more = true, OPTION_TO_FLAG(O, print)},
    {.letter = 'U', .name = "packet-buffered", .help = "write each packet at once, saved or printed", .more = true,
     OPTION_TO_FLAG(O, packet_buffered)},

    OPTION_HEADING("Lines"),
    {.letter = 'v', .help = "say more (-vv, -vvv still more)", OPTION_TO_COUNT(O, verbose)},
    {.letter = 'q', .help = "say less", OPTION_TO_FLAG(O, brief)},
    {.letter = 'e', .help = "print the link-layer header", OPTION_TO_FLAG(O, link_header)},
    {.letter = 't', .help = "time: -t none, -tt epoch, -ttt delta, -tttt date, -ttttt since start", .most = 5,
     OPTION_TO_COUNT(O, time)},
    {.name = "nano", .help = "print nanoseconds (default: microseconds)", .more = true,
     OPTION_TO_FLAG(O, nanoseconds)},
    {.name = "micro", .help = "print microseconds", .more = true, OPTION_TO_FLAG(O, microseconds)},
    {.letter = 'n', .help = "numbers, not names: always so", .more = true, OPTION_TO_FLAG(O, numeric)},
    {.letter = '#', .name = "number", .help = "number the lines", OPTION_TO_FLAG(O, number)},
    {.letter = 'S', .name = "absolute-tcp-sequence-numbers", .help = "TCP sequence numbers as they are",
     .more = true, OPTION_TO_FLAG(O, absolute_sequence)},
    {.letter = 'K', .name = "dont-verify-checksums", .help = "do not verify checksums", .more = true,
     OPTION_TO_FLAG(O, no_checksums)},
    {.letter = 'x', .help = "dump in hexadecimal (-xx with link header)", .most = 2, OPTION_TO_COUNT(O, hex)},
    {.letter = 'X', .help = "dump in hexadecimal and text (-XX with link header)", .most = 2,
     OPTION_TO_COUNT(O, hex_text)},
    {.letter = 'A', .help = "dump as text (-AA with link header)", .most = 2, OPTION_TO_COUNT(O, text)},
    {.name = "diag", .help = "append diagnoses and checksum states", OPTION_TO_FLAG(O, diagnoses)},

    OPTION_HEADING("Other output"),
    {.name = "count", .help = "print only how many packets match", OPTION_TO_FLAG(O, count)},
    {.name = "json", .help = "one JSON object a line, every field of every layer", OPTION_TO_FLAG(O, json)},
    {.name = "fields", .argument = "NAME,...", .help = "one line a packet with these fields, such as ip.src",
     OPTION_TO_STRING(O, fields)},
    {.name = "separator", .argument = "TEXT", .help = "between fields (default: a tab)", .more = true,
     OPTION_TO_STRING(O, separator)},
    {.letter = 'l', .help = "flush the output after every line", .more = true, OPTION_TO_FLAG(O, line_buffered)},
    {.name = "quiet", .help = "no opening and closing lines on standard error", OPTION_TO_FLAG(O, quiet)},
    OPTION_ROWS_ABOUT('h', 0),
};
/* clang-format on */

static const struct option_example examples[] = {
    {"pktsniff -r lan.pcap icmp",                            "its ICMP packets, tagged ones too"},
    {"pktsniff -r lan.pcapng.zst --json mld",                "every field of every MLD packet"  },
    {"pktsniff -r lan.pcap --fields ip.src,igmp.maddr igmp", "who is in which group"            },
    {"pktsniff -r lan.pcap --diag -v",                       "what is wrong, by which RFC"      },
};

static void version_more(struct out *out)
{
    out_printf(out, "%s\n", pkt_filter_engine());
}

const struct option_table tool_options = {
    .tool = "pktsniff",
    .purpose = "Prints or saves what is in a capture file: tcpdump's lines, JSON or fields.",
    .version = PKT_VERSION_STRING,
    .version_more = version_more,
    .operands = "[EXPRESSION]",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .examples = examples,
    .example_count = sizeof examples / sizeof *examples,
};
