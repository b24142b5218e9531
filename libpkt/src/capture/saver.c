/*
 * The calls of a saver: what both formats share, and the failure that is final.
 */
#include "saver.h"
#include "fail.h"
#include "pkt/packet.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>

enum { MICROSECOND_DIGITS = 6, FCS_LEN = 4 };

/* --- for the formats --- */

bool saver_wants_nanoseconds(const struct pkt_saver *saver, const struct pkt_frame *frame)
{
    if (saver->options.resolution != PKT_SAVER_RESOLUTION_AUTO)
        return saver->options.resolution == PKT_SAVER_NANOSECONDS;
    return frame->time_digits > MICROSECOND_DIGITS;
}

uint8_t saver_fcs_len(const struct pkt_frame *frame)
{
    return (frame->decode_flags & PKT_DECODE_LINK_FCS) != 0 ? FCS_LEN : 0;
}

int saver_put_raw(struct pkt_saver *saver, struct pkt_view raw, enum saver_record kind,
                  struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    int result = output_begin(&saver->output, raw.len, false, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put(&bytes, raw.ptr, raw.len);
    output_end(&saver->output, &bytes, kind);
    return 0;
}

int saver_fail_time(const struct pkt_saver *saver, const struct pkt_frame *frame, const char *range,
                    struct pkt_error *reterr_error)
{
    return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                        "a packet has a time of %s%jd seconds since 1970, but %s",
                        (frame->flags & PKT_FRAME_TIME_SATURATED) != 0 ? "more than " : "",
                        (intmax_t)(frame->time.ns / PKT_NS_PER_S), range);
}

int saver_fail_len(const struct pkt_saver *saver, size_t len, struct pkt_error *reterr_error)
{
    return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                        "a packet of %zu bytes: a record of at most %ju bytes is saved", len,
                        (uintmax_t)PKT_CAPTURE_RECORD_MAX);
}

/* --- failures --- */

/* Whether a failure concerns more than the one call. */
static bool is_final(int code)
{
    return code == PKT_E_SYSTEM || code == PKT_E_MEMORY;
}

static int conclude(struct pkt_saver *saver, int result, const struct pkt_error *error)
{
    if (is_final(result) && saver->failure.code == 0)
        saver->failure = *error;
    return result;
}

static int give_again(const struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    *reterr_error = saver->failure;
    return saver->failure.code;
}

/* --- what a source says of blocks that the format does not have --- */

static bool has_comment(const struct pkt_event *event)
{
    struct pkt_view options = event->block.options;
    struct pkt_view value;
    uint16_t code;
    while (pkt_capture_option_next(&options, event->big_endian, &code, &value) > 0) {
        if (code == PKT_CAPTURE_OPTION_COMMENT)
            return true;
    }
    return false;
}

/* What a source knows by name, or more than one of, is lost with its description. */
static uint32_t lost_interface(const struct pkt_source *source, const struct pkt_event *event)
{
    struct pkt_source_interface interface;
    bool named =
        pkt_source_get_interface(source, event->block.interface, &interface) && interface.name[0] != '\0';
    return named ? PKT_SAVER_LOST_INTERFACES : 0;
}

static void note_block(struct pkt_saver *saver, const struct pkt_source *source,
                       const struct pkt_event *event)
{
    static const uint32_t losses[] = {
        [PKT_EVENT_NAMES] = PKT_SAVER_LOST_NAMES,     [PKT_EVENT_STATISTICS] = PKT_SAVER_LOST_STATISTICS,
        [PKT_EVENT_SECRETS] = PKT_SAVER_LOST_SECRETS, [PKT_EVENT_JOURNAL] = PKT_SAVER_LOST_BLOCKS,
        [PKT_EVENT_CUSTOM] = PKT_SAVER_LOST_BLOCKS,   [PKT_EVENT_OTHER] = PKT_SAVER_LOST_BLOCKS,
    };
    saver->losses |= losses[event->kind];
    if (has_comment(event))
        saver->losses |= PKT_SAVER_LOST_COMMENTS;
    /* pcapng describes an interface again when its first frame comes. */
    if (event->kind == PKT_EVENT_INTERFACE && saver->format == &saver_format_pcap)
        saver->losses |= lost_interface(source, event);
}

static int convert(struct pkt_saver *saver, const struct pkt_source *source, const struct pkt_event *event,
                   struct pkt_error *reterr_error)
{
    if (event->kind != PKT_EVENT_FRAME) {
        note_block(saver, source, event);
        return 0;
    }
    const struct saver_frame saved = {.frame = &event->frame,
                                      .source = source,
                                      .options = event->frame.options,
                                      .big_endian = event->big_endian};
    return saver->format->put_frame(saver, &saved, reterr_error);
}

/* --- the calls --- */

int pkt_saver_add_interface(struct pkt_saver *saver, const struct pkt_saver_interface *interface,
                            uint32_t *ret_number, struct pkt_error *reterr_error)
{
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    return conclude(saver, saver->format->add_interface(saver, interface, ret_number, reterr_error),
                    reterr_error);
}

int pkt_saver_frame(struct pkt_saver *saver, const struct pkt_frame *frame, struct pkt_error *reterr_error)
{
    const struct saver_frame saved = {.frame = frame};
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    int result = saver->format->put_frame(saver, &saved, reterr_error);
    saver->taken += result == 0;
    return conclude(saver, result, reterr_error);
}

int pkt_saver_add_comment(struct pkt_saver *saver, struct pkt_view text, struct pkt_error *reterr_error)
{
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    return conclude(saver, saver->format->add_comment(saver, text, reterr_error), reterr_error);
}

int pkt_saver_begin(struct pkt_saver *saver, const struct pkt_source *source, struct pkt_error *reterr_error)
{
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    return conclude(saver, saver->format->begin(saver, source, reterr_error), reterr_error);
}

int pkt_saver_event(struct pkt_saver *saver, const struct pkt_source *source, const struct pkt_event *event,
                    struct pkt_error *reterr_error)
{
    int result = pkt_saver_begin(saver, source, reterr_error);
    if (result < 0)
        return result;
    result = saver->format->copy(saver, source, event, reterr_error);
    if (result == 0)
        result = convert(saver, source, event, reterr_error);
    if (result < 0)
        return conclude(saver, result, reterr_error);
    saver->taken += event->kind == PKT_EVENT_FRAME;
    return 0;
}

int pkt_saver_put_statistics(struct pkt_saver *saver, uint32_t number,
                             const struct pkt_saver_interface_statistics *statistics,
                             struct pkt_error *reterr_error)
{
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    return conclude(saver, saver->format->put_statistics(saver, number, statistics, reterr_error),
                    reterr_error);
}

int pkt_saver_flush(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    if (saver->failure.code != 0)
        return give_again(saver, reterr_error);
    int result = saver->format->put_header(saver, false, reterr_error);
    if (result == 0)
        result = output_flush(&saver->output, reterr_error);
    return conclude(saver, result, reterr_error);
}

void pkt_saver_get_statistics(const struct pkt_saver *saver, struct pkt_saver_statistics *ret_statistics)
{
    *ret_statistics = (struct pkt_saver_statistics){
        .packets = saver->output.counts[SAVER_PACKET],
        .blocks = saver->output.counts[SAVER_BLOCK],
        .bytes = saver->output.bytes,
        .taken = saver->taken,
        .losses = saver->losses,
        .torn = saver->output.torn,
    };
}

const char *pkt_saver_name(const struct pkt_saver *saver)
{
    return saver->name;
}

static void saver_free(struct pkt_saver *saver)
{
    free(saver->pcapng.interfaces);
    free(saver->pcapng.comments);
    free(saver->application);
    free(saver->hardware);
    free(saver->system);
    free(saver->name);
    free(saver);
}

int pkt_saver_finish(struct pkt_saver *saver, struct pkt_saver_statistics *ret_statistics,
                     struct pkt_error *reterr_error)
{
    struct pkt_error error;
    if (saver == NULL)
        return 0;
    if (saver->failure.code == 0)
        (void)conclude(saver, saver->format->put_header(saver, true, &error), &error);
    bool failed = saver->failure.code != 0;
    (void)conclude(saver, output_close(&saver->output, failed, saver->options.sync, &error), &error);
    if (ret_statistics != NULL)
        pkt_saver_get_statistics(saver, ret_statistics);
    int result = saver->failure.code;
    if (result < 0)
        *reterr_error = saver->failure;
    saver_free(saver);
    return result;
}

int pkt_saver_close(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    return pkt_saver_finish(saver, NULL, reterr_error);
}

void pkt_saver_describe_losses(uint32_t losses, char *text, size_t size)
{
    static const char *const words[] = {
        "comments",
        "packet flags",
        "drop counts",
        "packet options",
        "interfaces",
        "host names",
        "interface statistics",
        "decryption secrets",
        "journal, custom and unknown blocks",
        "digits of time beyond microseconds",
        "that packets have no time",
        "blocks of more than 2 MiB",
    };
    size_t used = 0;
    if (size > 0)
        text[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words && used < size; i++) {
        if ((losses >> i & 1) != 0)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", words[i]);
    }
}
