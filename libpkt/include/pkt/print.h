/*
 * Packets as lines of text: those of tcpdump 4.99.3 under -n, for everything that libpkt decodes.
 *
 * Pure: no clock, no memory, no state. What a line needs beyond its packet (time, TCP sequence base, offset
 * of the local time zone) comes in with struct pkt_text_line. Numeric throughout: no name is ever looked up.
 * Text that comes out of a packet has its control characters escaped.
 *
 *     struct pkt_text_clock clock = {0};
 *     struct pkt_text_options options = {.verbosity = 1};
 *     struct pkt_text_line line = {.number = 1, .time = frame.time, .has_time = true, .clock = &clock};
 *     pkt_decode(frame.bytes, frame.wire_len, linktype, 0, &packet);
 *     pkt_text_print(&packet, &line, &options, sink);
 */
#ifndef PKT_PRINT_H
#define PKT_PRINT_H

#include "packet.h"
#include "sink.h"
#include "time.h"

PKT_BEGIN

/* What stands in front of the line; the letters are tcpdump's options. */
enum pkt_text_time {
    PKT_TEXT_TIME_CLOCK = 0,   /* 12:34:56.789012 */
    PKT_TEXT_TIME_NONE,        /* -t */
    PKT_TEXT_TIME_EPOCH,       /* -tt: seconds since 1970 */
    PKT_TEXT_TIME_DELTA,       /* -ttt: since the previous line */
    PKT_TEXT_TIME_DATE,        /* -tttt: 2026-11-21 12:34:56.789012 */
    PKT_TEXT_TIME_SINCE_FIRST, /* -ttttt: since the first line */
};

/* The dump behind the line. LINK: with the link-layer header. */
enum pkt_text_dump {
    PKT_TEXT_DUMP_NONE = 0,
    PKT_TEXT_DUMP_HEX,            /* -x */
    PKT_TEXT_DUMP_HEX_LINK,       /* -xx */
    PKT_TEXT_DUMP_HEX_ASCII,      /* -X */
    PKT_TEXT_DUMP_HEX_ASCII_LINK, /* -XX */
    PKT_TEXT_DUMP_ASCII,          /* -A */
    PKT_TEXT_DUMP_ASCII_LINK,     /* -AA */
};

/* How to print. All zero: as `tcpdump -n`. */
struct pkt_text_options {
    unsigned verbosity;     /* -v: 0 to 3 */
    int time;               /* enum pkt_text_time */
    int dump;               /* enum pkt_text_dump */
    bool nanoseconds;       /* nine digits of the second instead of six */
    bool link_header;       /* -e */
    bool quiet;             /* -q */
    bool number;            /* -#: the packet's number in front */
    bool absolute_sequence; /* -S */
    bool skip_checksums;    /* -K: checksums are not verified */
    bool diagnoses;         /* append checksum states and the packet's diagnoses; call pkt_diagnose before */
};

/* The second that was formatted last: lines of the same second copy it. Zero-initialise; belongs to one
 * caller. */
struct pkt_text_clock {
    int64_t second; /* local, since 1970 */
    uint8_t len;    /* 0: nothing yet */
    uint8_t style;
    char text[30];
};

/*
 * Bases of the relative sequence numbers of a TCP connection, as pkt_tcp_bases_look gives them. All zero:
 * numbers are printed as they are.
 */
struct pkt_text_tcp {
    uint32_t sequence;       /* subtracted from this segment's sequence number */
    uint32_t acknowledgment; /* subtracted from its acknowledgment number */
    uint32_t selective;      /* subtracted from the numbers in its SACK option */
};

/* What the line needs that is not in the packet. */
struct pkt_text_line {
    uint64_t number;          /* of the packet, from 1 */
    struct pkt_wall time;     /* of the packet */
    struct pkt_wall previous; /* of the line before, for DELTA; for the first line its own time */
    struct pkt_wall first;    /* of the first line, for SINCE_FIRST */
    bool has_time;            /* false: the capture holds none, nothing is printed for it */
    int32_t zone_offset_s;    /* local time minus UTC at that time */
    struct pkt_text_tcp tcp;
    struct pkt_text_clock *clock; /* may be NULL: then each line is formatted anew */
};

/*
 * Prints a packet's line, or lines when it is verbose or dumps, each with its newline.
 *
 * packet   as pkt_decode filled it; with options->diagnoses, as pkt_diagnose left it
 * line     what the packet does not hold
 * options  how to print
 * sink     where to
 */
PKT_API void pkt_text_print(const struct pkt_packet *packet, const struct pkt_text_line *line,
                            const struct pkt_text_options *options, struct pkt_sink *sink);

PKT_END

#endif
