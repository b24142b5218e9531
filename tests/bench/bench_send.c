/*
 * Sends one 60-byte frame many times, as fast as the sender takes it.
 *
 *     bench_send INTERFACE COUNT packet|bypass|libnet
 */
#include "pkt/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 512, PATIENCE_NS = 100 * 1000 * 1000 };

static void die(const char *what)
{
    fprintf(stderr, "bench_send: %s\n", what);
    exit(2);
}

static struct pkt_sender *open_sender(const char *interface, const char *way)
{
    struct pkt_sender_options options = {.size = sizeof options,
                                         .kind = strcmp(way, "libnet") == 0 ? PKT_SENDER_LIBNET
                                                                            : PKT_SENDER_PACKET,
                                         .interface = interface,
                                         .qdisc_bypass = strcmp(way, "bypass") == 0};
    struct pkt_sender *sender;
    struct pkt_error error;
    if (pkt_sender_open(&options, &sender, &error) < 0)
        die(error.sentence);
    return sender;
}

int main(int argc, char **argv)
{
    /* To a documentation address, EtherType for local experiments (IEEE 802). */
    static const uint8_t frame[60] = {0x00, 0x00, 0x5e, 0x00, 0x53, 0x02, 0x00,
                                      0x00, 0x5e, 0x00, 0x53, 0x01, 0x88, 0xb5};
    static struct pkt_outgoing packets[AT_ONCE];
    struct pkt_sender_statistics statistics;
    if (argc != 4)
        die("INTERFACE COUNT packet|bypass|libnet");
    struct pkt_sender *sender = open_sender(argv[1], argv[3]);
    unsigned long left = strtoul(argv[2], NULL, 10);
    for (unsigned i = 0; i < AT_ONCE; i++)
        packets[i].bytes = pkt_view_make(frame, sizeof frame);
    while (left > 0) {
        left -= pkt_sender_send(sender, packets, left < AT_ONCE ? (unsigned)left : AT_ONCE, NULL);
        pkt_sender_wait(sender, PATIENCE_NS);
    }
    pkt_sender_get_statistics(sender, &statistics);
    pkt_sender_close(sender);
    return statistics.refused == 0 ? 0 : 1;
}
