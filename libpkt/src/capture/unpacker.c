/*
 * Recognising compressed data by its first bytes.
 */
#include "fail.h"
#include "input.h"

typedef int unpacker_opener(struct capture_window *packed, struct capture_input **ret_input,
                            struct pkt_error *reterr_error);

#if !defined PKT_HAVE_ZLIB
static int open_missing_gzip(struct capture_window *packed, struct capture_input **ret_input,
                             struct pkt_error *reterr_error)
{
    (void)ret_input;
    return capture_fail(reterr_error, PKT_E_UNSUPPORTED, 0, packed->name,
                        "compressed with gzip, which this build does not read; pipe it through gzip -dc");
}
#define gzip_input_open open_missing_gzip
#endif

#if !defined PKT_HAVE_ZSTD
static int open_missing_zstd(struct capture_window *packed, struct capture_input **ret_input,
                             struct pkt_error *reterr_error)
{
    (void)ret_input;
    return capture_fail(reterr_error, PKT_E_UNSUPPORTED, 0, packed->name,
                        "compressed with zstd, which this build does not read; pipe it through zstd -dc");
}
#define zstd_input_open open_missing_zstd
#endif

static const struct packing {
    uint32_t magic; /* of the first four bytes, in network order */
    uint32_t mask;
    const char *name;
    unpacker_opener *open;
} packings[] = {
    {0x1f8b0800, 0xffffff00, "gzip", gzip_input_open}, /* RFC 1952 section 2.3: ID1, ID2, CM = deflate */
    {0x28b52ffd, 0xffffffff, "zstd", zstd_input_open}, /* RFC 8878 section 3.1.1: a frame */
    {0x502a4d18, 0xf0ffffff, "zstd", zstd_input_open}, /* RFC 8878 section 3.1.2: a skippable frame */
};

int unpacker_open(struct pkt_view start, struct capture_window *packed, struct capture_input **ret_input,
                  const char **ret_name, struct pkt_error *reterr_error)
{
    uint32_t magic = pkt_u32(start, 0);
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        const struct packing *packing = &packings[i];
        if ((magic & packing->mask) != packing->magic)
            continue;
        *ret_name = packing->name;
        int result = packing->open(packed, ret_input, reterr_error);
        return result < 0 ? result : 1;
    }
    return 0;
}
