/*
 * Saving pcapng (draft-ietf-opsawg-pcapng): sections that are copied block by block, and sections of our own,
 * which are little-endian on every machine.
 */
#include "fail.h"
#include "pkt/packet.h"
#include "saver.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_STATISTICS = 5,
    BLOCK_ENHANCED = 6,

    BLOCK_OVERHEAD = 12,
    OPTION_HEADER_LEN = 4,
    OPTION_MAX = UINT16_MAX,
    SECTION_FIXED = 16,
    SECTION_LENGTH = 16, /* where in the block its length stands, 8 bytes */
    INTERFACE_FIXED = 8,
    STATISTICS_FIXED = 12,
    ENHANCED_FIXED = 20,

    SHB_HARDWARE = 2,
    SHB_OS = 3,
    SHB_USERAPPL = 4,
    IF_NAME = 2,
    IF_DESCRIPTION = 3,
    IF_TSRESOL = 9,
    IF_FILTER = 11,
    IF_FCSLEN = 13,
    EPB_FLAGS = 2,
    EPB_DROPCOUNT = 4,
    ISB_STARTTIME = 2,
    ISB_ENDTIME = 3,
    ISB_IFRECV = 4,
    ISB_IFDROP = 5,
    ISB_FILTERACCEPT = 6,
    ISB_OSDROP = 7,
    ISB_USRDELIV = 8,

    FILTER_IS_TEXT = 0, /* the first byte of if_filter */
    NANOSECOND_DIGITS = 9,
    NUMBERS_ROOM = 128, /* for all options of a block that are numbers, and the end of options */
};

/* --- blocks and options --- */

/* How long an option of len bytes is in a block. */
static size_t option_room(size_t len)
{
    return OPTION_HEADER_LEN + (len + 3) / 4 * 4;
}

static size_t text_room(const char *text)
{
    return text == NULL ? 0 : option_room(strlen(text) + 1);
}

static void put_option(struct saver_bytes *bytes, uint16_t code, const void *value, size_t len)
{
    bytes_put_number(bytes, code, 2);
    bytes_put_number(bytes, len, 2);
    bytes_put(bytes, value, len);
    bytes_pad(bytes);
}

static void put_text(struct saver_bytes *bytes, uint16_t code, const char *text)
{
    if (text != NULL && text[0] != '\0')
        put_option(bytes, code, text, strlen(text));
}

static void put_number(struct saver_bytes *bytes, uint16_t code, uint64_t value, unsigned size)
{
    bytes_put_number(bytes, code, 2);
    bytes_put_number(bytes, size, 2);
    bytes_put_number(bytes, value, size);
    bytes_pad(bytes);
}

/* Time stamps are two words, the upper one first in either byte order. */
static void put_ticks(struct saver_bytes *bytes, uint64_t ticks)
{
    bytes_put_number(bytes, ticks >> 32, 4);
    bytes_put_number(bytes, ticks & UINT32_MAX, 4);
}

/* room: for everything between the two lengths. */
static int begin_block(struct pkt_saver *saver, uint32_t type, size_t room, struct saver_bytes *ret_bytes,
                       struct pkt_error *reterr_error)
{
    int result = output_begin(&saver->output, BLOCK_OVERHEAD + room, false, ret_bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put_number(ret_bytes, type, 4);
    bytes_put_number(ret_bytes, 0, 4);
    return 0;
}

/* fixed: length of the body before the options. */
static void end_block(struct pkt_saver *saver, struct saver_bytes *bytes, size_t fixed,
                      enum saver_record kind)
{
    if (bytes->len > BLOCK_OVERHEAD - 4 + fixed)
        put_option(bytes, PKT_CAPTURE_OPTION_END, NULL, 0);
    bytes_put_number(bytes, bytes->len + 4, 4);
    bytes_set_u32(bytes, 4, (uint32_t)bytes->len);
    output_end(&saver->output, bytes, kind);
}

/* --- a section of our own --- */

static int put_section(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    size_t room = SECTION_FIXED + text_room(saver->hardware) + text_room(saver->system) +
                  text_room(saver->application) + NUMBERS_ROOM;
    int result = begin_block(saver, BLOCK_SECTION, room, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put_number(&bytes, 0x1a2b3c4d, 4);
    bytes_put_number(&bytes, 1, 2);
    bytes_put_number(&bytes, 0, 2);
    bytes_put_number(&bytes, UINT64_MAX, 8); /* the length of the section is not stated */
    put_text(&bytes, SHB_HARDWARE, saver->hardware);
    put_text(&bytes, SHB_OS, saver->system);
    put_text(&bytes, SHB_USERAPPL, saver->application);
    end_block(saver, &bytes, SECTION_FIXED, SAVER_BLOCK);
    return 0;
}

static int need_own_section(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    struct saver_pcapng *pcapng = &saver->pcapng;
    if (pcapng->begun && pcapng->copied == NULL)
        return 0;
    int result = put_section(saver, reterr_error);
    if (result < 0)
        return result;
    pcapng->begun = true;
    pcapng->copied = NULL;
    pcapng->interface_count = 0;
    return 0;
}

static void put_filter(struct saver_bytes *bytes, const char *filter)
{
    if (filter == NULL || filter[0] == '\0')
        return;
    bytes_put_number(bytes, IF_FILTER, 2);
    bytes_put_number(bytes, strlen(filter) + 1, 2);
    bytes_put_number(bytes, FILTER_IS_TEXT, 1);
    bytes_put(bytes, filter, strlen(filter));
    bytes_pad(bytes);
}

static int put_interface(struct pkt_saver *saver, const struct pkt_saver_interface *interface,
                         bool nanoseconds, struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    size_t room = INTERFACE_FIXED + text_room(interface->name) + text_room(interface->description) +
                  text_room(interface->filter) + NUMBERS_ROOM;
    int result = begin_block(saver, BLOCK_INTERFACE, room, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put_number(&bytes, interface->linktype, 2);
    bytes_put_number(&bytes, 0, 2);
    bytes_put_number(&bytes, interface->snap_len, 4);
    put_text(&bytes, IF_NAME, interface->name);
    put_text(&bytes, IF_DESCRIPTION, interface->description);
    if (nanoseconds) /* microseconds go without saying */
        put_number(&bytes, IF_TSRESOL, NANOSECOND_DIGITS, 1);
    put_filter(&bytes, interface->filter);
    if (interface->fcs_len != 0)
        put_number(&bytes, IF_FCSLEN, interface->fcs_len, 1);
    end_block(saver, &bytes, INTERFACE_FIXED, SAVER_BLOCK);
    return 0;
}

static bool make_room(struct saver_pcapng *pcapng)
{
    if (pcapng->interface_count < pcapng->interface_room)
        return true;
    uint32_t room = pcapng->interface_room == 0 ? 4 : pcapng->interface_room * 2;
    struct saver_interface *interfaces = realloc(pcapng->interfaces, room * sizeof *interfaces);
    if (interfaces == NULL)
        return false;
    pcapng->interfaces = interfaces;
    pcapng->interface_room = room;
    return true;
}

static int fail_many(const struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                        "packets of more than %d interfaces: that many are described in one file",
                        PKT_SAVER_INTERFACES_MAX);
}

/* Describes the interface and remembers which frames are of it. */
static int describe(struct pkt_saver *saver, const struct pkt_saver_interface *interface, uint32_t number,
                    bool nanoseconds, struct pkt_error *reterr_error)
{
    struct saver_pcapng *pcapng = &saver->pcapng;
    if (pcapng->interface_count == PKT_SAVER_INTERFACES_MAX)
        return fail_many(saver, reterr_error);
    if (!make_room(pcapng))
        return capture_fail_memory(reterr_error, saver->name);
    int result = put_interface(saver, interface, nanoseconds, reterr_error);
    if (result < 0)
        return result;
    pcapng->interfaces[pcapng->interface_count++] = (struct saver_interface){
        .ifindex = interface->ifindex,
        .interface = number,
        .linktype = interface->linktype,
        .fcs_len = interface->fcs_len,
        .nanoseconds = nanoseconds,
    };
    return 0;
}

static int add_interface(struct pkt_saver *saver, const struct pkt_saver_interface *interface,
                         uint32_t *ret_number, struct pkt_error *reterr_error)
{
    struct pkt_saver_interface described = *interface;
    if (described.snap_len == 0)
        described.snap_len = saver_snap_len(saver);
    int result = need_own_section(saver, reterr_error);
    if (result == 0)
        result =
            describe(saver, &described, 0, saver->options.resolution != PKT_SAVER_MICROSECONDS, reterr_error);
    if (result == 0)
        *ret_number = saver->pcapng.interface_count - 1;
    return result;
}

static uint32_t number_of(const struct pkt_frame *frame)
{
    return frame->ifindex == 0 ? frame->interface : 0;
}

static bool is_of(const struct saver_interface *interface, const struct pkt_frame *frame, bool nanoseconds)
{
    return interface->linktype == frame->linktype && interface->ifindex == frame->ifindex &&
           interface->interface == number_of(frame) && interface->fcs_len == saver_fcs_len(frame) &&
           interface->nanoseconds >= nanoseconds;
}

/* The interface of a frame in our section, described now if it was not. */
static int need_interface(struct pkt_saver *saver, const struct saver_frame *saved, uint32_t *ret_number,
                          struct pkt_error *reterr_error)
{
    const struct saver_pcapng *pcapng = &saver->pcapng;
    const struct pkt_frame *frame = saved->frame;
    bool nanoseconds = saver_wants_nanoseconds(saver, frame);
    for (*ret_number = 0; *ret_number < pcapng->interface_count; ++*ret_number) {
        if (is_of(&pcapng->interfaces[*ret_number], frame, nanoseconds))
            return 0;
    }
    struct pkt_source_interface known = {.snap_len = saver_snap_len(saver)};
    if (saved->source != NULL)
        (void)pkt_source_get_interface(saved->source, frame->interface, &known);
    const struct pkt_saver_interface interface = {
        .name = known.name,
        .ifindex = frame->ifindex,
        .snap_len = known.snap_len,
        .linktype = frame->linktype,
        .fcs_len = saver_fcs_len(frame),
    };
    return describe(saver, &interface, number_of(frame), nanoseconds, reterr_error);
}

/* --- frames --- */

/* epb_flags (section 4.3.1); 0: nothing is known. */
static uint32_t flags_of(const struct pkt_frame *frame)
{
    static const uint32_t directions[] = {
        [PKT_DIRECTION_UNKNOWN] = 0, [PKT_DIRECTION_IN] = 1, [PKT_DIRECTION_OUT] = 2};
    static const struct {
        uint16_t decode_flag;
        uint32_t bit;
    } bits[] = {
        {PKT_DECODE_CHECKSUM_NOT_READY, UINT32_C(1) << 9 },
        {PKT_DECODE_CHECKSUM_VALID,     UINT32_C(1) << 10},
        {PKT_DECODE_GSO,                UINT32_C(1) << 11},
    };
    uint32_t flags =
        frame->direction < sizeof directions / sizeof *directions ? directions[frame->direction] : 0;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        if ((frame->decode_flags & bits[i].decode_flag) != 0)
            flags |= bits[i].bit;
    }
    return flags;
}

/* Comments that a source's block has; other options are meant for its section. */
static void put_comments(struct pkt_saver *saver, const struct saver_frame *saved, struct saver_bytes *bytes)
{
    struct pkt_view options = saved->options;
    struct pkt_view value;
    uint16_t code;
    while (pkt_capture_option_next(&options, saved->big_endian, &code, &value) > 0) {
        if (code == PKT_CAPTURE_OPTION_COMMENT)
            put_option(bytes, code, value.ptr, value.len);
        else if (code != EPB_FLAGS && code != EPB_DROPCOUNT)
            saver->losses |= PKT_SAVER_LOST_OPTIONS;
    }
    bytes_put(bytes, saver->pcapng.comments, saver->pcapng.comments_len);
}

static int check_frame(const struct pkt_saver *saver, const struct pkt_frame *frame, size_t block_len,
                       struct pkt_error *reterr_error)
{
    if (block_len > PKT_CAPTURE_RECORD_MAX)
        return saver_fail_len(saver, frame->bytes.len, reterr_error);
    if (frame->time.ns < 0 || (frame->flags & PKT_FRAME_TIME_SATURATED) != 0)
        return saver_fail_time(saver, frame, "nanoseconds in pcapng hold 1970 to 2262", reterr_error);
    return 0;
}

static void fill_enhanced(struct pkt_saver *saver, const struct saver_frame *saved, uint32_t number,
                          struct saver_bytes *bytes)
{
    const struct pkt_frame *frame = saved->frame;
    size_t captured = frame->bytes.len;
    bool nanoseconds = saver->pcapng.interfaces[number].nanoseconds;
    uint32_t flags = flags_of(frame);
    bytes_put_number(bytes, number, 4);
    put_ticks(bytes, (uint64_t)(nanoseconds ? frame->time.ns : frame->time.ns / 1000));
    bytes_put_number(bytes, captured, 4);
    bytes_put_number(bytes, frame->wire_len < captured ? captured : frame->wire_len, 4);
    bytes_put(bytes, frame->bytes.ptr, captured);
    bytes_pad(bytes);
    put_comments(saver, saved, bytes);
    if (flags != 0)
        put_number(bytes, EPB_FLAGS, flags, 4);
    if ((frame->flags & PKT_FRAME_HAS_DROP_COUNT) != 0)
        put_number(bytes, EPB_DROPCOUNT, frame->drop_count, 8);
    if (!nanoseconds && frame->time.ns % 1000 != 0)
        saver->losses |= PKT_SAVER_LOST_DIGITS;
    if ((frame->flags & PKT_FRAME_HAS_TIME) == 0)
        saver->losses |= PKT_SAVER_LOST_NO_TIME;
}

static int put_frame(struct pkt_saver *saver, const struct saver_frame *saved, struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    uint32_t number = 0;
    size_t data_len = (saved->frame->bytes.len + 3) / 4 * 4;
    size_t room = ENHANCED_FIXED + data_len + saved->options.len + saver->pcapng.comments_len + NUMBERS_ROOM;
    int result = check_frame(saver, saved->frame, BLOCK_OVERHEAD + room, reterr_error);
    if (result == 0)
        result = need_own_section(saver, reterr_error);
    if (result == 0)
        result = need_interface(saver, saved, &number, reterr_error);
    if (result == 0)
        result = begin_block(saver, BLOCK_ENHANCED, room, &bytes, reterr_error);
    if (result < 0)
        return result;
    fill_enhanced(saver, saved, number, &bytes);
    end_block(saver, &bytes, ENHANCED_FIXED + data_len, SAVER_PACKET);
    saver->pcapng.comments_len = 0;
    return 0;
}

static int add_comment(struct pkt_saver *saver, struct pkt_view text, struct pkt_error *reterr_error)
{
    struct saver_pcapng *pcapng = &saver->pcapng;
    size_t room = option_room(OPTION_MAX);
    if (text.len > OPTION_MAX || option_room(text.len) > room - pcapng->comments_len)
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                            "more than %d bytes of comments on one packet", OPTION_MAX);
    if (pcapng->comments == NULL)
        pcapng->comments = malloc(room);
    if (pcapng->comments == NULL)
        return capture_fail_memory(reterr_error, saver->name);
    struct saver_bytes bytes = {pcapng->comments, room, pcapng->comments_len, false};
    put_option(&bytes, PKT_CAPTURE_OPTION_COMMENT, text.ptr, text.len);
    pcapng->comments_len = bytes.len;
    return 0;
}

/* --- statistics --- */

static void put_counter(struct saver_bytes *bytes, uint16_t code, uint64_t value)
{
    if (value != UINT64_MAX)
        put_number(bytes, code, value, 8);
}

/* In the interface's unit; 0 stands for "not known", and so do times before. */
static uint64_t ticks_of(const struct saver_interface *interface, struct pkt_wall time)
{
    if (time.ns <= 0)
        return 0;
    return (uint64_t)(interface->nanoseconds ? time.ns : time.ns / 1000);
}

static void put_time(struct saver_bytes *bytes, uint16_t code, uint64_t ticks)
{
    if (ticks == 0)
        return;
    bytes_put_number(bytes, code, 2);
    bytes_put_number(bytes, 8, 2);
    put_ticks(bytes, ticks);
}

static int put_statistics(struct pkt_saver *saver, uint32_t number,
                          const struct pkt_saver_interface_statistics *statistics,
                          struct pkt_error *reterr_error)
{
    struct saver_pcapng *pcapng = &saver->pcapng;
    struct saver_bytes bytes;
    if (!pcapng->begun || pcapng->copied != NULL || number >= pcapng->interface_count)
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                            "statistics of interface %ju, which this section does not have",
                            (uintmax_t)number);
    int result = begin_block(saver, BLOCK_STATISTICS, STATISTICS_FIXED + NUMBERS_ROOM, &bytes, reterr_error);
    if (result < 0)
        return result;
    const struct saver_interface *interface = &pcapng->interfaces[number];
    bytes_put_number(&bytes, number, 4);
    put_ticks(&bytes, ticks_of(interface, statistics->time));
    put_time(&bytes, ISB_STARTTIME, ticks_of(interface, statistics->start));
    put_time(&bytes, ISB_ENDTIME, ticks_of(interface, statistics->end));
    put_counter(&bytes, ISB_IFRECV, statistics->received);
    put_counter(&bytes, ISB_IFDROP, statistics->dropped);
    put_counter(&bytes, ISB_FILTERACCEPT, statistics->filter_accepted);
    put_counter(&bytes, ISB_OSDROP, statistics->system_dropped);
    put_counter(&bytes, ISB_USRDELIV, statistics->delivered);
    end_block(saver, &bytes, STATISTICS_FIXED, SAVER_BLOCK);
    return 0;
}

/* --- copies --- */

/* A source of pcapng gives raw bytes and has no header before its first event. */
static bool is_pcapng(const struct pkt_source *source, const struct pkt_event *event)
{
    return source->header.len == 0 && event->raw.len > 0;
}

/*
 * A section may state its length (section 4.1). With blocks left out that would be a lie, by which a reader
 * that skips sections goes astray: then it is not stated.
 */
static int copy_section(struct pkt_saver *saver, struct pkt_view raw, struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    int result = output_begin(&saver->output, raw.len, false, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put(&bytes, raw.ptr, raw.len);
    if (!saver->options.whole) {
        bytes_set_u32(&bytes, SECTION_LENGTH, UINT32_MAX);
        bytes_set_u32(&bytes, SECTION_LENGTH + 4, UINT32_MAX);
    }
    output_end(&saver->output, &bytes, SAVER_BLOCK);
    return 0;
}

static int copy_block(struct pkt_saver *saver, const struct pkt_event *event, struct pkt_error *reterr_error)
{
    if (event->kind == PKT_EVENT_SECTION)
        return copy_section(saver, event->raw, reterr_error);
    enum saver_record kind = event->kind == PKT_EVENT_FRAME ? SAVER_PACKET : SAVER_BLOCK;
    return saver_put_raw(saver, event->raw, kind, reterr_error);
}

static int copy(struct pkt_saver *saver, const struct pkt_source *source, const struct pkt_event *event,
                struct pkt_error *reterr_error)
{
    struct saver_pcapng *pcapng = &saver->pcapng;
    if (!is_pcapng(source, event))
        return 0;
    if (event->kind != PKT_EVENT_SECTION && (!pcapng->begun || pcapng->copied != source))
        return 0;
    if (event->kind != PKT_EVENT_FRAME && event->raw.len < event->block.len) {
        saver->losses |= PKT_SAVER_LOST_LONG; /* the source skips the rest of it */
        return 1;
    }
    int result = copy_block(saver, event, reterr_error);
    if (result < 0)
        return result;
    pcapng->begun = true;
    pcapng->copied = source;
    return 1;
}

static int begin(struct pkt_saver *saver, const struct pkt_source *source, struct pkt_error *reterr_error)
{
    (void)saver;
    (void)source;
    (void)reterr_error;
    return 0;
}

static int put_header(struct pkt_saver *saver, bool last, struct pkt_error *reterr_error)
{
    if (saver->pcapng.begun || !last)
        return 0;
    return need_own_section(saver, reterr_error);
}

const struct saver_format saver_format_pcapng = {
    .begin = begin,
    .add_interface = add_interface,
    .put_statistics = put_statistics,
    .add_comment = add_comment,
    .put_frame = put_frame,
    .copy = copy,
    .put_header = put_header,
};
