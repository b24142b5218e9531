/*
 * An 84-byte ICMP echo request (IPv4, 56 bytes of data) with the next sequence number, against libnet, which
 * has to build it anew, clear included: built anew; a template of it patched, checksum included, by place and
 * by a place that was prepared. All must give the same bytes. Prints "name libnet_ns ours_ns" per line.
 */
#include "bench.h"
#include "pkt/pkt.h"

#include <libnet.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DATA_LEN = 56,
    SEQUENCE_BIT = (20 + 6) * 8,
};

static uint8_t data[DATA_LEN];
static const struct pkt_ip4 source =
                                {
                                    {192, 0, 2, 1}
},
                            destination = {{192, 0, 2, 2}};

struct run {
    libnet_t *libnet;
    uint8_t buffer[128];
    struct pkt_view packet;
    uint16_t sequence;
    uint8_t patched[128]; /* the template's bytes */
    struct pkt_template template;
    struct pkt_template_slot slot;
};

static void build_libnet(struct run *run, uint8_t **ret_bytes, uint32_t *ret_len)
{
    uint32_t src, dst;
    memcpy(&src, source.byte, sizeof src);
    memcpy(&dst, destination.byte, sizeof dst);
    libnet_clear_packet(run->libnet);
    libnet_build_icmpv4_echo(ICMP_ECHO, 0, 0, 0x1234, run->sequence, data, DATA_LEN, run->libnet, 0);
    libnet_build_ipv4(20 + 8 + DATA_LEN, 0, 1, 0, 64, IPPROTO_ICMP, 0, src, dst, NULL, 0, run->libnet, 0);
    if (libnet_adv_cull_packet(run->libnet, ret_bytes, ret_len) != 1) {
        fprintf(stderr, "bench_build: libnet: %s\n", libnet_geterror(run->libnet));
        exit(1);
    }
}

static void run_libnet(void *context)
{
    struct run *run = context;
    uint8_t *bytes;
    uint32_t len;
    run->sequence++;
    build_libnet(run, &bytes, &len);
    libnet_adv_free_packet(run->libnet, bytes);
}

static void run_ours(void *context)
{
    struct run *run = context;
    struct pkt_build build;
    run->sequence++;
    pkt_build_init(&build, run->buffer, sizeof run->buffer, 0);
    pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = source, .dst = destination, .id = 1});
    pkt_build_icmp_echo(&build, &(struct pkt_icmp_echo_spec){.id = 0x1234, .sequence = run->sequence});
    pkt_build_payload(&build, pkt_view_make(data, DATA_LEN));
    if (pkt_build_finish(&build, &run->packet) != PKT_BUILD_OK)
        exit(1);
}

static void run_patch(void *context)
{
    struct run *run = context;
    if (pkt_template_set_bits(&run->template, SEQUENCE_BIT, 16, ++run->sequence) != PKT_TEMPLATE_OK)
        exit(1);
}

static void run_put(void *context)
{
    struct run *run = context;
    pkt_template_put(&run->template, &run->slot, ++run->sequence);
}

static void make_template(struct run *run)
{
    run_ours(run);
    memcpy(run->patched, run->packet.ptr, run->packet.len);
    pkt_template_init(&run->template, pkt_room_make(run->patched, run->packet.len), PKT_LINKTYPE_RAW, 0);
    if (pkt_template_slot(&run->template, SEQUENCE_BIT, 16, &run->slot) != PKT_TEMPLATE_OK)
        exit(1);
}

static void check_equal(struct run *run, void (*ours)(void *context), const uint8_t *packet)
{
    uint8_t *bytes;
    uint32_t len;
    ours(run);
    build_libnet(run, &bytes, &len);
    if (len != run->packet.len || memcmp(bytes, packet, len) != 0) {
        fprintf(stderr, "bench_build: libnet and libpkt build different packets\n");
        exit(1);
    }
    libnet_adv_free_packet(run->libnet, bytes);
}

static void check_all(struct run *run)
{
    for (unsigned i = 0; i < 70000; i++) {
        check_equal(run, run_ours, run->buffer);
        check_equal(run, run_patch, run->patched);
        check_equal(run, run_put, run->patched);
    }
}

int main(void)
{
    static struct run run;
    char error[LIBNET_ERRBUF_SIZE];
    for (unsigned i = 0; i < DATA_LEN; i++)
        data[i] = (uint8_t)i;
    run.libnet = libnet_init(LIBNET_NONE, NULL, error);
    if (run.libnet == NULL)
        return 1;
    run.libnet->injection_type = LIBNET_LINK_ADV; /* culling is refused otherwise */
    make_template(&run);
    check_all(&run);
    double libnet = bench_best_ns(run_libnet, &run, 100, 1000000);
    printf("echo %.2f %.2f\n", libnet, bench_best_ns(run_ours, &run, 100, 1000000));
    printf("patch %.2f %.2f\n", libnet, bench_best_ns(run_patch, &run, 100, 1000000));
    printf("put %.2f %.2f\n", libnet, bench_best_ns(run_put, &run, 100, 1000000));
    libnet_destroy(run.libnet);
    return 0;
}
