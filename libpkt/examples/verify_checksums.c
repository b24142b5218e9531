/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verifies every checksum in a capture file and prints those that are not right: an answer for scripts.
 *
 *     verify_checksums FILE
 *
 * Exit status 0: none is bad; 1: at least one is; 2: the file cannot be read to its end.
 */
#include <pkt/pkt.h>

#include <stdio.h>

/* Prints the bad and the unfinished ones of a packet, and counts all by state. */
static void verify(const struct pkt_packet *packet, unsigned long number, unsigned long *counts)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        struct pkt_checksum_result result = pkt_checksum_verify(packet, i);
        counts[result.state]++;
        if (result.state != PKT_CHECKSUM_BAD && result.state != PKT_CHECKSUM_PARTIAL)
            continue;
        printf("packet %lu, %s: %s, 0x%04x instead of 0x%04x\n", number,
               pkt_proto_name((enum pkt_proto)packet->layer[i].proto), pkt_checksum_state_name(result.state),
               (unsigned)result.found, (unsigned)result.expected);
    }
}

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
        verify(&packet, (unsigned long)event.frame.number, counts);
    }
    return result;
}

int main(int argc, char **argv)
{
    unsigned long counts[PKT_CHECKSUM_UNKNOWN + 1] = {0};
    struct pkt_source *source;
    struct pkt_error error;
    int result;

    if (argc != 2) {
        fprintf(stderr, "usage: verify_checksums FILE\n");
        return 2;
    }
    result = pkt_source_open_file(argv[1], NULL, &source, &error);
    if (result == 0) {
        result = read_all(source, counts, &error);
        pkt_source_close(source);
    }
    for (int state = PKT_CHECKSUM_ABSENT; state <= PKT_CHECKSUM_UNKNOWN; state++)
        printf("%s %lu\n", pkt_checksum_state_name((enum pkt_checksum_state)state), counts[state]);
    if (result < 0)
        fprintf(stderr, "verify_checksums: %s\n", error.sentence);
    if (result < 0 || fflush(stdout) != 0)
        return 2;
    return counts[PKT_CHECKSUM_BAD] != 0 ? 1 : 0;
}
