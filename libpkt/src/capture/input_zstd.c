/*
 * Decompressing zstd (RFC 8878): any number of frames, skippable ones too.
 */
#include "fail.h"
#include "input.h"
#include "pkt/capture.h"

#if defined PKT_HAVE_ZSTD

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct zstd_input {
    struct capture_input base;
    struct capture_window *packed;
    ZSTD_DStream *stream;
    size_t failure; /* its code; 0: none. The stream's own state after one is not to be relied on */
    bool within;    /* a frame has begun and not ended */
    bool full;      /* the last step filled all the room it had: more may come without input */
};

enum { WINDOW_LOG_MAX = 23 };
_Static_assert(PKT_CAPTURE_ZSTD_WINDOW_MAX == UINT32_C(1) << WINDOW_LOG_MAX, "the documented limit");

static int fail_cut(const struct zstd_input *zstd, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(zstd->packed);
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, zstd->packed->name,
                        "cut short: the compressed file ends after %ju bytes, within its zstd data",
                        (uintmax_t)offset);
}

static int fail_code(const struct zstd_input *zstd, size_t code, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(zstd->packed);
    ZSTD_ErrorCode error = ZSTD_getErrorCode(code);
    if (error == ZSTD_error_memory_allocation)
        return capture_fail_memory(reterr_error, zstd->packed->name);
    if (error == ZSTD_error_frameParameter_windowTooLarge) {
        return capture_fail(
            reterr_error, PKT_E_UNSUPPORTED, offset, zstd->packed->name,
            "its zstd window is larger than the %u MiB that are read here (--long or --ultra made "
            "it); pipe it through zstd -dc --long=31",
            (unsigned)(PKT_CAPTURE_ZSTD_WINDOW_MAX >> 20));
    }
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, zstd->packed->name,
                        "damaged near byte %ju of the compressed file: %s", (uintmax_t)offset,
                        ZSTD_getErrorName(code));
}

/* 1: there is input, or none is needed; 0: the end of all frames. */
static int need_input(struct zstd_input *zstd, struct pkt_error *reterr_error)
{
    int result = zstd->full ? 1 : window_need(zstd->packed, 1, reterr_error);
    return result == 0 && zstd->within ? fail_cut(zstd, reterr_error) : result;
}

/* What was decompressed before the damage still counts. */
static void decompress_some(struct zstd_input *zstd, uint8_t *buffer, size_t size, size_t *ret_len)
{
    struct pkt_view packed = window_view(zstd->packed);
    ZSTD_inBuffer in = {packed.ptr, packed.len, 0};
    ZSTD_outBuffer out = {buffer, size, 0};
    size_t code = ZSTD_decompressStream(zstd->stream, &out, &in);
    window_take(zstd->packed, in.pos);
    *ret_len = out.pos;
    if (ZSTD_isError(code)) {
        zstd->failure = code;
        return;
    }
    zstd->within = code != 0;
    zstd->full = code != 0 && out.pos == size;
}

static int zstd_read(struct capture_input *input, uint8_t *buffer, size_t size, size_t *ret_len,
                     struct pkt_error *reterr_error)
{
    struct zstd_input *zstd = (struct zstd_input *)input;
    int result = 1;
    while (result > 0 && *ret_len == 0) {
        if (zstd->failure != 0)
            return fail_code(zstd, zstd->failure, reterr_error);
        result = need_input(zstd, reterr_error);
        if (result > 0)
            decompress_some(zstd, buffer, size, ret_len);
    }
    return result;
}

static void zstd_close(struct capture_input *input)
{
    struct zstd_input *zstd = (struct zstd_input *)input;
    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

int zstd_input_open(struct capture_window *packed, struct capture_input **ret_input,
                    struct pkt_error *reterr_error)
{
    struct zstd_input *zstd = calloc(1, sizeof *zstd);
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (zstd == NULL || stream == NULL) {
        free(zstd);
        ZSTD_freeDStream(stream);
        return capture_fail_memory(reterr_error, packed->name);
    }
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    zstd->base = (struct capture_input){zstd_read, zstd_close};
    zstd->packed = packed;
    zstd->stream = stream;
    *ret_input = &zstd->base;
    return 1;
}

#endif
