/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

#include "pkt/link.h"

#include <stdio.h>
#include <string.h>

/* The network-layer packet behind a link layer that no wire has: Linux cooked, BSD loopback, PPP. */
static bool unwrap(const struct pkt_frame *frame, struct pkt_view *ret_packet)
{
    struct pkt_packet packet;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &packet);
    for (unsigned i = 0; i < packet.layer_count; i++)
        if (packet.layer[i].proto == PKT_PROTO_IPV4 || packet.layer[i].proto == PKT_PROTO_IPV6) {
            *ret_packet = pkt_layer_bytes(&packet, i);
            return true;
        }
    return false;
}

static bool is_raw(uint16_t linktype)
{
    static const uint16_t raw[] = {PKT_LINKTYPE_RAW, PKT_LINKTYPE_IPV4, PKT_LINKTYPE_IPV6,
                                   PKT_LINKTYPE_RAW_BSD, PKT_LINKTYPE_RAW_OPENBSD};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (raw[i] == linktype)
            return true;
    return false;
}

/* The frame as it can be sent; false when it cannot, which is counted. */
static bool make_item(struct send_replay *replay, const struct pkt_frame *frame, struct send_item *ret_item)
{
    unsigned once = !replay->is_counted;
    *ret_item =
        (struct send_item){.bytes = frame->bytes, .linktype = frame->linktype, .flags = frame->decode_flags};
    if (frame->bytes.len < frame->wire_len) {
        replay->counts.left_out_cut += once;
        return false;
    }
    if (frame->linktype == PKT_LINKTYPE_ETHERNET)
        return true;
    ret_item->linktype = PKT_LINKTYPE_RAW;
    if (is_raw(frame->linktype))
        return true;
    bool has_packet = unwrap(frame, &ret_item->bytes);
    replay->counts.unwrapped += has_packet ? once : 0;
    replay->counts.left_out_link += has_packet ? 0 : once;
    return has_packet;
}

/* When the frame is due since the first of its round; one without a time goes with the one before. */
static int64_t offset_of(struct send_replay *replay, const struct pkt_frame *frame)
{
    if ((frame->flags & PKT_FRAME_HAS_TIME) == 0)
        return replay->offset_ns;
    if (!replay->has_first) {
        replay->first = frame->time;
        replay->has_first = true;
    }
    int64_t offset = pkt_wall_since(frame->time, replay->first);
    if (offset < replay->offset_ns) {
        replay->counts.backwards += !replay->is_counted;
        return replay->offset_ns;
    }
    return replay->offset_ns = offset;
}

/* 1: chosen, 0: not; negative: the filter failed. */
static int choose(struct send_replay *replay, const struct pkt_frame *frame, struct pkt_error *reterr_error)
{
    if (replay->filter == NULL)
        return 1;
    return pkt_filter_match(replay->filter, frame->bytes, frame->wire_len, frame->linktype, reterr_error);
}

static void rewrite(struct send_replay *replay, struct send_item *item)
{
    if (replay->rewriter == NULL)
        return;
    struct pkt_view rewritten = rewrite_apply(replay->rewriter, item->bytes, item->linktype);
    replay->counts.rewritten += !replay->is_counted && rewritten.ptr != item->bytes.ptr;
    item->bytes = rewritten;
}

static int next(void *context, struct send_item *ret_item, struct pkt_error *reterr_error)
{
    struct send_replay *replay = context;
    struct pkt_event event;
    for (;;) {
        int result = pkt_source_next(replay->source, &event, reterr_error);
        if (result == PKT_E_AGAIN)
            continue; /* a signal: the descriptor blocks */
        if (result <= 0) {
            replay->is_counted = replay->is_counted || result == 0;
            return result;
        }
        if (event.kind != PKT_EVENT_FRAME)
            continue;
        replay->frames++;
        result = choose(replay, &event.frame, reterr_error);
        if (result < 0)
            return result;
        if (result == 0 || !make_item(replay, &event.frame, ret_item))
            continue;
        ret_item->offset_ns = offset_of(replay, &event.frame);
        rewrite(replay, ret_item);
        return 1;
    }
}

static int open_source(struct send_replay *replay, struct pkt_error *reterr_error)
{
    replay->has_first = false;
    replay->offset_ns = 0;
    replay->frames = 0;
    return pkt_source_open_file(replay->path, NULL, &replay->source, reterr_error);
}

static int restart(void *context, struct pkt_error *reterr_error)
{
    struct send_replay *replay = context;
    if (strcmp(replay->path, "-") == 0) {
        reterr_error->code = PKT_E_ARGUMENT;
        (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence,
                       "standard input cannot be read a second time: give a file to replay in a loop");
        return PKT_E_ARGUMENT;
    }
    pkt_source_close(replay->source);
    replay->source = NULL;
    if (!replay->is_counted) /* a round that was broken off counts for nothing */
        replay->counts = (struct replay_counts){0};
    return open_source(replay, reterr_error);
}

static int compile(struct send_replay *replay, struct pkt_error *reterr_error)
{
    struct pkt_source_info info;
    if (replay->expression[0] == '\0')
        return 0;
    pkt_source_get_info(replay->source, &info);
    uint16_t linktype = info.has_linktype ? info.linktype : (uint16_t)PKT_LINKTYPE_ETHERNET;
    return pkt_filter_compile(replay->expression, linktype, 0, &replay->filter, reterr_error);
}

int replay_open(struct send_replay *replay, const char *path, const char *expression,
                struct send_rewriter *rewriter, struct send_supply *ret_supply,
                struct pkt_error *reterr_error)
{
    *replay = (struct send_replay){.path = path, .expression = expression, .rewriter = rewriter};
    int result = open_source(replay, reterr_error);
    if (result == 0)
        result = compile(replay, reterr_error);
    if (result != 0) {
        replay_close(replay);
        return result;
    }
    *ret_supply = (struct send_supply){
        .context = replay, .next = next, .restart = restart, .count = UINT64_MAX, .has_rhythm = true};
    return 0;
}

void replay_close(struct send_replay *replay)
{
    pkt_filter_free(replay->filter);
    pkt_source_close(replay->source);
    replay->filter = NULL;
    replay->source = NULL;
}
