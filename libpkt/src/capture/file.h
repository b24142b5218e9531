/*
 * A capture file as a source: its input, its window, and the state of the format's parser.
 */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include "input.h"
#include "pcapng.h"
#include "source.h"

/* Which of a record's two lengths comes first: a matter of the file's version. */
enum pcap_length_order {
    PCAP_CAPTURED_FIRST = 0,
    PCAP_WIRE_FIRST,
    PCAP_EITHER_FIRST, /* the smaller one is what was captured */
};

struct pcap_state {
    uint8_t header[28];   /* as it stands in the file */
    uint32_t fraction_ns; /* nanoseconds of one unit of the fraction */
    uint32_t snap_len;
    uint16_t linktype;
    uint16_t decode_flags;
    uint8_t record_header; /* bytes */
    uint8_t fcs_len;
    uint8_t time_digits;
    bool big_endian;
    enum pcap_length_order length_order;
};

/* State of libpcap's reader. */
struct libpcap_state {
    struct pcap *pcap;
    struct pkt_error failure; /* of our input, which libpcap cannot hand through */
    bool input_failed;
};

struct capture_file;
typedef bool file_interface_getter(const struct capture_file *file, uint32_t number,
                                   struct pkt_source_interface *ret_interface);

struct capture_file {
    struct pkt_source base;
    struct pkt_source_options options;
    int fd; /* -1: memory */
    struct fd_input fd_input;
    struct capture_window packed;         /* what unpacker reads; unused for a plain file */
    struct capture_input *unpacker;       /* NULL: a plain file */
    const char *packing;                  /* "gzip", "zstd"; NULL: a plain file */
    struct capture_window window;         /* what the parser reads */
    file_interface_getter *get_interface; /* NULL: the format is not known yet */
    struct pcap_state pcap;
    struct pcapng_state pcapng;
    struct libpcap_state libpcap;
    char *name;
    char description[80];
};

/* " of the uncompressed data" where that makes a difference for an offset in a message, else "". */
const char *file_offset_space(const struct capture_file *file);

/* Sets the description: format, byte order (NULL: none), and packing. */
void file_describe(struct capture_file *file, const char *format, const char *order);

/* The end of the input lies within the file header. Returns PKT_E_FORMAT. */
int file_fail_short(const struct capture_file *file, struct pkt_error *reterr_error);

/*
 * Recognises a format at the start of the window, takes its header and sets base.next and base.info.
 * 1: done; 0: another format; negative: failure. PKT_E_AGAIN leaves everything as it was.
 */
int pcap_begin(struct capture_file *file, struct pkt_error *reterr_error);
int pcapng_begin(struct capture_file *file, struct pkt_error *reterr_error);
int libpcap_begin(struct capture_file *file, struct pkt_error *reterr_error);

void libpcap_end(struct capture_file *file);

bool pcap_get_interface(const struct capture_file *file, uint32_t number,
                        struct pkt_source_interface *ret_interface);

bool pcapng_get_interface(const struct capture_file *file, uint32_t number,
                          struct pkt_source_interface *ret_interface);
bool libpcap_get_interface(const struct capture_file *file, uint32_t number,
                           struct pkt_source_interface *ret_interface);

#endif
