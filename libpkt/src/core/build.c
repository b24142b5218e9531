/*
 * The forward writer: rows, room, errors that stick, and the walk of finish from the innermost layer outward.
 */
#include "builder.h"

void pkt_set_bits(struct pkt_room room, size_t off, unsigned len, uint64_t value)
{
    if (len == 0 || len > 64 || off / 8 >= room.len || len > room.len * 8 - off)
        return;
    for (size_t bit = off + len; bit > off;) {
        size_t octet = (bit - 1) / 8;
        unsigned start = octet * 8 < off ? (unsigned)(off - octet * 8) : 0; /* first bit in this octet */
        unsigned count = (unsigned)(bit - octet * 8) - start;
        unsigned shift = 8 - start - count;
        unsigned mask = ((1U << count) - 1) << shift;
        room.ptr[octet] = (uint8_t)((room.ptr[octet] & ~mask) | ((unsigned)(value << shift) & mask));
        value >>= count;
        bit -= count;
    }
}

void pkt_build_init(struct pkt_build *build, void *buffer, size_t size, unsigned flags)
{
    build->buffer = buffer;
    build->size = buffer == NULL ? 0 : size;
    build->len = 0;
    build->need = 0;
    build->trailer = 0;
    build->error = PKT_BUILD_OK;
    build->flags = flags;
    build->count = 0;
}

void pkt_build_fail(struct pkt_build *build, int error)
{
    if (build->error == PKT_BUILD_OK)
        build->error = error;
}

/* Appends len zeroes. */
static struct pkt_room append(struct pkt_build *build, size_t len)
{
    size_t off = build->len;
    build->len += len;
    if (build->need < build->len)
        build->need = build->len;
    if (build->buffer == NULL || build->error != PKT_BUILD_OK)
        return (struct pkt_room){build->buffer, 0};
    if (len > build->size - off) {
        pkt_build_fail(build, PKT_BUILD_E_SPACE);
        return (struct pkt_room){build->buffer, 0};
    }
    struct pkt_room room = pkt_room_sub(pkt_room_make(build->buffer, build->size), off, len);
    if (room.len != 0)
        memset(room.ptr, 0, room.len);
    return room;
}

/* Completes the header of the layer under way. */
static void close_last(struct pkt_build *build)
{
    if (build->count == 0 || build->row[build->count - 1].closed)
        return;
    unsigned last = build->count - 1U;
    struct pkt_build_row *row = &build->row[last];
    if (pkt_builders[row->proto].close != NULL)
        pkt_builders[row->proto].close(build, last);
    row->hdr_len = (uint32_t)(build->len - row->off);
    row->closed = true;
}

struct pkt_room pkt_build_begin(struct pkt_build *build, enum pkt_proto proto, size_t len)
{
    close_last(build);
    if (build->trailer != 0)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    if (build->count == PKT_MAX_LAYERS)
        pkt_build_fail(build, PKT_BUILD_E_DEPTH);
    else
        build->row[build->count++] =
            (struct pkt_build_row){.proto = (uint8_t)proto, .off = (uint32_t)build->len};
    return append(build, len);
}

struct pkt_room pkt_build_more(struct pkt_build *build, size_t len)
{
    return append(build, len);
}

struct pkt_room pkt_build_item(struct pkt_build *build, enum pkt_proto proto, size_t len)
{
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    if (build->count == 0 || row->proto != proto || row->closed) {
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
        return append(build, len);
    }
    if (row->item_count == UINT16_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    row->item_count++;
    row->item = (uint32_t)build->len;
    return append(build, len);
}

/* A payload row, or the one that is there. */
static struct pkt_room payload(struct pkt_build *build, size_t len)
{
    bool more = build->count != 0 && build->row[build->count - 1].proto == PKT_PROTO_PAYLOAD &&
                !build->row[build->count - 1].finished;
    return more ? append(build, len) : pkt_build_begin(build, PKT_PROTO_PAYLOAD, len);
}

void pkt_build_payload(struct pkt_build *build, struct pkt_view bytes)
{
    if (bytes.len != 0)
        pkt_set_bytes(payload(build, bytes.len), 0, bytes.ptr, bytes.len);
}

void pkt_build_fill(struct pkt_build *build, uint8_t byte, size_t len)
{
    if (len == 0)
        return;
    struct pkt_room room = payload(build, len);
    if (room.len != 0)
        memset(room.ptr, byte, room.len);
}

/* The room of len more bytes of trailer. */
static struct pkt_room trailer(struct pkt_build *build, size_t len)
{
    if (build->trailer != 0)
        return append(build, len);
    struct pkt_room room = pkt_build_begin(build, PKT_PROTO_TRAILER, len);
    build->trailer = build->len - len;
    return room;
}

void pkt_build_trailer(struct pkt_build *build, struct pkt_view bytes)
{
    if (bytes.len != 0)
        pkt_set_bytes(trailer(build, bytes.len), 0, bytes.ptr, bytes.len);
}

void pkt_build_pad(struct pkt_build *build, size_t frame_len)
{
    close_last(build);
    if (build->len < frame_len)
        trailer(build, frame_len - build->len);
}

size_t pkt_build_end(const struct pkt_build *build, unsigned row)
{
    if (build->row[row].end != 0)
        return build->row[row].end;
    bool before = build->trailer != 0 && build->row[row].proto != PKT_PROTO_TRAILER;
    return before ? build->trailer : build->len;
}

struct pkt_room pkt_build_row_room(const struct pkt_build *build, unsigned row)
{
    size_t written = build->error != PKT_BUILD_OK || build->buffer == NULL ? 0 : build->size;
    return pkt_room_sub(pkt_room_make(build->buffer, written), build->row[row].off,
                        pkt_build_row_len(build, row));
}

size_t pkt_build_header_len(const struct pkt_build *build, unsigned row)
{
    return build->row[row].closed ? build->row[row].hdr_len : build->len - build->row[row].off;
}

enum pkt_proto pkt_build_next(const struct pkt_build *build, unsigned row)
{
    bool is_last = row + 1U >= build->count || build->row[row + 1].proto == PKT_PROTO_TRAILER;
    return is_last ? PKT_PROTO_NONE : (enum pkt_proto)build->row[row + 1].proto;
}

void pkt_build_length(struct pkt_build *build, unsigned row, size_t off, unsigned bits, size_t value)
{
    if (!pkt_build_fills(build, row, PKT_BUILD_LENGTH))
        return;
    if (value >> bits != 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_bits(pkt_build_row_room(build, row), off * 8, bits, value);
}

/* What finish would fill in the bits [off, off + len) stays as it is. */
static void fix(struct pkt_build *build, unsigned row, uint64_t off, uint64_t len)
{
    const struct pkt_build_automatic *field = pkt_builders[build->row[row].proto].automatic;
    uint8_t type = build->row[row].type;
    for (; field != NULL && field->kind != 0; field++) {
        bool is_of_type = field->type == PKT_BUILD_ANY_TYPE || field->type == type;
        if (is_of_type && off < (uint64_t)field->bit_off + field->bit_len && field->bit_off < off + len)
            build->row[row].fixed |= field->kind;
    }
}

/* Checks that layer `row` has the bits, and fixes them. */
static bool may_write(struct pkt_build *build, unsigned row, uint64_t off, uint64_t len)
{
    if (row >= build->count)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    else if (off + len > (uint64_t)pkt_build_row_len(build, row) * 8)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    if (build->error != PKT_BUILD_OK)
        return false;
    fix(build, row, off, len);
    return true;
}

void pkt_build_set_bits(struct pkt_build *build, unsigned row, uint32_t off, unsigned len, uint64_t value)
{
    if (len == 0 || len > 64 || (len < 64 && value >> len != 0))
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    else if (may_write(build, row, off, len))
        pkt_set_bits(pkt_build_row_room(build, row), off, len, value);
}

void pkt_build_set_bytes(struct pkt_build *build, unsigned row, uint32_t off, struct pkt_view bytes)
{
    if (may_write(build, row, (uint64_t)off * 8, (uint64_t)bytes.len * 8))
        pkt_set_bytes(pkt_build_row_room(build, row), off, bytes.ptr, bytes.len);
}

/* Finishes the rows from `first` on, the innermost first. */
static void finish_from(struct pkt_build *build, unsigned first)
{
    for (unsigned row = build->count; row > first; row--) {
        pkt_finish_step *finish = pkt_builders[build->row[row - 1].proto].finish;
        if (finish != NULL && !build->row[row - 1].finished)
            finish(build, row - 1);
        build->row[row - 1].finished = true;
    }
}

int pkt_build_quoting(const struct pkt_build *build, unsigned states)
{
    for (unsigned row = build->count; row > 0; row--)
        if ((build->row[row - 1].quote & states) != 0 && !build->row[row - 1].finished)
            return (int)row - 1;
    return -1;
}

/* The packet ends at len: rows inside end there too, unless a quotation in a quotation ended before; rows
 * behind are none any more. */
static void cut(struct pkt_build *build, unsigned first, size_t len)
{
    build->len = len;
    while (build->count > first && build->row[build->count - 1].off >= len)
        build->count--;
    for (unsigned row = first; row < build->count; row++)
        if (build->row[row].end == 0 || build->row[row].end > len)
            build->row[row].end = (uint32_t)len;
}

void pkt_build_quote_end(struct pkt_build *build, size_t keep)
{
    int error = pkt_build_quoting(build, PKT_BUILD_QUOTE_OPEN);
    if (error < 0 || build->trailer != 0) {
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
        return;
    }
    close_last(build);
    finish_from(build, (unsigned)error + 1);
    build->row[error].quote = PKT_BUILD_QUOTE_ENDED;
    size_t start = build->row[error].off + build->row[error].hdr_len;
    cut(build, (unsigned)error + 1, build->len - start > keep ? start + keep : build->len);
}

int pkt_build_finish(struct pkt_build *build, struct pkt_view *ret_packet)
{
    close_last(build);
    finish_from(build, 0);
    if (build->error == PKT_BUILD_OK)
        *ret_packet = pkt_view_make(build->buffer, build->len);
    return build->error;
}

const char *pkt_build_sentence(int error)
{
    static const char *const sentences[] = {
        [-PKT_BUILD_OK] = "built",
        [-PKT_BUILD_E_SPACE] = "the buffer is too small for the packet",
        [-PKT_BUILD_E_DEPTH] = "more than 16 layers",
        [-PKT_BUILD_E_RANGE] = "a value or length does not fit its field",
        [-PKT_BUILD_E_ORDER] = "this cannot stand here",
        [-PKT_BUILD_E_FORBIDDEN] = "the protocol's standard forbids it",
    };
    unsigned index = (unsigned)-error;
    return index < sizeof sentences / sizeof *sentences ? sentences[index] : "unknown error";
}
