/*
 * A capture file from its first packet to its last, nothing done with the packets: our reader or libpcap's.
 *
 *     bench_walk ours|libpcap FILE      prints the packets and the bytes that it saw
 */
#include "pkt/capture.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static int walk_ours(const char *path, unsigned long *packets, unsigned long *bytes)
{
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    if (pkt_source_open_file(path, NULL, &source, &error) != PKT_OK)
        return 2;
    int result;
    while ((result = pkt_source_next(source, &event, &error)) == 1) {
        if (event.kind != PKT_EVENT_FRAME)
            continue;
        ++*packets;
        *bytes += event.frame.bytes.len;
    }
    pkt_source_close(source);
    return result == 0 ? 0 : 2;
}

static int walk_libpcap(const char *path, unsigned long *packets, unsigned long *bytes)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    pcap_t *pcap = pcap_open_offline(path, error);
    if (pcap == NULL)
        return 2;
    while (pcap_next_ex(pcap, &header, &data) == 1) {
        ++*packets;
        *bytes += header->caplen;
    }
    pcap_close(pcap);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long packets = 0, bytes = 0;
    if (argc != 3)
        return 2;
    int result = strcmp(argv[1], "ours") == 0 ? walk_ours(argv[2], &packets, &bytes)
                                              : walk_libpcap(argv[2], &packets, &bytes);
    printf("%lu %lu\n", packets, bytes);
    return result;
}
