/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a capture file of any kind and counts in how many packets each protocol occurs.
 *
 *     count_protocols FILE
 */
#include <pkt/pkt.h>

#include <stdio.h>

/* How many packets hold a layer of each protocol; a quoted packet is part of the one that quotes it. */
static void count(const struct pkt_packet *packet, unsigned long *counts)
{
    bool seen[PKT_PROTO_COUNT] = {false};
    for (unsigned i = 0; i < packet->layer_count; i++) {
        unsigned proto = packet->layer[i].proto;
        if ((packet->layer[i].flags & PKT_LAYER_QUOTED) == 0 && !seen[proto])
            counts[proto]++;
        seen[proto] = true;
    }
}

/* As pkt_source_next ends: 0 or a negative error. */
static int read_all(struct pkt_source *source, unsigned long *counts, struct pkt_error *reterr_error)
{
    struct pkt_event event;
    struct pkt_packet packet;
    int result;

    while ((result = pkt_source_next(source, &event, reterr_error)) == 1) {
        if (event.kind != PKT_EVENT_FRAME)
            continue;
        pkt_decode(event.frame.bytes, event.frame.wire_len, event.frame.linktype, event.frame.decode_flags,
                   &packet);
        count(&packet, counts);
    }
    return result;
}

int main(int argc, char **argv)
{
    unsigned long counts[PKT_PROTO_COUNT] = {0};
    struct pkt_source *source;
    struct pkt_error error;
    int result;

    if (argc != 2) {
        fprintf(stderr, "usage: count_protocols FILE\n");
        return 2;
    }
    result = pkt_source_open_file(argv[1], NULL, &source, &error);
    if (result == 0) {
        result = read_all(source, counts, &error);
        pkt_source_close(source);
    }
    for (unsigned proto = 0; proto < PKT_PROTO_COUNT; proto++)
        if (counts[proto] != 0)
            printf("%-16s %lu\n", pkt_proto_name((enum pkt_proto)proto), counts[proto]);
    if (result < 0)
        fprintf(stderr, "count_protocols: %s\n", error.sentence);
    return result < 0 || fflush(stdout) != 0 ? 2 : 0;
}
