/*
 * What the parts of a saver share: opening, the two formats, and the calls above them.
 */
#ifndef CAPTURE_SAVER_H
#define CAPTURE_SAVER_H

#include "pkt/saver.h"
#include "saver_output.h"

enum { SAVER_PCAP_HEADER_LEN = 24 };

/* A pcap file has one header, made at the first frame, or taken from a source. */
struct saver_pcap {
    uint8_t header[SAVER_PCAP_HEADER_LEN]; /* of the source that is copied */
    bool is_copied;                        /* header counts */
    bool is_odd;                           /* its records are laid out as we make none: only copies fit */
    bool begun;                            /* the header is in the buffer or on the file */
    bool has_linktype;
    bool big_endian;
    bool nanoseconds;
    bool has_interface; /* ifindex and interface are those of the first frame */
    uint16_t linktype;
    uint32_t snap_len;
    uint8_t fcs_len;
    uint32_t ifindex;
    uint32_t interface;
};

/* An interface of a section that is ours. Which frames are of it, and how their times are written. */
struct saver_interface {
    uint32_t ifindex;
    uint32_t interface; /* the source's number where ifindex is 0 */
    uint16_t linktype;
    uint8_t fcs_len;
    bool nanoseconds;
};

/* A pcapng section is copied from one source, or ours. */
struct saver_pcapng {
    const struct pkt_source *copied; /* only compared, as it may be gone; NULL: ours, or none yet */
    bool begun;                      /* a section is in the buffer or on the file */
    struct saver_interface *interfaces;
    uint32_t interface_count;
    uint32_t interface_room;
    uint8_t *comments; /* options of the next frame, as they go into its block */
    size_t comments_len;
};

/* A frame on its way into a record that we make, with what a source says besides. */
struct saver_frame {
    const struct pkt_frame *frame;
    const struct pkt_source *source; /* NULL: made by hand */
    struct pkt_view options;         /* pcapng options in the byte order below */
    bool big_endian;
};

struct saver_format {
    int (*begin)(struct pkt_saver *saver, const struct pkt_source *source, struct pkt_error *reterr_error);
    int (*add_interface)(struct pkt_saver *saver, const struct pkt_saver_interface *interface,
                         uint32_t *ret_number, struct pkt_error *reterr_error);
    int (*put_statistics)(struct pkt_saver *saver, uint32_t number,
                          const struct pkt_saver_interface_statistics *statistics,
                          struct pkt_error *reterr_error);
    int (*add_comment)(struct pkt_saver *saver, struct pkt_view text, struct pkt_error *reterr_error);
    int (*put_frame)(struct pkt_saver *saver, const struct saver_frame *frame,
                     struct pkt_error *reterr_error);
    /* 1: it was a copy of source's bytes; 0: the formats differ. */
    int (*copy)(struct pkt_saver *saver, const struct pkt_source *source, const struct pkt_event *event,
                struct pkt_error *reterr_error);
    /* Makes sure that the header is there; last: also where the link type is not known. */
    int (*put_header)(struct pkt_saver *saver, bool last, struct pkt_error *reterr_error);
};

struct pkt_saver {
    const struct saver_format *format;
    struct pkt_saver_options options; /* its strings are ours */
    struct saver_output output;
    struct saver_pcap pcap;
    struct saver_pcapng pcapng;
    uint64_t taken;
    uint32_t losses;
    struct pkt_error failure; /* the final one; code 0: none */
    char *name;
    char *application;
    char *hardware;
    char *system;
};

extern const struct saver_format saver_format_pcap;
extern const struct saver_format saver_format_pcapng;

static inline uint32_t saver_snap_len(const struct pkt_saver *saver)
{
    const uint32_t common = 262144; /* libpcap's largest, and what others write */
    return saver->options.snap_len != 0 ? saver->options.snap_len : common;
}

/* Whether a time is to be written in nanoseconds where nothing decided it before. */
bool saver_wants_nanoseconds(const struct pkt_saver *saver, const struct pkt_frame *frame);

/* The length of the frame check sequence in bytes. */
uint8_t saver_fcs_len(const struct pkt_frame *frame);

/* Copies raw bytes as one record. */
int saver_put_raw(struct pkt_saver *saver, struct pkt_view raw, enum saver_record kind,
                  struct pkt_error *reterr_error);

/* PKT_E_ARGUMENT with a sentence for a frame's time that is before 1970 or after the format's end. */
int saver_fail_time(const struct pkt_saver *saver, const struct pkt_frame *frame, const char *range,
                    struct pkt_error *reterr_error);

/* PKT_E_ARGUMENT with a sentence for a frame that makes a record longer than sources take. */
int saver_fail_len(const struct pkt_saver *saver, size_t len, struct pkt_error *reterr_error);

#endif
