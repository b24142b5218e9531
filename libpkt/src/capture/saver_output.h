/*
 * The bytes below a saver: a buffer of whole records over a descriptor, with compression between.
 *
 * What is in the buffer is marked record by record, so that after a failed write it is known how many of them
 * are on the file, and where to cut.
 */
#ifndef CAPTURE_SAVER_OUTPUT_H
#define CAPTURE_SAVER_OUTPUT_H

#include "pkt/base.h"

#include <poll.h>
#include <sys/types.h>

/* The system calls below an output; a seam for tests. */
struct saver_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t len);
    int (*poll)(struct pollfd *descriptors, nfds_t count, int timeout_ms);
    int (*truncate)(int fd, off_t len);
    int (*sync)(int fd);
    int (*close)(int fd);
};

extern const struct saver_ops saver_system_ops;

/* What a record counts as. */
enum saver_record {
    SAVER_HEADER = 0,
    SAVER_PACKET,
    SAVER_BLOCK,
    SAVER_RECORD_KINDS,
};

enum { SAVER_MARKS = 8192 };

/* A compressor. Packed bytes are valid until the next call. */
struct saver_packer {
    /* Packs bytes and makes them decodable; last: ends the stream too. False: out of memory. */
    bool (*pack)(struct saver_packer *packer, const uint8_t *bytes, size_t len, bool last,
                 const uint8_t **ret_packed, size_t *ret_len);
    void (*close)(struct saver_packer *packer);
};

/* NULL and a filled error: PKT_E_MEMORY, or PKT_E_UNSUPPORTED where the build lacks it. */
struct saver_packer *saver_packer_gzip(const char *name, struct pkt_error *reterr_error);
struct saver_packer *saver_packer_zstd(const char *name, struct pkt_error *reterr_error);

struct saver_output {
    int fd;
    const char *name;
    const struct saver_ops *ops;
    struct saver_packer *packer; /* NULL: plain */
    bool can_cut;
    bool torn;
    uint64_t start;                      /* offset in the file of the first byte */
    uint64_t bytes;                      /* the kernel took, less what was cut off */
    uint64_t counts[SAVER_RECORD_KINDS]; /* records that are whole on the file */
    uint8_t *buffer;
    size_t size;
    size_t used;
    uint32_t mark_count;
    uint32_t marks[SAVER_MARKS]; /* where a record ends, times 4, plus its kind */
};

/* A record under way: numbers are put in the byte order of the file. */
struct saver_bytes {
    uint8_t *ptr;
    size_t room;
    size_t len;
    bool big_endian;
};

/* Takes fd over; finds out whether it can be cut. False: out of memory. */
bool output_open(struct saver_output *output, int fd, const char *name, size_t size);

/* Room for a record of at most room bytes; 0 or a failure. */
int output_begin(struct saver_output *output, size_t room, bool big_endian, struct saver_bytes *ret_bytes,
                 struct pkt_error *reterr_error);

/* The record is complete: bytes.len of it count. */
void output_end(struct saver_output *output, const struct saver_bytes *bytes, enum saver_record kind);

/* Gives all whole records to the kernel. A failure cuts the file back; nothing may follow but output_close.
 */
int output_flush(struct saver_output *output, struct pkt_error *reterr_error);

/*
 * Ends the compressed data, and closes the descriptor in any case. failed: something failed before, so that
 * nothing more is written. 0 or the failure of this call.
 */
int output_close(struct saver_output *output, bool failed, bool sync, struct pkt_error *reterr_error);

void bytes_put(struct saver_bytes *bytes, const void *data, size_t len);
void bytes_put_number(struct saver_bytes *bytes, uint64_t value, unsigned size);

/* Zeros up to a multiple of 4. */
void bytes_pad(struct saver_bytes *bytes);

/* Puts 4 bytes of number at off, over what is there. */
void bytes_set_u32(struct saver_bytes *bytes, size_t off, uint32_t value);

#endif
