/*
 * pcap files (draft-ietf-opsawg-pcap).
 *
 * File header, 24 bytes: magic, version major and minor (16 bits each), two words without use, snap length,
 * link type with the length of the frame check sequence in its top bits. Record header: seconds, fraction,
 * captured length, length on the wire, 32 bits each; Kuznetzov's modified format adds interface index,
 * protocol, packet type, padding.
 */
#include "byte_order.h"
#include "fail.h"
#include "file.h"
#include "pkt/packet.h"

enum {
    HEADER_LEN = 24,
    VERSION_MAJOR = 4,
    VERSION_MINOR = 6,
    SNAP_LEN = 16,
    LINK_TYPE = 20,

    RECORD_SECONDS = 0,
    RECORD_FRACTION = 4,
    RECORD_CAPTURED = 8,
    RECORD_WIRE = 12,
    RECORD_LEN = 16,
    RECORD_IFINDEX = 16,
    RECORD_PACKET_TYPE = 22,
    RECORD_MODIFIED_LEN = 24,

    VERSION_2 = 2,
    VERSION_AIX = 543, /* wrote the two lengths in the other order, as versions before 2.3 did */
    PACKET_TYPE_OUTGOING = 4,
};

/* Section 4 of the draft: top four bits of the link type are the length in 16-bit units, bit 26 says that
 * they count. */
#define FCS_PRESENT    UINT32_C(0x04000000)
#define FCS_UNITS(lt)  ((lt) >> 28)
#define LINK_TYPE_MASK UINT32_C(0xffff)

struct pcap_variant {
    uint32_t magic;
    const char *name;
    uint32_t fraction_ns;
    uint8_t header_len;
    uint8_t record_header;
    uint8_t time_digits;
};

static const struct pcap_variant variants[] = {
    {0xa1b2c3d4, "pcap, microseconds",           1000, HEADER_LEN,     RECORD_LEN,          6},
    {0xa1b23c4d, "pcap, nanoseconds",            1,    HEADER_LEN,     RECORD_LEN,          9},
    {0xa1b2cd34, "pcap, modified, microseconds", 1000, HEADER_LEN,     RECORD_MODIFIED_LEN, 6},
 /* Ixia's two add a word to the file header: the size of all records. */
    {0x1c0001ab, "pcap, Ixia, microseconds",     1000, HEADER_LEN + 4, RECORD_LEN,          6},
    {0x1c0001ac, "pcap, Ixia, nanoseconds",      1,    HEADER_LEN + 4, RECORD_LEN,          9},
};

static int fail_length(const struct capture_file *file, uint32_t captured, struct pkt_error *reterr_error)
{
    uint64_t offset = window_offset(&file->window);
    return capture_fail(
        reterr_error, PKT_E_FORMAT, offset, file->name,
        "damaged at byte %ju%s: the record of packet %ju claims %ju captured bytes, more than %u",
        (uintmax_t)offset, file_offset_space(file), (uintmax_t)file->base.statistics.packets + 1,
        (uintmax_t)captured, (unsigned)PKT_CAPTURE_RECORD_MAX);
}

/* The file ended; in the middle of a record that is damage. */
static int end(const struct capture_file *file, size_t need, struct pkt_error *reterr_error)
{
    size_t len = window_len(&file->window);
    uint64_t offset = window_offset(&file->window);
    if (len == 0)
        return 0;
    return capture_fail(reterr_error, PKT_E_FORMAT, offset, file->name,
                        "cut short: the record of packet %ju at byte %ju%s needs %zu bytes, and the file "
                        "ends after %zu of them",
                        (uintmax_t)file->base.statistics.packets + 1, (uintmax_t)offset,
                        file_offset_space(file), need, len);
}

/* Before version 2.3 the wire length came first; in version 2.3 either may. */
static void order_lengths(enum pcap_length_order order, uint32_t *captured, uint32_t *wire)
{
    if (order == PCAP_EITHER_FIRST && *captured <= *wire)
        return;
    uint32_t first = *captured;
    *captured = *wire;
    *wire = first;
}

/* 32-bit seconds and fractions fit into pkt_wall without a check. */
static void take_time(const struct pcap_state *pcap, struct pkt_view header, struct pkt_frame *frame)
{
    uint32_t seconds = file_u32(header, RECORD_SECONDS, pcap->big_endian);
    int64_t fraction_ns = (int64_t)file_u32(header, RECORD_FRACTION, pcap->big_endian) * pcap->fraction_ns;
    frame->time.ns = (int64_t)seconds * PKT_NS_PER_S + fraction_ns;
    frame->time_digits = pcap->time_digits;
    frame->flags =
        fraction_ns < PKT_NS_PER_S ? PKT_FRAME_HAS_TIME : PKT_FRAME_HAS_TIME | PKT_FRAME_TIME_CARRIED;
}

static void take_modified(const struct pcap_state *pcap, struct pkt_view header, struct pkt_frame *frame)
{
    frame->ifindex = 0;
    frame->direction = PKT_DIRECTION_UNKNOWN;
    if (pcap->record_header < RECORD_MODIFIED_LEN)
        return;
    frame->ifindex = file_u32(header, RECORD_IFINDEX, pcap->big_endian);
    frame->direction =
        pkt_u8(header, RECORD_PACKET_TYPE) == PACKET_TYPE_OUTGOING ? PKT_DIRECTION_OUT : PKT_DIRECTION_IN;
}

/* Makes sure that the whole next record is in the window. 1: it is, and the lengths are set; 0: the end. */
static int need_record(struct capture_file *file, uint32_t *ret_captured, uint32_t *ret_wire,
                       struct pkt_error *reterr_error)
{
    const struct pcap_state *pcap = &file->pcap;
    size_t header_len = pcap->record_header;
    int result = window_need(&file->window, header_len, reterr_error);
    if (result <= 0)
        return result < 0 ? result : end(file, header_len, reterr_error);
    struct pkt_view header = window_view(&file->window);
    *ret_captured = file_u32(header, RECORD_CAPTURED, pcap->big_endian);
    *ret_wire = file_u32(header, RECORD_WIRE, pcap->big_endian);
    if (pcap->length_order != PCAP_CAPTURED_FIRST)
        order_lengths(pcap->length_order, ret_captured, ret_wire);
    if (*ret_captured > PKT_CAPTURE_RECORD_MAX)
        return fail_length(file, *ret_captured, reterr_error);
    result = window_need(&file->window, header_len + *ret_captured, reterr_error);
    return result == 0 ? end(file, header_len + *ret_captured, reterr_error) : result;
}

static int pcap_next(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    struct capture_file *file = (struct capture_file *)source;
    const struct pcap_state *pcap = &file->pcap;
    struct pkt_frame *frame = &ret_event->frame;
    uint32_t captured = 0;
    uint32_t wire = 0;
    int result = need_record(file, &captured, &wire, reterr_error);
    if (result <= 0)
        return result;
    struct pkt_view record =
        pkt_view_clip(window_view(&file->window), 0, pcap->record_header + (size_t)captured);
    ret_event->kind = PKT_EVENT_FRAME;
    ret_event->big_endian = pcap->big_endian;
    ret_event->raw = record;
    frame->bytes = pkt_view_from(record, pcap->record_header);
    frame->options = pkt_view_clip(record, record.len, 0);
    frame->offset = window_offset(&file->window);
    frame->interface = 0;
    frame->linktype = pcap->linktype;
    frame->decode_flags = pcap->decode_flags;
    frame->drop_count = 0;
    take_time(pcap, record, frame);
    take_modified(pcap, record, frame);
    source_count_frame(source, frame, wire);
    window_take(&file->window, record.len);
    return 1;
}

static const struct pcap_variant *find_variant(uint32_t magic)
{
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (variants[i].magic == magic)
            return &variants[i];
    }
    return NULL;
}

static int check_version(const struct capture_file *file, unsigned major, unsigned minor,
                         struct pkt_error *reterr_error)
{
    if (major == VERSION_2 || major == VERSION_AIX)
        return 0;
    return capture_fail(reterr_error, PKT_E_UNSUPPORTED, VERSION_MAJOR, file->name,
                        "pcap version %u.%u is not known; versions 2.0 to 2.4 are read", major, minor);
}

static enum pcap_length_order length_order(unsigned major, unsigned minor)
{
    if (major == VERSION_AIX || minor < 3)
        return PCAP_WIRE_FIRST;
    return minor == 3 ? PCAP_EITHER_FIRST : PCAP_CAPTURED_FIRST;
}

static void set_link(struct pcap_state *pcap, uint32_t field)
{
    pcap->linktype = (uint16_t)(field & LINK_TYPE_MASK);
    pcap->fcs_len = (field & FCS_PRESENT) != 0 ? (uint8_t)(2 * FCS_UNITS(field)) : 0;
    pcap->decode_flags = pcap->fcs_len == 4 ? PKT_DECODE_LINK_FCS : 0;
}

static int take_header(struct capture_file *file, const struct pcap_variant *variant, bool big_endian,
                       struct pkt_error *reterr_error)
{
    struct pkt_view header = window_view(&file->window);
    struct pcap_state *pcap = &file->pcap;
    unsigned major = file_u16(header, VERSION_MAJOR, big_endian);
    unsigned minor = file_u16(header, VERSION_MINOR, big_endian);
    int result = check_version(file, major, minor, reterr_error);
    if (result < 0)
        return result;
    pcap->big_endian = big_endian;
    pcap->fraction_ns = variant->fraction_ns;
    pcap->record_header = variant->record_header;
    pcap->time_digits = variant->time_digits;
    pcap->snap_len = file_u32(header, SNAP_LEN, big_endian);
    pcap->length_order = length_order(major, minor);
    set_link(pcap, file_u32(header, LINK_TYPE, big_endian));
    pkt_copy(header, 0, pcap->header, variant->header_len);
    file->base.header = pkt_view_make(pcap->header, variant->header_len);
    window_take(&file->window, variant->header_len);
    return 1;
}

int pcap_begin(struct capture_file *file, struct pkt_error *reterr_error)
{
    struct pkt_view start = window_view(&file->window);
    const struct pcap_variant *little = find_variant(file_u32(start, 0, false));
    const struct pcap_variant *variant = little != NULL ? little : find_variant(file_u32(start, 0, true));
    if (variant == NULL)
        return 0;
    int result = window_need(&file->window, variant->header_len, reterr_error);
    if (result > 0)
        result = take_header(file, variant, little == NULL, reterr_error);
    if (result <= 0)
        return result < 0 ? result : file_fail_short(file, reterr_error);
    file_describe(file, variant->name, file_order(file->pcap.big_endian));
    file->base.info.has_linktype = true;
    file->base.info.linktype = file->pcap.linktype;
    file->base.info.snap_len = file->pcap.snap_len;
    file->base.next = pcap_next;
    return 1;
}

bool pcap_get_interface(const struct capture_file *file, uint32_t number,
                        struct pkt_source_interface *ret_interface)
{
    const struct pcap_state *pcap = &file->pcap;
    if (number > 0)
        return false;
    *ret_interface = (struct pkt_source_interface){
        .linktype = pcap->linktype,
        .fcs_len = pcap->fcs_len,
        .time_digits = pcap->time_digits,
        .snap_len = pcap->snap_len,
        .units_per_s = (uint64_t)PKT_NS_PER_S / pcap->fraction_ns,
    };
    return true;
}
