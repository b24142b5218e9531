/*
 * The inputs of a window: a descriptor, and the decompressors between two windows.
 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "window.h"

struct fd_input {
    struct capture_input base;
    int fd;
    const char *name;
};

/* Reads a descriptor that stays the caller's. */
void fd_input_init(struct fd_input *input, int fd, const char *name);

/*
 * Recognises compressed data by its first bytes, at least 4 of them, and makes the decompressor that reads
 * from packed.
 *
 * 1: ret_input and ret_name ("gzip", "zstd") are set; 0: these bytes are not compressed; negative: failure.
 */
int unpacker_open(struct pkt_view start, struct capture_window *packed, struct capture_input **ret_input,
                  const char **ret_name, struct pkt_error *reterr_error);

int gzip_input_open(struct capture_window *packed, struct capture_input **ret_input,
                    struct pkt_error *reterr_error);
int zstd_input_open(struct capture_window *packed, struct capture_input **ret_input,
                    struct pkt_error *reterr_error);

#endif
