/*
 * Compressing with zstd (RFC 8878) while a capture is saved: whatever was flushed can be decoded.
 */
#include "fail.h"
#include "saver_output.h"

#if defined PKT_HAVE_ZSTD

#include <stdlib.h>
#include <zstd.h>

enum {
    FLUSH_ROOM =
        1024, /* for what ZSTD_compressBound does not count: headers, an empty last block, checksum */
};

struct zstd_packer {
    struct saver_packer base;
    ZSTD_CCtx *context;
    uint8_t *packed;
    size_t size;
};

static bool make_room(struct zstd_packer *zstd, size_t len)
{
    size_t need = ZSTD_compressBound(len) + FLUSH_ROOM;
    if (need <= zstd->size)
        return true;
    uint8_t *packed = realloc(zstd->packed, need);
    if (packed == NULL)
        return false;
    zstd->packed = packed;
    zstd->size = need;
    return true;
}

static bool zstd_pack(struct saver_packer *packer, const uint8_t *bytes, size_t len, bool last,
                      const uint8_t **ret_packed, size_t *ret_len)
{
    struct zstd_packer *zstd = (struct zstd_packer *)packer;
    if (!make_room(zstd, len))
        return false;
    ZSTD_inBuffer in = {bytes, len, 0};
    ZSTD_outBuffer out = {zstd->packed, zstd->size, 0};
    size_t left;
    do {
        left = ZSTD_compressStream2(zstd->context, &out, &in, last ? ZSTD_e_end : ZSTD_e_flush);
    } while (left != 0 && !ZSTD_isError(left) && out.pos < out.size);
    *ret_packed = zstd->packed;
    *ret_len = out.pos;
    return left == 0;
}

static void zstd_close(struct saver_packer *packer)
{
    struct zstd_packer *zstd = (struct zstd_packer *)packer;
    ZSTD_freeCCtx(zstd->context);
    free(zstd->packed);
    free(zstd);
}

struct saver_packer *saver_packer_zstd(const char *name, struct pkt_error *reterr_error)
{
    struct zstd_packer *zstd = calloc(1, sizeof *zstd);
    if (zstd != NULL)
        zstd->context = ZSTD_createCCtx();
    if (zstd == NULL || zstd->context == NULL ||
        ZSTD_isError(ZSTD_CCtx_setParameter(zstd->context, ZSTD_c_checksumFlag, 1))) {
        if (zstd != NULL)
            ZSTD_freeCCtx(zstd->context);
        free(zstd);
        capture_fail_memory(reterr_error, name);
        return NULL;
    }
    zstd->base.pack = zstd_pack;
    zstd->base.close = zstd_close;
    return &zstd->base;
}

#else

struct saver_packer *saver_packer_zstd(const char *name, struct pkt_error *reterr_error)
{
    capture_fail(reterr_error, PKT_E_UNSUPPORTED, 0, name,
                 "zstd is not in this build: it was made without libzstd; save without .zst");
    return NULL;
}

#endif
