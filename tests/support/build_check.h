/*
 * What tests of builders share: a build over one buffer, finished, decoded again and its rows held against
 * the decoder's. Included behind cmocka.h.
 */
#ifndef TESTS_BUILD_CHECK_H
#define TESTS_BUILD_CHECK_H

#include "pkt/build.h"
#include "pkt/checksum.h"
#include "pkt/linktype.h"
#include "support/assert_pkt.h"

struct build_check {
    uint8_t buffer[4096];
    struct pkt_build build;
    struct pkt_view bytes;    /* of the finished packet */
    struct pkt_packet packet; /* that decoded */
};

static inline struct pkt_build *check_begin(struct build_check *check)
{
    memset(check->buffer, 0xee, sizeof check->buffer); /* what the builder does not write shows */
    pkt_build_init(&check->build, check->buffer, sizeof check->buffer, 0);
    return &check->build;
}

static inline void check_finish(struct build_check *check, uint16_t linktype)
{
    assert_string_equal(pkt_build_sentence(pkt_build_finish(&check->build, &check->bytes)), "built");
    pkt_decode(check->bytes, (uint32_t)check->bytes.len, linktype, 0, &check->packet);
    pkt_diagnose(&check->packet);
}

/* The build failed like this. */
static inline void check_fails(struct build_check *check, int error)
{
    struct pkt_view bytes = {NULL, 0};
    assert_string_equal(pkt_build_sentence(pkt_build_finish(&check->build, &bytes)),
                        pkt_build_sentence(error));
}

/* Each row that was built is a row of the decoder's table at the same place and of the same length, and there
 * are no others. The decoder lists extension structures before the quotation. */
static inline void check_rows(const struct build_check *check)
{
    const struct pkt_build *build = &check->build;
    assert_int_equal(build->count, check->packet.layer_count);
    for (unsigned i = 0; i < build->count; i++) {
        const struct pkt_build_row *row = &build->row[i];
        size_t end = row->end != 0 ? row->end : build->trailer != 0 ? build->trailer : build->len;
        bool found = false;
        bool is_8023 =
            i + 1U < build->count && row[1].proto == PKT_PROTO_LLC; /* ends where its length says */
        if (row->proto == PKT_PROTO_TRAILER || (row->proto == PKT_PROTO_ETHERNET && !is_8023))
            end = build->len; /* the decoder's frame has its trailer in it */
        for (unsigned k = 0; k < check->packet.layer_count; k++) {
            const struct pkt_layer *layer = &check->packet.layer[k];
            found |= layer->proto == row->proto && layer->off == row->off && layer->len == end - row->off;
        }
        if (!found)
            print_error("row %u (protocol %u) at %u was not decoded\n", i, row->proto, row->off);
        assert_true(found);
    }
}

/* Finished, decoded: the same rows and nothing to complain about. */
static inline void check_round_trip(struct build_check *check, uint16_t linktype)
{
    check_finish(check, linktype);
    check_rows(check);
    assert_no_diagnoses(&check->packet);
}

#endif
