/*
 * Writes the capture FILE with everything that a saver can say of packets and interfaces. oracle saver.sh
 * reads it with tshark and capinfos.
 */
#include "pkt/packet.h"
#include "pkt/saver.h"

#include <stdio.h>
#include <string.h>

static struct pkt_error error;

static const uint8_t octets[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

static const struct pkt_saver_interface interfaces[] = {
    {.size = sizeof interfaces[0],
     .name = "eth0",
     .description = "uplink",
     .filter = "icmp",
     .ifindex = 2,
     .linktype = 1},
    {.size = sizeof interfaces[0],                            .name = "wan", .ifindex = 3, .snap_len = 96, .linktype = 113},
};

static const struct {
    struct pkt_frame frame;
    const char *comments[2];
} packets[] = {
    {{.wire_len = 64,
      .linktype = 1,
      .ifindex = 2,
      .time = {1700000000123456789},
      .time_digits = 9,
      .flags = PKT_FRAME_HAS_TIME,
      .direction = PKT_DIRECTION_IN,
      .decode_flags = PKT_DECODE_CHECKSUM_VALID},
     {"first", "and more"}},
    {{.wire_len = 1500,
      .linktype = 113,
      .ifindex = 3,
      .time = {1},
      .time_digits = 9,
      .flags = PKT_FRAME_HAS_TIME | PKT_FRAME_HAS_DROP_COUNT,
      .direction = PKT_DIRECTION_OUT,
      .decode_flags = PKT_DECODE_CHECKSUM_NOT_READY | PKT_DECODE_GSO,
      .drop_count = 5000000000},
     {NULL}               },
    {{.wire_len = 64,
      .linktype = 1,
      .ifindex = 2,
      .time = {9000000000000000000},
      .time_digits = 9,
      .flags = PKT_FRAME_HAS_TIME},
     {"\xc3\xa4"}         },
};

static int save_packets(struct pkt_saver *saver)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof packets / sizeof *packets; i++) {
        struct pkt_frame frame = packets[i].frame;
        frame.bytes = pkt_view_make(octets, sizeof octets);
        for (size_t c = 0; result == 0 && c < 2 && packets[i].comments[c] != NULL; c++) {
            const char *text = packets[i].comments[c];
            result = pkt_saver_add_comment(saver, pkt_view_make((const uint8_t *)text, strlen(text)), &error);
        }
        if (result == 0)
            result = pkt_saver_frame(saver, &frame, &error);
    }
    return result;
}

static int save(struct pkt_saver *saver)
{
    const struct pkt_saver_interface_statistics counts = {.size = sizeof counts,
                                                          .time = {1700000002000000000},
                                                          .start = {1700000000000000000},
                                                          .end = {1700000001000000000},
                                                          .received = 12,
                                                          .dropped = 3,
                                                          .filter_accepted = UINT64_MAX,
                                                          .system_dropped = 4,
                                                          .delivered = UINT64_MAX};
    uint32_t number;
    int result = 0;
    for (size_t i = 0; result == 0 && i < 2; i++)
        result = pkt_saver_add_interface(saver, &interfaces[i], &number, &error);
    if (result == 0)
        result = save_packets(saver);
    return result == 0 ? pkt_saver_put_statistics(saver, 0, &counts, &error) : result;
}

int main(int argc, char **argv)
{
    const struct pkt_saver_options options = {
        .size = sizeof options, .application = "helper", .hardware = "board", .system = "kernel"};
    struct pkt_saver *saver = NULL;
    if (argc != 2)
        return 2;
    int result = pkt_saver_open_file(argv[1], &options, &saver, &error);
    if (result == 0)
        result = save(saver);
    if (result == 0)
        result = pkt_saver_close(saver, &error);
    if (result < 0)
        fprintf(stderr, "%s\n", error.sentence);
    return result < 0 ? 2 : 0;
}
