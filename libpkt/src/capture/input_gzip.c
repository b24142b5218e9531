/*
 * Decompressing gzip (RFC 1952): any number of members, as gzip itself reads them.
 */
#include "fail.h"
#include "input.h"

#if defined PKT_HAVE_ZLIB

#include <stdlib.h>
#define ZLIB_CONST /* next_in is only read */
#include <zlib.h>

enum {
    GZIP_ONLY = 15 + 16, /* largest window, gzip header wanted: see inflateInit2 */
};

struct gzip_input {
    struct capture_input base;
    struct capture_window *packed;
    z_stream stream;
    bool between; /* at the start or behind the end of a member */
    bool first;   /* no member was read to its end yet */
    bool full;    /* the last step filled all the room it had: more may come without input */
};

/* Whether another member follows. Zeros may: tapes and block devices pad with them. */
static int begin_member(struct gzip_input *gzip, struct pkt_error *reterr_error)
{
    struct capture_window *packed = gzip->packed;
    int result = window_need(packed, 1, reterr_error);
    while (result > 0 && !gzip->first && pkt_u8(window_view(packed), 0) == 0) {
        window_take(packed, 1);
        result = window_need(packed, 1, reterr_error);
    }
    if (result <= 0)
        return result;
    if (pkt_u8(window_view(packed), 0) != 0x1f) {
        return capture_fail(reterr_error, PKT_E_FORMAT, window_offset(packed), packed->name,
                            "damaged at byte %ju of the compressed file: what follows the gzip data is none",
                            (uintmax_t)window_offset(packed));
    }
    gzip->between = false;
    inflateReset(&gzip->stream);
    return 1;
}

static int fail_cut(const struct gzip_input *gzip, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(gzip->packed);
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, gzip->packed->name,
                        "cut short: the compressed file ends after %ju bytes, within its gzip data",
                        (uintmax_t)offset);
}

static int fail_damaged(const struct gzip_input *gzip, int code, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(gzip->packed);
    if (code == Z_MEM_ERROR)
        return capture_fail_memory(reterr_error, gzip->packed->name);
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, gzip->packed->name,
                        "damaged near byte %ju of the compressed file: %s", (uintmax_t)offset,
                        gzip->stream.msg != NULL ? gzip->stream.msg : "the gzip data makes no sense");
}

/* One step of decompression; 1 also when it gave no bytes yet. */
static int inflate_some(struct gzip_input *gzip, uint8_t *buffer, size_t size, size_t *ret_len,
                        struct pkt_error *reterr_error)
{
    int result = gzip->full ? 1 : window_need(gzip->packed, 1, reterr_error);
    if (result <= 0)
        return result < 0 ? result : fail_cut(gzip, reterr_error);
    struct pkt_view packed = window_view(gzip->packed);
    gzip->stream.next_in = packed.ptr;
    gzip->stream.avail_in = (uInt)packed.len;
    gzip->stream.next_out = buffer;
    gzip->stream.avail_out = (uInt)size;
    int code = inflate(&gzip->stream, Z_SYNC_FLUSH);
    window_take(gzip->packed, packed.len - gzip->stream.avail_in);
    *ret_len = size - gzip->stream.avail_out;
    gzip->full = gzip->stream.avail_out == 0 && code == Z_OK;
    if (code == Z_STREAM_END) {
        gzip->between = true;
        gzip->first = false;
    }
    /* What was decompressed before the damage still counts; the damage is met again. */
    if (*ret_len > 0 || code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
        return 1;
    return fail_damaged(gzip, code, reterr_error);
}

static int gzip_read(struct capture_input *input, uint8_t *buffer, size_t size, size_t *ret_len,
                     struct pkt_error *reterr_error)
{
    struct gzip_input *gzip = (struct gzip_input *)input;
    int result = 1;
    while (result > 0 && *ret_len == 0) {
        if (gzip->between)
            result = begin_member(gzip, reterr_error);
        if (result > 0)
            result = inflate_some(gzip, buffer, size, ret_len, reterr_error);
    }
    return result;
}

static void gzip_close(struct capture_input *input)
{
    struct gzip_input *gzip = (struct gzip_input *)input;
    inflateEnd(&gzip->stream);
    free(gzip);
}

int gzip_input_open(struct capture_window *packed, struct capture_input **ret_input,
                    struct pkt_error *reterr_error)
{
    struct gzip_input *gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL || inflateInit2(&gzip->stream, GZIP_ONLY) != Z_OK) {
        free(gzip);
        return capture_fail_memory(reterr_error, packed->name);
    }
    gzip->base = (struct capture_input){gzip_read, gzip_close};
    gzip->packed = packed;
    gzip->between = true;
    gzip->first = true;
    *ret_input = &gzip->base;
    return 1;
}

#endif
