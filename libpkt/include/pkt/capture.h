/*
 * Sources of frames: capture files of any kind, from files, pipes and memory alike.
 *
 * A source is driven by its descriptor and never owns the loop: poll the descriptor, then call
 * pkt_source_next until it says that there is nothing now. The same calls serve live sources. A frame is a
 * borrowed view, valid until the next call on its source. A source belongs to one thread at a time.
 *
 * Formats: pcap of both byte orders, with micro- and nanoseconds (draft-ietf-opsawg-pcap), Kuznetzov's
 * modified and Ixia's variants; pcapng (draft-ietf-opsawg-pcapng) with any number of sections and interfaces.
 * All of them as they are or compressed with gzip or zstd, recognised by their first bytes. Whatever else
 * goes to libpcap's reader.
 *
 * Memory: a buffer of options.buffer_size; it grows only as bytes of one large record really arrive, and
 * never beyond PKT_CAPTURE_RECORD_MAX. What a file claims is never allocated.
 */
#ifndef PKT_CAPTURE_H
#define PKT_CAPTURE_H

#include "time.h"
#include "view.h"

PKT_BEGIN

/*
 * The most bytes that a record or packet block may have. libpcap's largest snap length is 262,144, and the
 * largest frame of a Linux kernel (BIG TCP, 8 x 65,535 bytes) twice that; four times that leaves room for
 * options and still keeps a reader, zstd's window included, under 16 MiB. A longer record is not read; a
 * longer block that holds no packet is delivered in part and skipped.
 */
#define PKT_CAPTURE_RECORD_MAX (UINT32_C(2) << 20)

/* The most interfaces that one section may describe. */
#define PKT_CAPTURE_INTERFACES_MAX 16384

/* The largest zstd window: what zstd makes up to level 19 without --long. */
#define PKT_CAPTURE_ZSTD_WINDOW_MAX (UINT32_C(8) << 20)

struct pkt_source;

/* Which reader takes a file. */
enum pkt_reader {
    PKT_READER_AUTO = 0, /* our own, and libpcap's for what it does not know */
    PKT_READER_LIBPCAP,  /* libpcap's in any case */
};

/* How to open. Zero means the default everywhere but in size; NULL instead of the struct means all defaults.
 */
struct pkt_source_options {
    size_t size;        /* sizeof(struct pkt_source_options) as the caller was compiled */
    size_t buffer_size; /* bytes to read at once; 0: 256 KiB; at least 512, at most PKT_CAPTURE_RECORD_MAX */
    int reader;         /* enum pkt_reader */
};

/* What an event is. Values are ABI: append only. */
enum pkt_event_kind {
    PKT_EVENT_FRAME = 1,  /* a captured frame: see frame */
    PKT_EVENT_SECTION,    /* a section begins; all interfaces of the one before are forgotten: see block */
    PKT_EVENT_INTERFACE,  /* an interface is described */
    PKT_EVENT_NAMES,      /* name resolution block */
    PKT_EVENT_STATISTICS, /* interface statistics block */
    PKT_EVENT_SECRETS,    /* decryption secrets block */
    PKT_EVENT_JOURNAL,    /* systemd journal export block */
    PKT_EVENT_CUSTOM,     /* custom block of a private enterprise */
    PKT_EVENT_OTHER,      /* a block of any other type */
};

/* Which way a frame went, seen from the capturing machine. Values are ABI: append only. */
enum pkt_direction {
    PKT_DIRECTION_UNKNOWN = 0,
    PKT_DIRECTION_IN,
    PKT_DIRECTION_OUT,
};

enum pkt_frame_flag {
    PKT_FRAME_HAS_TIME = 1 << 0,        /* time is known: simple packet blocks have none */
    PKT_FRAME_TIME_SATURATED = 1 << 1,  /* time lies outside of what pkt_wall holds, and was set to its end */
    PKT_FRAME_TIME_CARRIED = 1 << 2,    /* the file's fraction held a second or more; it was added */
    PKT_FRAME_HAS_DROP_COUNT = 1 << 3,  /* drop_count is known */
    PKT_FRAME_HAS_COMMENT = 1 << 4,     /* options hold at least one comment */
    PKT_FRAME_LENGTH_RAISED = 1 << 5,   /* the file claimed fewer bytes on the wire than it holds */
    PKT_FRAME_OPTIONS_DAMAGED = 1 << 6, /* the option list runs past its end; what came before it counts */
};

/* A frame, with all that the source knows of it. Views are valid until the next call on the source. */
struct pkt_frame {
    struct pkt_view bytes;   /* as captured, from the link-layer header on */
    struct pkt_wall time;    /* 0 without PKT_FRAME_HAS_TIME */
    uint64_t number;         /* of the frame in this source, from 1 */
    uint64_t offset;         /* of its record in the uncompressed input, bytes; 0 where libpcap reads */
    uint32_t wire_len;       /* bytes on the wire, never fewer than captured */
    uint32_t interface;      /* number within its section; 0 in formats without interfaces */
    uint32_t ifindex;        /* the capturing kernel's interface index; 0: unknown */
    uint16_t linktype;       /* LINKTYPE_ value of the registry at tcpdump.org (see enum pkt_linktype) */
    uint16_t decode_flags;   /* enum pkt_decode_flag, for pkt_decode */
    uint16_t flags;          /* enum pkt_frame_flag */
    uint8_t direction;       /* enum pkt_direction */
    uint8_t time_digits;     /* decimal digits behind the second that the source recorded: 0 to 9 */
    uint64_t drop_count;     /* frames lost before this one on its interface, with PKT_FRAME_HAS_DROP_COUNT */
    struct pkt_view options; /* pcapng options of the frame for pkt_capture_option_next; often empty */
};

/* A pcapng block that holds no packet (draft-ietf-opsawg-pcapng section 3.1). */
struct pkt_block {
    uint32_t type;           /* as in the file */
    uint32_t len;            /* of the whole block in bytes; when event.raw is shorter, the rest is skipped */
    uint32_t interface;      /* INTERFACE: the number that it gets; STATISTICS: whose they are; else 0 */
    struct pkt_view body;    /* between the leading and the trailing length, options included */
    struct pkt_view options; /* of SECTION, INTERFACE and STATISTICS, for pkt_capture_option_next */
};

struct pkt_event {
    int kind;            /* enum pkt_event_kind */
    bool big_endian;     /* byte order of the numbers in raw */
    struct pkt_view raw; /* the whole record or block as in the (uncompressed) file, headers included; empty
                            where libpcap reads */
    struct pkt_frame frame; /* set with PKT_EVENT_FRAME only */
    struct pkt_block block; /* set with all others only */
};

/* What is known of a source; name and description live as long as the source. */
struct pkt_source_info {
    const char *name; /* file name, or "standard input" */
    const char
        *description;  /* such as "pcap, microseconds, big-endian, gzip"; "" until the first bytes are read */
    bool has_linktype; /* linktype and snap_len are known: not so before pcapng's first interface */
    uint16_t linktype; /* LINKTYPE_ of the first interface */
    uint32_t snap_len; /* of the first interface as the file states it; 0: no limit */
};

/* An interface of the current section. */
struct pkt_source_interface {
    uint16_t linktype;
    uint8_t fcs_len;     /* bytes of frame check sequence at the end of each frame; 0: unknown or none */
    uint8_t time_digits; /* as in pkt_frame */
    uint32_t snap_len;   /* 0: no limit */
    uint64_t
        units_per_s;  /* of its time stamps, at most 10^19: finer ones (if_tsresol above 19) count as that */
    int64_t offset_s; /* that was added to its time stamps (if_tsoffset) */
    char name[64]; /* if_name, cut to fit; "" when the file has none. Untrusted bytes: escape before print */
};

/* Counted since the source was opened. */
struct pkt_source_statistics {
    uint64_t packets;        /* frames delivered */
    uint64_t events;         /* other events delivered */
    uint64_t captured_bytes; /* of the frames as captured */
    uint64_t wire_bytes;     /* of the frames on the wire */
    uint64_t dropped_noted; /* losses noted with the frames (epb_dropcount, the packet block's drops count) */
    uint64_t dropped_by_interface; /* by the interfaces' hardware, as statistics blocks say (isb_ifdrop) */
    uint64_t dropped_by_system;    /* by the operating system, as statistics blocks say (isb_osdrop) */
};

/*
 * Opens a capture file. "-" is standard input.
 *
 * path        name of the file, pipe or device
 * options     NULL for defaults
 * ret_source  to be closed with pkt_source_close; set on success only
 *
 * Waits for the first bytes, and recognises the format by them; a non-blocking descriptor may have none yet,
 * and then the format is known with the first event. Fails with PKT_E_SYSTEM (cannot be opened or read),
 * PKT_E_FORMAT (empty, or damaged in its header), PKT_E_UNSUPPORTED (no capture file, a version or
 * compression that this build does not know), PKT_E_ARGUMENT (a directory, a terminal, options that make no
 * sense) or PKT_E_MEMORY.
 */
PKT_API PKT_NODISCARD int pkt_source_open_file(const char *path, const struct pkt_source_options *options,
                                               struct pkt_source **ret_source,
                                               struct pkt_error *reterr_error);

/*
 * The same over a descriptor that is open already; name stands in messages. On success the source owns fd and
 * closes it; on failure it stays the caller's.
 */
PKT_API PKT_NODISCARD int pkt_source_open_fd(int fd, const char *name,
                                             const struct pkt_source_options *options,
                                             struct pkt_source **ret_source, struct pkt_error *reterr_error);

/* The same over a capture file in memory: the bytes must outlive the source. */
PKT_API PKT_NODISCARD int pkt_source_open_memory(struct pkt_view bytes, const char *name,
                                                 const struct pkt_source_options *options,
                                                 struct pkt_source **ret_source,
                                                 struct pkt_error *reterr_error);

/* Frees the source and closes its descriptor. NULL is allowed. */
PKT_API void pkt_source_close(struct pkt_source *source);

/*
 * Takes the next event.
 *
 * 1: ret_event is filled; its views are valid until the next call on this source
 * 0: the end; so again on every later call
 * PKT_E_AGAIN: nothing now (the descriptor is non-blocking, or a signal ended the wait): poll it and call
 * again PKT_E_FORMAT: damage, after everything before it was delivered; the sentence names file, offset and
 * what is wrong PKT_E_SYSTEM, PKT_E_UNSUPPORTED, PKT_E_MEMORY: as for pkt_source_open_file
 *
 * Every failure but PKT_E_AGAIN is final: later calls give it again.
 */
PKT_API PKT_NODISCARD int pkt_source_next(struct pkt_source *source, struct pkt_event *ret_event,
                                          struct pkt_error *reterr_error);

/* The descriptor to poll for reading; -1 when there is none (memory). It stays the source's. */
PKT_API int pkt_source_fd(const struct pkt_source *source);

PKT_API void pkt_source_get_info(const struct pkt_source *source, struct pkt_source_info *ret_info);

PKT_API void pkt_source_get_statistics(const struct pkt_source *source,
                                       struct pkt_source_statistics *ret_statistics);

/* Interface number of the current section; false when there is none of that number (yet). */
PKT_API bool pkt_source_get_interface(const struct pkt_source *source, uint32_t number,
                                      struct pkt_source_interface *ret_interface);

/* Codes of pcapng options that every block may have. Others are particular to a block type. */
enum pkt_capture_option_code {
    PKT_CAPTURE_OPTION_END = 0,
    PKT_CAPTURE_OPTION_COMMENT = 1, /* UTF-8 text; untrusted bytes: escape before print */
};

/*
 * Takes the next option off an option list (draft-ietf-opsawg-pcapng section 3.5).
 *
 * options     of a frame or block; narrowed by each call
 * big_endian  the event's
 *
 * 1: ret_code and ret_value are set; 0: the end of the list; PKT_E_FORMAT: an option runs past the end of the
 * list.
 */
PKT_API PKT_NODISCARD int pkt_capture_option_next(struct pkt_view *options, bool big_endian,
                                                  uint16_t *ret_code, struct pkt_view *ret_value);

PKT_END

#endif
