/*
 * Prints the fragments of a UDP datagram from port 4000 to 5000, a frame a line in hexadecimal:
 *
 *     helper_fragment SOURCE_MAC DESTINATION_MAC SOURCE DESTINATION LENGTH MTU
 *
 * Byte i of its data is i * 7 + i / 256. IPv4 packets have an option that is copied and one that is not, IPv6
 * packets hop-by-hop options before what is divided and destination options in it.
 */
#include "pkt/pkt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_MAX = 65535, FRAME_MAX = DATA_MAX + 256 };

static void put_ip4(struct pkt_build *build, const char *src, const char *dst)
{
    struct pkt_ipv4_spec spec = {.id = 0x1234};
    if (!pkt_ip4_parse(src, strlen(src), &spec.src) || !pkt_ip4_parse(dst, strlen(dst), &spec.dst))
        exit(2);
    pkt_build_ipv4(build, &spec);
    pkt_build_ipv4_router_alert(build, 0);
    pkt_build_ipv4_option(build, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make("\4\0\0\0\0", 5));
}

static void put_ip6(struct pkt_build *build, const char *src, const char *dst)
{
    struct pkt_ipv6_spec spec = {.flow_label = 5};
    if (!pkt_ip6_parse(src, strlen(src), &spec.src) || !pkt_ip6_parse(dst, strlen(dst), &spec.dst))
        exit(2);
    pkt_build_ipv6(build, &spec);
    pkt_build_ipv6_hopopts(build);
    pkt_build_ipv6_dstopts(build);
}

static void print_hex(struct pkt_view frame)
{
    for (size_t i = 0; i < frame.len; i++)
        printf("%02x", pkt_u8(frame, i));
    putchar('\n');
}

static int print_fragments(struct pkt_view frame, uint32_t mtu)
{
    static uint8_t buffer[FRAME_MAX];
    struct pkt_fragments fragments;
    struct pkt_packet packet;
    struct pkt_view fragment;
    pkt_decode(frame, (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    (void)pkt_fragments_init(&fragments, &packet, &(struct pkt_fragment_spec){.mtu = mtu, .id = 0x12345678});
    while (pkt_fragments_next(&fragments, buffer, sizeof buffer, &fragment))
        print_hex(fragment);
    if (fragments.error != PKT_FRAGMENT_OK)
        fprintf(stderr, "helper_fragment: %s\n", pkt_fragment_sentence(fragments.error));
    return fragments.error == PKT_FRAGMENT_OK && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static uint8_t buffer[FRAME_MAX], data[DATA_MAX];
    struct pkt_ethernet_spec ethernet = {.type = 0};
    struct pkt_build build;
    struct pkt_view frame;
    if (argc != 7 || !pkt_mac_parse(argv[1], strlen(argv[1]), &ethernet.src) ||
        !pkt_mac_parse(argv[2], strlen(argv[2]), &ethernet.dst))
        return 2;
    size_t len = strtoul(argv[5], NULL, 10);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ethernet(&build, &ethernet);
    if (strchr(argv[3], ':') == NULL)
        put_ip4(&build, argv[3], argv[4]);
    else
        put_ip6(&build, argv[3], argv[4]);
    pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 4000, .dst = 5000});
    pkt_build_payload(&build, pkt_view_make(data, len < sizeof data ? len : sizeof data));
    if (pkt_build_finish(&build, &frame) != PKT_BUILD_OK) {
        fprintf(stderr, "helper_fragment: %s\n", pkt_build_sentence(build.error));
        return 1;
    }
    return print_fragments(frame, (uint32_t)strtoul(argv[6], NULL, 10));
}
