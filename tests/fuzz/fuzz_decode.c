/*
 * Frames of any content under every link type: the table stays within its bounds and the frame's, what is cut
 * never shows more than the whole, and every answer comes from inside the frame.
 */
#include "fuzz_frame.h"

#include "support/exercise.h"

static volatile uint64_t answers;

static void check_row(const struct pkt_packet *packet, unsigned i)
{
    const struct pkt_layer *row = &packet->layer[i];
    require(row->proto > PKT_PROTO_NONE && row->proto < PKT_PROTO_COUNT);
    require(row->length_source < PKT_LENGTH_COUNT);
    require(row->off <= packet->wire_len && row->len <= packet->wire_len - row->off);
    require(row->hdr_len <= row->len);
    require(row->hdr_len == 0 || pkt_layer_header(packet, i).len == row->hdr_len);
    bool whole = row->off + row->len <= packet->bytes.len;
    require(whole || (row->flags & PKT_LAYER_TRUNCATED) != 0);
}

static void check_packet(const struct pkt_packet *packet)
{
    require(packet->layer_count <= PKT_MAX_LAYERS);
    require(packet->diagnosis_count <= PKT_MAX_DIAGNOSES);
    require(packet->bytes.len <= packet->wire_len);
    for (unsigned i = 0; i < packet->layer_count; i++)
        check_row(packet, i);
    for (unsigned i = 0; i < packet->diagnosis_count; i++) {
        require(packet->diagnosis[i].code > PKT_D_NONE && packet->diagnosis[i].code < PKT_D_COUNT);
        require(packet->diagnosis[i].layer < packet->layer_count);
    }
}

/* Where half of a frame may show a layer that the whole does not have. */
static bool is_unknown(const struct pkt_packet *whole, const struct pkt_layer *row)
{
    for (unsigned i = 0; i < whole->layer_count; i++)
        if (whole->layer[i].proto == PKT_PROTO_ICMP_EXT)
            return true; /* a structure that no length announces is known by its end only (RFC 4884 5.5) */
    /* Quoted with a payload length of 0: a jumbogram, or nothing at all (RFC 2675 3). */
    return row->proto == PKT_PROTO_IP6_HOPOPTS && row->hdr_len == 0 && (row->flags & PKT_LAYER_QUOTED) != 0;
}

/* Half of the capture has no more layers than all of it. */
static void check_half(const struct fuzz_frame *frame, const struct pkt_packet *whole)
{
    struct pkt_packet half;
    struct pkt_view view = pkt_view_make(frame->bytes, frame->len / 2);
    pkt_decode(view, frame->wire_len, frame->linktype, frame->flags, &half);
    check_packet(&half);
    if (view.len == 0)
        return; /* behind some link types the first octet says what it is */
    for (unsigned i = 0; i < half.layer_count; i++) {
        const struct pkt_layer *row = &half.layer[i];
        if (is_unknown(whole, row))
            return;
        require(i < whole->layer_count);
        require(row->proto == whole->layer[i].proto && row->off == whole->layer[i].off);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_frame frame;
    struct pkt_packet packet;
    if (!fuzz_frame_take(data, size, &frame))
        return 0;
    pkt_decode(fuzz_frame_view(&frame), frame.wire_len, frame.linktype, frame.flags, &packet);
    check_packet(&packet);
    check_half(&frame, &packet);
    pkt_diagnose(&packet);
    check_packet(&packet);
    answers += exercise(&packet);
    free(frame.bytes);
    return 0;
}
