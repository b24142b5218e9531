/*
 * Savers: capture files written record by record, so that what is on the file is known at every moment.
 *
 * A saver takes frames made by hand (pkt_saver_frame) or whatever a source gives (pkt_saver_event). Formats:
 * pcap with micro- or nanoseconds (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), as they are
 * or compressed with gzip or zstd. From a source of the same format records and blocks are copied byte for
 * byte: byte order, unknown blocks, options and comments stay. Between formats they are converted, and what
 * the new one cannot hold is noted (see pkt_saver_statistics.losses).
 *
 * A file is whole records: each write ends where a record ends, so that after a kill at most the last record
 * is torn. After a write error the file is cut back to the last whole record (compressed: to the last flush)
 * where the descriptor can be cut, and the count of packets on the file is exact. The error is final: every
 * later call gives it again.
 *
 * Calls return 0 or a negative enum pkt_error_code. PKT_E_ARGUMENT means that this one frame or call makes no
 * sense and was left out; the saver goes on. A write beyond RLIMIT_FSIZE or into a closed pipe raises a
 * signal: ignore SIGXFSZ and SIGPIPE to get the error. A saver belongs to one thread at a time.
 */
#ifndef PKT_SAVER_H
#define PKT_SAVER_H

#include "capture.h"

PKT_BEGIN

struct pkt_saver;

/* The most interfaces that a saver describes by itself in one section. */
#define PKT_SAVER_INTERFACES_MAX 1024

enum pkt_saver_format {
    PKT_SAVER_FORMAT_AUTO = 0, /* by the suffix of the name: .pcapng, anything else is pcap */
    PKT_SAVER_PCAP,
    PKT_SAVER_PCAPNG,
};

enum pkt_saver_packing {
    PKT_SAVER_PACKING_AUTO = 0, /* by the last suffix of the name: .gz, .zst, anything else is none */
    PKT_SAVER_PLAIN,
    PKT_SAVER_GZIP,
    PKT_SAVER_ZSTD,
};

enum pkt_saver_resolution {
    PKT_SAVER_RESOLUTION_AUTO =
        0, /* nanoseconds where the first frame's or, in pcap, its source has more than 6 digits */
    PKT_SAVER_MICROSECONDS,
    PKT_SAVER_NANOSECONDS,
};

/* How to save. Zero means the default everywhere but in size; NULL instead of the struct means all defaults.
 */
struct pkt_saver_options {
    size_t size;        /* sizeof(struct pkt_saver_options) as the caller was compiled */
    size_t buffer_size; /* bytes to write at once; 0: 256 KiB; 64 KiB to PKT_CAPTURE_RECORD_MAX */
    int format;         /* enum pkt_saver_format */
    int packing;        /* enum pkt_saver_packing */
    int resolution;     /* enum pkt_saver_resolution, of what is not copied */
    uint32_t snap_len;  /* that headers state where no source does; 0: 262,144. Frames are not cut to it */
    bool whole; /* every event of each source is handed over: the length that a pcapng section states of
                   itself stays; else it becomes "not stated" in copies */
    bool sync;  /* wait for the disk (fsync) before closing */
    const char *application;          /* pcapng's shb_userappl; NULL: libpkt and its version; "": none */
    const char *hardware;             /* shb_hardware; NULL: this machine's architecture; "": none */
    const char *system;               /* shb_os; NULL: this kernel and its release; "": none */
    const struct pkt_source *reading; /* refuse to write over the file that it reads; NULL: none */
    const char *keep; /* the same by name, for a file that is read later; "-": standard input; NULL: none */
};

/* What a conversion could not keep. Values are ABI: append only. */
enum pkt_saver_loss {
    PKT_SAVER_LOST_COMMENTS = 1 << 0,
    PKT_SAVER_LOST_FLAGS = 1 << 1,   /* direction, checksum and offload bits, frame check sequence length */
    PKT_SAVER_LOST_DROPS = 1 << 2,   /* drop counts */
    PKT_SAVER_LOST_OPTIONS = 1 << 3, /* other options of packets */
    PKT_SAVER_LOST_INTERFACES = 1 << 4, /* their names, or which one a packet came by */
    PKT_SAVER_LOST_NAMES = 1 << 5,      /* name resolution blocks */
    PKT_SAVER_LOST_STATISTICS = 1 << 6,
    PKT_SAVER_LOST_SECRETS = 1 << 7,
    PKT_SAVER_LOST_BLOCKS = 1 << 8,   /* journal, custom and unknown blocks */
    PKT_SAVER_LOST_DIGITS = 1 << 9,   /* digits of time stamps beyond microseconds */
    PKT_SAVER_LOST_NO_TIME = 1 << 10, /* packets without a time got 1970-01-01 */
    PKT_SAVER_LOST_LONG = 1 << 11,    /* blocks longer than PKT_CAPTURE_RECORD_MAX, which sources skip */
};

/* Counted since the saver was opened. */
struct pkt_saver_statistics {
    uint64_t packets; /* whole on the file: given to the kernel, less what was cut off after an error */
    uint64_t blocks;  /* other pcapng blocks likewise */
    uint64_t bytes;   /* of the file that the kernel took, less what was cut off */
    uint64_t taken;   /* packets taken, those still in the buffer and those lost by an error included */
    uint32_t losses;  /* bits of enum pkt_saver_loss */
    bool torn;        /* an error left part of a record at the end, and it could not be cut off */
};

/* An interface, for pkt_saver_add_interface. */
struct pkt_saver_interface {
    size_t size;             /* sizeof(struct pkt_saver_interface) as the caller was compiled */
    const char *name;        /* such as "eth0"; NULL: none. At most 65,535 bytes, as all texts here */
    const char *description; /* NULL: none */
    const char *filter;      /* that chose its packets, in the language of pcap-filter(7); NULL: none */
    uint32_t ifindex;        /* frames of this interface index belong to it; 0: those without one */
    uint32_t snap_len;       /* 0: that of the saver's options */
    uint16_t linktype;       /* LINKTYPE_ */
    uint8_t fcs_len;         /* bytes of frame check sequence at the end of each frame: 0 or 4 */
};

/* What an interface statistics block says. A counter of UINT64_MAX and a time of 0 are left out. */
struct pkt_saver_interface_statistics {
    size_t size;              /* sizeof(struct pkt_saver_interface_statistics) as the caller was compiled */
    struct pkt_wall time;     /* of the counters */
    struct pkt_wall start;    /* isb_starttime: capture began */
    struct pkt_wall end;      /* isb_endtime */
    uint64_t received;        /* isb_ifrecv */
    uint64_t dropped;         /* isb_ifdrop: by the interface, for want of resources */
    uint64_t filter_accepted; /* isb_filteraccept */
    uint64_t system_dropped;  /* isb_osdrop: by the operating system */
    uint64_t delivered;       /* isb_usrdeliv */
};

/*
 * Creates or truncates a capture file: mode 0666 less umask, close-on-exec. "-" and "/dev/stdout" are
 * standard output, of which a duplicate is used; "-.pcapng", "-.pcap.gz" and so on are, too, in that format.
 *
 * options    NULL for defaults
 * ret_saver  to be closed with pkt_saver_close; set on success only
 *
 * Fails with PKT_E_SYSTEM (cannot be created), PKT_E_ARGUMENT (a terminal, the file of options.reading or
 * options.keep, options that make no sense), PKT_E_UNSUPPORTED (this build lacks the compression) or
 * PKT_E_MEMORY; a file that is refused is left as it was.
 */
PKT_API PKT_NODISCARD int pkt_saver_open_file(const char *path, const struct pkt_saver_options *options,
                                              struct pkt_saver **ret_saver, struct pkt_error *reterr_error);

/*
 * The same over a descriptor that is open for writing, from where it stands; name stands in messages, and its
 * suffix counts. On success the saver owns fd and closes it; on failure it stays the caller's.
 */
PKT_API PKT_NODISCARD int pkt_saver_open_fd(int fd, const char *name, const struct pkt_saver_options *options,
                                            struct pkt_saver **ret_saver, struct pkt_error *reterr_error);

/*
 * Describes an interface ahead of its frames. Interfaces that are not described are when their first frame
 * comes, by link type and interface index alone. In pcap it sets link type and snap length of the file.
 *
 * ret_number  for pkt_saver_put_statistics
 *
 * PKT_E_ARGUMENT: a second link type in pcap, too many interfaces, a text too long.
 */
PKT_API PKT_NODISCARD int pkt_saver_add_interface(struct pkt_saver *saver,
                                                  const struct pkt_saver_interface *interface,
                                                  uint32_t *ret_number, struct pkt_error *reterr_error);

/*
 * Saves a frame. bytes, wire_len, linktype, and time with time_digits and PKT_FRAME_HAS_TIME are enough;
 * pcapng also keeps ifindex, direction, decode_flags and drop_count. options are left out: see
 * pkt_saver_add_comment.
 *
 * PKT_E_ARGUMENT: a link type other than that of the pcap file, a time that the format cannot hold (pcap:
 * 1970 to 2106), more than PKT_CAPTURE_RECORD_MAX bytes less the record's header.
 */
PKT_API PKT_NODISCARD int pkt_saver_frame(struct pkt_saver *saver, const struct pkt_frame *frame,
                                          struct pkt_error *reterr_error);

/*
 * Gives the next frame of pkt_saver_frame a comment, or one more (pcapng only; in pcap it is noted as lost).
 *
 * text  UTF-8, at most 65,535 bytes
 *
 * PKT_E_ARGUMENT: too long, or more than 65,535 bytes of comments on one frame.
 */
PKT_API PKT_NODISCARD int pkt_saver_add_comment(struct pkt_saver *saver, struct pkt_view text,
                                                struct pkt_error *reterr_error);

/*
 * Takes over what stands before the first event of a source, a pcap file's header. pkt_saver_event does this
 * by itself; call it for a source that may have no events, so that the copy of an empty capture is one, too.
 */
PKT_API PKT_NODISCARD int pkt_saver_begin(struct pkt_saver *saver, const struct pkt_source *source,
                                          struct pkt_error *reterr_error);

/*
 * Saves an event that the source just gave, byte for byte where the formats agree; else converts it, and
 * notes what is lost. To copy a part of the packets, pass all other events and the chosen frames.
 *
 * PKT_E_ARGUMENT as for pkt_saver_frame.
 */
PKT_API PKT_NODISCARD int pkt_saver_event(struct pkt_saver *saver, const struct pkt_source *source,
                                          const struct pkt_event *event, struct pkt_error *reterr_error);

/*
 * Writes an interface statistics block; nothing in pcap, where it is noted as lost.
 *
 * number  of pkt_saver_add_interface
 */
PKT_API PKT_NODISCARD int pkt_saver_put_statistics(struct pkt_saver *saver, uint32_t number,
                                                   const struct pkt_saver_interface_statistics *statistics,
                                                   struct pkt_error *reterr_error);

/* Gives everything to the kernel, the file's header too where its link type is known. */
PKT_API PKT_NODISCARD int pkt_saver_flush(struct pkt_saver *saver, struct pkt_error *reterr_error);

PKT_API void pkt_saver_get_statistics(const struct pkt_saver *saver,
                                      struct pkt_saver_statistics *ret_statistics);

/* The file's name for messages; lives as long as the saver. */
PKT_API const char *pkt_saver_name(const struct pkt_saver *saver);

/*
 * Flushes, ends the compressed data, closes the descriptor and frees the saver, whatever happens. NULL is
 * allowed, and succeeds.
 *
 * ret_statistics  the final ones, set in any case but for NULL savers; NULL: not wanted
 *
 * Fails when this or anything before failed for good: 0 means that every packet taken is on the file.
 */
PKT_API PKT_NODISCARD int pkt_saver_finish(struct pkt_saver *saver,
                                           struct pkt_saver_statistics *ret_statistics,
                                           struct pkt_error *reterr_error);

/* pkt_saver_finish without the statistics. */
PKT_API PKT_NODISCARD int pkt_saver_close(struct pkt_saver *saver, struct pkt_error *reterr_error);

/*
 * Words for bits of enum pkt_saver_loss, such as "comments, drop counts".
 *
 * text  always ends with a NUL; 300 bytes hold all of them
 */
PKT_API void pkt_saver_describe_losses(uint32_t losses, char *text, size_t size);

PKT_END

#endif
