/*
 * Compressing with gzip (RFC 1952) while a capture is saved: whatever was flushed can be decoded.
 */
#include "fail.h"
#include "saver_output.h"

#if defined PKT_HAVE_ZLIB

#include <stdlib.h>
#define ZLIB_CONST /* next_in is only read */
#include <zlib.h>

enum {
    GZIP_FORMAT = 15 + 16, /* largest window, gzip header: see deflateInit2 */
    MEMORY_LEVEL = 8,      /* zlib's default */
    FLUSH_ROOM = 64,       /* for what deflateBound does not count: earlier bits, the flush marker */
};

struct gzip_packer {
    struct saver_packer base;
    z_stream stream;
    uint8_t *packed;
    size_t size;
};

/* Everything fits in one call. */
static bool make_room(struct gzip_packer *gzip, size_t len)
{
    size_t need = deflateBound(&gzip->stream, len) + FLUSH_ROOM;
    if (need <= gzip->size)
        return true;
    uint8_t *packed = realloc(gzip->packed, need);
    if (packed == NULL)
        return false;
    gzip->packed = packed;
    gzip->size = need;
    return true;
}

static bool gzip_pack(struct saver_packer *packer, const uint8_t *bytes, size_t len, bool last,
                      const uint8_t **ret_packed, size_t *ret_len)
{
    struct gzip_packer *gzip = (struct gzip_packer *)packer;
    if (!make_room(gzip, len))
        return false;
    gzip->stream.next_in = bytes;
    gzip->stream.avail_in = (uInt)len;
    gzip->stream.next_out = gzip->packed;
    gzip->stream.avail_out = (uInt)gzip->size;
    int result = deflate(&gzip->stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    *ret_packed = gzip->packed;
    *ret_len = gzip->size - gzip->stream.avail_out;
    return result == (last ? Z_STREAM_END : Z_OK) && gzip->stream.avail_in == 0;
}

static void gzip_close(struct saver_packer *packer)
{
    struct gzip_packer *gzip = (struct gzip_packer *)packer;
    deflateEnd(&gzip->stream);
    free(gzip->packed);
    free(gzip);
}

struct saver_packer *saver_packer_gzip(const char *name, struct pkt_error *reterr_error)
{
    struct gzip_packer *gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL || deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_FORMAT,
                                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        capture_fail_memory(reterr_error, name);
        return NULL;
    }
    gzip->base.pack = gzip_pack;
    gzip->base.close = gzip_close;
    return &gzip->base;
}

#else

struct saver_packer *saver_packer_gzip(const char *name, struct pkt_error *reterr_error)
{
    capture_fail(reterr_error, PKT_E_UNSUPPORTED, 0, name,
                 "gzip is not in this build: it was made without zlib; save without .gz");
    return NULL;
}

#endif
