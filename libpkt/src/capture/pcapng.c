/*
 * pcapng files (draft-ietf-opsawg-pcapng).
 *
 * Every block: type and total length (32 bits each), body, total length again; a multiple of 4 bytes. The
 * section header block sets the byte order of all that follow it, and forgets the interfaces described before
 * it.
 */
#include "byte_order.h"
#include "fail.h"
#include "file.h"
#include "pkt/packet.h"

enum {
    BLOCK_TYPE = 0,
    BLOCK_LEN = 4,
    BLOCK_HEADER_LEN = 8,
    BLOCK_TRAILER_LEN = 4,
    BLOCK_MIN_LEN = BLOCK_HEADER_LEN + BLOCK_TRAILER_LEN,

    SECTION_BYTE_ORDER = 8,
    SECTION_START_LEN = 12, /* up to the byte order, which all else needs */
    SECTION_MAJOR = 12,
    SECTION_MINOR = 14,
    SECTION_OPTIONS = 24,

    INTERFACE_LINK_TYPE = 8,
    INTERFACE_SNAP_LEN = 12,
    INTERFACE_OPTIONS = 16,

    PACKET_INTERFACE = 8,
    PACKET_DROPS = 10, /* of the obsolete packet block */
    PACKET_TIME_HIGH = 12,
    PACKET_TIME_LOW = 16,
    PACKET_CAPTURED = 20,
    PACKET_WIRE = 24,
    PACKET_DATA = 28,

    SIMPLE_WIRE = 8,
    SIMPLE_DATA = 12,

    STATISTICS_INTERFACE = 8,
    STATISTICS_OPTIONS = 20,

    EPB_FLAGS = 2,
    EPB_DROPCOUNT = 4,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
    DROPS_UNKNOWN = 0xffff,

    LONG_BLOCK_PART = 64 * 1024, /* what is delivered of a block longer than PKT_CAPTURE_RECORD_MAX */
};

#define TYPE_SECTION   UINT32_C(0x0a0d0d0a)
#define TYPE_INTERFACE UINT32_C(1)
#define TYPE_PACKET    UINT32_C(2)
#define TYPE_SIMPLE    UINT32_C(3)
#define TYPE_ENHANCED  UINT32_C(6)
#define BYTE_ORDER     UINT32_C(0x1a2b3c4d)

/* Fills in what its kind of block has more than raw and byte order. */
typedef int block_taker(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error);

struct block_kind {
    uint32_t type;
    uint32_t min_len;
    uint32_t options; /* offset; 0: this kind has none */
    int event;
    block_taker *take; /* NULL: delivered as it is */
};

/* "FILE: damaged at byte N: REASON", of the block at the start of the window. */
static int fail_block(const struct capture_file *file, const char *reason, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, file->name, "damaged at byte %ju%s: %s",
                        (uintmax_t)offset, file_offset_space(file), reason);
}

static int fail_interface(const struct capture_file *file, uint32_t interface, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "damaged at byte %ju%s: a packet of interface %ju, but only %ju interface%s described before "
        "it in its section",
        (uintmax_t)offset, file_offset_space(file), (uintmax_t)interface,
        (uintmax_t)file->pcapng.interface_count, file->pcapng.interface_count == 1 ? " is" : "s are");
}

static int fail_packet_len(const struct capture_file *file, size_t captured, size_t room,
                           struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "damaged at byte %ju%s: a packet of %zu captured bytes in a block that has room for %zu",
        (uintmax_t)offset, file_offset_space(file), captured, room);
}

static int fail_cut(const struct capture_file *file, size_t need, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "cut short: the block at byte %ju%s needs %zu bytes, and the file ends after %zu of them",
        (uintmax_t)offset, file_offset_space(file), need, window_len(&file->window));
}

static int fail_len(const struct capture_file *file, uint32_t len, const char *rule,
                    struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, file->name,
                        "damaged at byte %ju%s: a block claims a length of %ju bytes, which %s",
                        (uintmax_t)offset, file_offset_space(file), (uintmax_t)len, rule);
}

/* The format allows it. */
static int fail_limit(const struct capture_file *file, uint32_t len, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_UNSUPPORTED, offset, file->name,
        "the block at byte %ju%s states %ju bytes, more than the limit of this program, which "
        "reads blocks of its type of up to %ju bytes",
        (uintmax_t)offset, file_offset_space(file), (uintmax_t)len, (uintmax_t)PKT_CAPTURE_RECORD_MAX);
}

static int fail_interfaces(const struct capture_file *file, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_UNSUPPORTED, offset, file->name,
        "at byte %ju%s a section describes one more interface than the limit of this program, "
        "which reads %d in a section",
        (uintmax_t)offset, file_offset_space(file), PKT_CAPTURE_INTERFACES_MAX);
}

int pkt_capture_option_next(struct pkt_view *options, bool big_endian, uint16_t *ret_code,
                            struct pkt_view *ret_value)
{
    if (options->len == 0)
        return 0;
    uint16_t code = file_u16(*options, 0, big_endian);
    size_t len = file_u16(*options, 2, big_endian);
    if (options->len >= 4 && code == PKT_CAPTURE_OPTION_END)
        return 0;
    if (options->len < 4 || !pkt_view_sub(*options, 4, len, ret_value))
        return PKT_E_FORMAT;
    *ret_code = code;
    *options = pkt_view_from(*options, 4 + (len + 3) / 4 * 4);
    return 1;
}

static int take_section(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    unsigned major = file_u16(event->raw, SECTION_MAJOR, event->big_endian);
    unsigned minor = file_u16(event->raw, SECTION_MINOR, event->big_endian);
    if (major != 1) {
        return capture_fail(reterr_error, PKT_E_UNSUPPORTED, window_offset(&file->window), file->name,
                            "pcapng version %u.%u at byte %ju%s is not known; version 1 is read", major,
                            minor, (uintmax_t)window_offset(&file->window), file_offset_space(file));
    }
    file->pcapng.big_endian = event->big_endian;
    file->pcapng.interface_count = 0;
    return 1;
}

static int take_interface(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    const char *reason;
    int result = pcapng_add_interface(&file->pcapng, event->raw, &reason);
    if (result == PKT_E_MEMORY)
        return capture_fail_memory(reterr_error, file->name);
    if (result == PKT_E_UNSUPPORTED)
        return fail_interfaces(file, reterr_error);
    if (result < 0)
        return fail_block(file, reason, reterr_error);
    event->block.interface = file->pcapng.interface_count - 1;
    return 1;
}

/* Cumulative counters: only what is new since the interface's block before adds to the totals. */
static void count_drops(uint64_t *last, uint64_t now, uint64_t *total)
{
    if (now > *last)
        *total += now - *last;
    *last = now;
}

static int take_statistics(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    (void)reterr_error;
    event->block.interface = file_u32(event->raw, STATISTICS_INTERFACE, event->big_endian);
    struct pcapng_interface *interface = pcapng_interface(&file->pcapng, event->block.interface);
    struct pkt_source_statistics *totals = &file->base.statistics;
    struct pkt_view options = event->block.options;
    struct pkt_view value;
    uint16_t code;
    while (interface != NULL && pkt_capture_option_next(&options, event->big_endian, &code, &value) > 0) {
        uint64_t number = file_u64(value, 0, event->big_endian);
        if (code == ISB_IFDROP)
            count_drops(&interface->dropped_by_interface, number, &totals->dropped_by_interface);
        if (code == ISB_OSDROP)
            count_drops(&interface->dropped_by_system, number, &totals->dropped_by_system);
    }
    return 1;
}

/* Bits of epb_flags (section 4.3.1) that become decode flags. */
static const struct {
    uint32_t bit;
    uint16_t decode_flag;
} flag_bits[] = {
    {UINT32_C(1) << 9,  PKT_DECODE_CHECKSUM_NOT_READY},
    {UINT32_C(1) << 10, PKT_DECODE_CHECKSUM_VALID    },
    {UINT32_C(1) << 11, PKT_DECODE_GSO               },
};

static uint16_t fcs_flag(unsigned fcs_len)
{
    return fcs_len == 4 ? PKT_DECODE_LINK_FCS : 0;
}

static void take_flags(uint32_t flags, struct pkt_frame *frame)
{
    static const uint8_t directions[] = {PKT_DIRECTION_UNKNOWN, PKT_DIRECTION_IN, PKT_DIRECTION_OUT,
                                         PKT_DIRECTION_UNKNOWN};
    unsigned fcs_len = flags >> 5 & 0xf;
    frame->direction = directions[flags & 3];
    for (size_t i = 0; i < sizeof flag_bits / sizeof *flag_bits; i++) {
        if ((flags & flag_bits[i].bit) != 0)
            frame->decode_flags |= flag_bits[i].decode_flag;
    }
    if (fcs_len != 0) /* it overrides what the interface says */
        frame->decode_flags = (uint16_t)((frame->decode_flags & ~PKT_DECODE_LINK_FCS) | fcs_flag(fcs_len));
}

static void set_drops(struct pkt_frame *frame, uint64_t count)
{
    frame->drop_count = count;
    frame->flags |= PKT_FRAME_HAS_DROP_COUNT;
}

static void take_frame_options(struct pkt_frame *frame, bool big_endian)
{
    struct pkt_view options = frame->options;
    struct pkt_view value;
    uint16_t code;
    int result;
    while ((result = pkt_capture_option_next(&options, big_endian, &code, &value)) > 0) {
        if (code == PKT_CAPTURE_OPTION_COMMENT) {
            frame->flags |= PKT_FRAME_HAS_COMMENT;
        } else if (code == EPB_FLAGS && value.len == 4) {
            take_flags(file_u32(value, 0, big_endian), frame);
        } else if (code == EPB_DROPCOUNT && value.len == 8) {
            set_drops(frame, file_u64(value, 0, big_endian));
        }
    }
    if (result < 0)
        frame->flags |= PKT_FRAME_OPTIONS_DAMAGED;
}

/* What all frames of the interface have in common; no options yet. */
static void start_frame(struct capture_file *file, uint32_t number, const struct pcapng_interface *interface,
                        struct pkt_frame *frame)
{
    frame->offset = window_offset(&file->window);
    frame->time.ns = 0;
    frame->interface = number;
    frame->ifindex = 0;
    frame->linktype = interface->info.linktype;
    frame->decode_flags = fcs_flag(interface->info.fcs_len);
    frame->flags = 0;
    frame->direction = PKT_DIRECTION_UNKNOWN;
    frame->time_digits = 0;
    frame->drop_count = 0;
}

/* The data at off and the options behind it. False: the block has no room for them. */
static bool take_data(struct pkt_view raw, size_t off, size_t captured, struct pkt_frame *frame)
{
    struct pkt_view rest = pkt_view_clip(raw, off, raw.len - off - BLOCK_TRAILER_LEN);
    frame->options = pkt_view_from(rest, (captured + 3) / 4 * 4);
    return pkt_view_sub(rest, 0, captured, &frame->bytes);
}

/* Of an enhanced packet block, and of the obsolete packet block, which differ in the interface field only. */
static int take_timed(struct capture_file *file, uint32_t number, struct pkt_event *event,
                      struct pkt_error *reterr_error)
{
    const struct pcapng_interface *interface = pcapng_interface(&file->pcapng, number);
    size_t captured = file_u32(event->raw, PACKET_CAPTURED, event->big_endian);
    uint64_t ticks = (uint64_t)file_u32(event->raw, PACKET_TIME_HIGH, event->big_endian) << 32 |
                     file_u32(event->raw, PACKET_TIME_LOW, event->big_endian);
    struct pkt_frame *frame = &event->frame;
    if (interface == NULL)
        return fail_interface(file, number, reterr_error);
    start_frame(file, number, interface, frame);
    if (!take_data(event->raw, PACKET_DATA, captured, frame)) {
        return fail_packet_len(file, captured, event->raw.len - PACKET_DATA - BLOCK_TRAILER_LEN,
                               reterr_error);
    }
    pcapng_set_time(interface, ticks, frame);
    if (frame->options.len > 0)
        take_frame_options(frame, event->big_endian);
    source_count_frame(&file->base, frame, file_u32(event->raw, PACKET_WIRE, event->big_endian));
    return 1;
}

static int take_enhanced(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    uint32_t interface = file_u32(event->raw, PACKET_INTERFACE, event->big_endian);
    int result = take_timed(file, interface, event, reterr_error);
    if (result > 0)
        file->base.statistics.dropped_noted += event->frame.drop_count;
    return result;
}

static int take_packet(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    uint16_t interface = file_u16(event->raw, PACKET_INTERFACE, event->big_endian);
    uint16_t drops = file_u16(event->raw, PACKET_DROPS, event->big_endian);
    int result = take_timed(file, interface, event, reterr_error);
    if (result < 0 || drops == DROPS_UNKNOWN)
        return result;
    set_drops(&event->frame, drops);
    file->base.statistics.dropped_noted += drops;
    return result;
}

/* Section 4.4: the interface is the first, there is no time, and the captured length must be worked out. */
static int take_simple(struct capture_file *file, struct pkt_event *event, struct pkt_error *reterr_error)
{
    const struct pcapng_interface *interface = pcapng_interface(&file->pcapng, 0);
    struct pkt_frame *frame = &event->frame;
    uint32_t wire = file_u32(event->raw, SIMPLE_WIRE, event->big_endian);
    if (interface == NULL)
        return fail_interface(file, 0, reterr_error);
    uint32_t snap_len = interface->info.snap_len;
    uint32_t captured = snap_len != 0 && snap_len < wire ? snap_len : wire;
    start_frame(file, 0, interface, frame);
    if (!take_data(event->raw, SIMPLE_DATA, captured, frame)) {
        return fail_packet_len(file, captured, event->raw.len - SIMPLE_DATA - BLOCK_TRAILER_LEN,
                               reterr_error);
    }
    frame->options.len = 0; /* it has none: what is left is beyond the captured length */
    source_count_frame(&file->base, frame, wire);
    return 1;
}

/* The last row stands for all types without a row. */
static const struct block_kind kinds[] = {
    {TYPE_ENHANCED,  32,            0,                  PKT_EVENT_FRAME,      take_enhanced  },
    {TYPE_SIMPLE,    16,            0,                  PKT_EVENT_FRAME,      take_simple    },
    {TYPE_PACKET,    32,            0,                  PKT_EVENT_FRAME,      take_packet    },
    {TYPE_SECTION,   28,            SECTION_OPTIONS,    PKT_EVENT_SECTION,    take_section   },
    {TYPE_INTERFACE, 20,            INTERFACE_OPTIONS,  PKT_EVENT_INTERFACE,  take_interface },
    {4,              BLOCK_MIN_LEN, 0,                  PKT_EVENT_NAMES,      NULL           },
    {5,              24,            STATISTICS_OPTIONS, PKT_EVENT_STATISTICS, take_statistics},
    {9,              BLOCK_MIN_LEN, 0,                  PKT_EVENT_JOURNAL,    NULL           },
    {10,             20,            0,                  PKT_EVENT_SECRETS,    NULL           },
    {0x00000bad,     16,            0,                  PKT_EVENT_CUSTOM,     NULL           },
    {0x40000bad,     16,            0,                  PKT_EVENT_CUSTOM,     NULL           },
    {0,              BLOCK_MIN_LEN, 0,                  PKT_EVENT_OTHER,      NULL           },
};

static const struct block_kind *find_kind(uint32_t type)
{
    const struct block_kind *kind = kinds;
    while (kind->type != type && kind->type != 0)
        kind++;
    return kind;
}

static bool section_order(struct pkt_view start, bool *ret_big_endian)
{
    *ret_big_endian = pkt_u32(start, SECTION_BYTE_ORDER) == BYTE_ORDER;
    return *ret_big_endian || file_u32(start, SECTION_BYTE_ORDER, false) == BYTE_ORDER;
}

static int check_len(const struct capture_file *file, const struct block_kind *kind, uint32_t len,
                     struct pkt_error *reterr_error)
{
    if (len % 4 != 0)
        return fail_len(file, len, "is no multiple of 4", reterr_error);
    if (len < kind->min_len)
        return fail_len(file, len, "is too short for a block of its type", reterr_error);
    bool partly = kind->event != PKT_EVENT_FRAME && kind->event != PKT_EVENT_SECTION &&
                  kind->event != PKT_EVENT_INTERFACE && kind->event != PKT_EVENT_STATISTICS;
    if (len > PKT_CAPTURE_RECORD_MAX && !partly)
        return fail_limit(file, len, reterr_error);
    return 1;
}

/* A section header's byte order holds from itself on. 1, or as window_need. */
static int need_order(struct capture_file *file, bool *ret_big_endian, struct pkt_error *reterr_error)
{
    *ret_big_endian = file->pcapng.big_endian;
    if (pkt_u32(window_view(&file->window), BLOCK_TYPE) != TYPE_SECTION)
        return 1;
    int result = window_need(&file->window, SECTION_START_LEN, reterr_error);
    if (result <= 0)
        return result < 0 ? result : fail_cut(file, SECTION_START_LEN, reterr_error);
    if (!section_order(window_view(&file->window), ret_big_endian))
        return fail_block(file, "the byte-order magic of the section is wrong", reterr_error);
    return 1;
}

/*
 * Makes sure that the next block, or as much of it as is delivered, is in the window.
 * 1: its kind, its whole length, and raw and byte order of ret_event are set; 0: the end.
 */
static int need_block(struct capture_file *file, const struct block_kind **ret_kind, uint32_t *ret_len,
                      struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    struct capture_window *window = &file->window;
    bool big_endian = false;
    int result = window_need(window, BLOCK_HEADER_LEN, reterr_error);
    if (result == 0 && window_len(window) > 0)
        return fail_cut(file, BLOCK_HEADER_LEN, reterr_error);
    if (result > 0)
        result = need_order(file, &big_endian, reterr_error);
    if (result <= 0)
        return result;
    uint32_t len = file_u32(window_view(window), BLOCK_LEN, big_endian);
    *ret_kind = find_kind(file_u32(window_view(window), BLOCK_TYPE, big_endian));
    result = check_len(file, *ret_kind, len, reterr_error);
    if (result < 0)
        return result;
    uint32_t part = len > PKT_CAPTURE_RECORD_MAX ? LONG_BLOCK_PART : len;
    result = window_need(window, part, reterr_error);
    if (result <= 0)
        return result < 0 ? result : fail_cut(file, len, reterr_error);
    *ret_len = len;
    ret_event->raw = pkt_view_clip(window_view(window), 0, part);
    ret_event->big_endian = big_endian;
    return 1;
}

static int check_trailer(const struct capture_file *file, const struct pkt_event *event, uint32_t len,
                         struct pkt_error *reterr_error)
{
    size_t off = event->raw.len - BLOCK_TRAILER_LEN;
    uint32_t trailer = file_u32(event->raw, off, event->big_endian);
    uint64_t offset = window_offset(&file->window) + off;
    if (event->raw.len < len || trailer == len)
        return 1;
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "damaged at byte %ju%s: a block begins with a length of %ju bytes and ends with one of %ju",
        (uintmax_t)offset, file_offset_space(file), (uintmax_t)len, (uintmax_t)trailer);
}

/* What a block that holds no packet says about itself. */
static void describe_block(const struct block_kind *kind, uint32_t len, struct pkt_event *event)
{
    struct pkt_view raw = event->raw;
    size_t body_len = raw.len - BLOCK_HEADER_LEN - (raw.len < len ? 0 : BLOCK_TRAILER_LEN);
    event->block.type = file_u32(raw, BLOCK_TYPE, event->big_endian);
    event->block.len = len;
    event->block.interface = 0;
    event->block.body = pkt_view_clip(raw, BLOCK_HEADER_LEN, body_len);
    event->block.options = pkt_view_clip(event->block.body, body_len, 0);
    if (kind->options != 0)
        event->block.options = pkt_view_from(event->block.body, kind->options - BLOCK_HEADER_LEN);
}

/* The end lies in the part of a long block that is skipped. */
static int fail_skip(const struct capture_file *file, struct pkt_error *reterr_error)
{
    const struct pcapng_state *pcapng = &file->pcapng;
    uint64_t held = pcapng->long_len - pcapng->skip + window_len(&file->window);
    uint64_t offset = window_offset(&file->window) + window_len(&file->window) - held;
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "cut short: the block at byte %ju%s needs %ju bytes, and the file ends after %ju of them",
        (uintmax_t)offset, file_offset_space(file), (uintmax_t)pcapng->long_len, (uintmax_t)held);
}

/* Drops what is left of a long block, and checks its trailer. 1: done. */
static int finish_long_block(struct capture_file *file, struct pkt_error *reterr_error)
{
    struct pcapng_state *pcapng = &file->pcapng;
    while (pcapng->skip > 0) {
        size_t least = pcapng->skip > BLOCK_TRAILER_LEN ? 1 : BLOCK_TRAILER_LEN;
        int result = window_need(&file->window, least, reterr_error);
        if (result <= 0)
            return result < 0 ? result : fail_skip(file, reterr_error);
        size_t len = window_len(&file->window);
        size_t most = pcapng->skip - (least == 1 ? BLOCK_TRAILER_LEN : 0);
        uint32_t trailer = file_u32(window_view(&file->window), 0, pcapng->big_endian);
        if (least == BLOCK_TRAILER_LEN && trailer != pcapng->long_len) {
            return fail_block(file, "the length at the end of a block differs from that at its start",
                              reterr_error);
        }
        len = len < most ? len : most;
        window_take(&file->window, len);
        pcapng->skip -= (uint32_t)len;
    }
    return 1;
}

static int pcapng_next(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    struct capture_file *file = (struct capture_file *)source;
    const struct block_kind *kind = NULL;
    uint32_t len = 0;
    int result = file->pcapng.skip > 0 ? finish_long_block(file, reterr_error) : 1;
    if (result > 0)
        result = need_block(file, &kind, &len, ret_event, reterr_error);
    if (result > 0)
        result = check_trailer(file, ret_event, len, reterr_error);
    if (result <= 0)
        return result;
    /* need_block sets kind where it gives more than 0. */
    ret_event->kind = kind->event; /* NOLINT(clang-analyzer-core.NullDereference) */
    if (kind->event != PKT_EVENT_FRAME)
        describe_block(kind, len, ret_event);
    if (kind->take != NULL)
        result = kind->take(file, ret_event, reterr_error);
    if (result < 0)
        return result;
    source->statistics.events += kind->event != PKT_EVENT_FRAME;
    window_take(&file->window, ret_event->raw.len);
    file->pcapng.long_len = len;
    file->pcapng.skip = len - (uint32_t)ret_event->raw.len;
    return 1;
}

/*
 * Looks ahead for the first interface, as far as the buffer reaches, so that an opening line can name its
 * link type. Whatever is wrong on the way is met again, and reported, when the blocks are taken.
 */
static void look_for_interface(struct capture_file *file)
{
    struct pkt_error ignored;
    size_t off = 0;
    bool big_endian = false;
    section_order(window_view(&file->window), &big_endian);
    while (off + INTERFACE_OPTIONS <= file->options.buffer_size &&
           window_need(&file->window, off + INTERFACE_OPTIONS, &ignored) > 0) {
        struct pkt_view block = pkt_view_from(window_view(&file->window), off);
        uint32_t type = file_u32(block, BLOCK_TYPE, big_endian);
        uint32_t len = file_u32(block, BLOCK_LEN, big_endian);
        if (type == TYPE_INTERFACE) {
            file->base.info.has_linktype = true;
            file->base.info.linktype = file_u16(block, INTERFACE_LINK_TYPE, big_endian);
            file->base.info.snap_len = file_u32(block, INTERFACE_SNAP_LEN, big_endian);
        }
        if (type == TYPE_INTERFACE || len < BLOCK_MIN_LEN || find_kind(type)->event == PKT_EVENT_FRAME)
            return;
        off += len;
    }
}

int pcapng_begin(struct capture_file *file, struct pkt_error *reterr_error)
{
    bool big_endian;
    if (pkt_u32(window_view(&file->window), BLOCK_TYPE) != TYPE_SECTION)
        return 0;
    int result = window_need(&file->window, SECTION_START_LEN, reterr_error);
    if (result <= 0)
        return result < 0 ? result : file_fail_short(file, reterr_error);
    if (!section_order(window_view(&file->window), &big_endian))
        return 0;
    file_describe(file, "pcapng", file_order(big_endian));
    look_for_interface(file);
    file->base.next = pcapng_next;
    return 1;
}

bool pcapng_get_interface(const struct capture_file *file, uint32_t number,
                          struct pkt_source_interface *ret_interface)
{
    const struct pcapng_interface *interface = pcapng_interface(&file->pcapng, number);
    if (interface == NULL)
        return false;
    *ret_interface = interface->info;
    return true;
}
