/*
 * Writes capture files with all that a saver knows of a frame, for others to read.
 *
 *   helper_saver_blocks rich FILE      two interfaces, one nobody described, comments, flags, drop counts,
 * statistics helper_saver_blocks many FILE N    N frames of 60 bytes, a millisecond apart, in which the
 * number stands
 */
#include "pkt/packet.h"
#include "pkt/saver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAN = 3, TUNNEL = 7, NOBODY = 9 };

static struct pkt_saver *saver;
static struct pkt_error error;

static void must(int result)
{
    if (result == 0)
        return;
    fprintf(stderr, "%s\n", error.sentence);
    exit(2);
}

static void open_saver(const char *path)
{
    const struct pkt_saver_options options = {.size = sizeof options,
                                              .application = "helper of a test",
                                              .hardware = "a card with care",
                                              .system = "some system 1.2"};
    must(pkt_saver_open_file(path, &options, &saver, &error));
}

static uint32_t describe_interfaces(void)
{
    const struct pkt_saver_interface lan = {.size = sizeof lan,
                                            .name = "lan0",
                                            .description = "the wired side",
                                            .filter = "icmp or arp",
                                            .ifindex = LAN,
                                            .snap_len = 128,
                                            .linktype = PKT_LINKTYPE_ETHERNET};
    const struct pkt_saver_interface tunnel = {
        .size = sizeof tunnel, .name = "tun0", .ifindex = TUNNEL, .linktype = PKT_LINKTYPE_RAW};
    uint32_t number, other;
    must(pkt_saver_add_interface(saver, &lan, &number, &error));
    must(pkt_saver_add_interface(saver, &tunnel, &other, &error));
    return number;
}

static struct pkt_frame frame_on(uint32_t ifindex, uint16_t linktype, int64_t ns)
{
    static uint8_t bytes[64] = {0x45};
    return (struct pkt_frame){.bytes = pkt_view_make(bytes, sizeof bytes),
                              .wire_len = 100,
                              .time.ns = INT64_C(1700000000000000000) + ns,
                              .time_digits = 9,
                              .flags = PKT_FRAME_HAS_TIME,
                              .linktype = linktype,
                              .ifindex = ifindex};
}

static void comment(const char *text)
{
    must(pkt_saver_add_comment(saver, pkt_view_make(text, strlen(text)), &error));
}

static void save(const struct pkt_frame *frame)
{
    must(pkt_saver_frame(saver, frame, &error));
}

static void save_rich(void)
{
    uint32_t lan = describe_interfaces();
    struct pkt_frame frame = frame_on(LAN, PKT_LINKTYPE_ETHERNET, 1);
    frame.direction = PKT_DIRECTION_IN;
    frame.decode_flags = PKT_DECODE_CHECKSUM_VALID;
    comment("first");
    comment("\xe2\x98\x83 second");
    save(&frame);
    frame = frame_on(LAN, PKT_LINKTYPE_ETHERNET, 123456789);
    frame.direction = PKT_DIRECTION_OUT;
    frame.decode_flags = PKT_DECODE_CHECKSUM_NOT_READY | PKT_DECODE_GSO;
    frame.flags |= PKT_FRAME_HAS_DROP_COUNT;
    frame.drop_count = UINT64_C(5000000000);
    save(&frame);
    frame = frame_on(TUNNEL, PKT_LINKTYPE_RAW, INT64_C(86400999999999));
    save(&frame);
    frame = frame_on(NOBODY, PKT_LINKTYPE_ETHERNET, -INT64_C(1699999999000000000));
    frame.decode_flags = PKT_DECODE_LINK_FCS;
    save(&frame);
    const struct pkt_saver_interface_statistics counted = {.size = sizeof counted,
                                                           .time.ns = INT64_C(1700000100000000000),
                                                           .start.ns = INT64_C(1700000000000000001),
                                                           .end.ns = INT64_C(1700000099000000002),
                                                           .received = 10,
                                                           .dropped = 1,
                                                           .filter_accepted = 9,
                                                           .system_dropped = UINT64_C(1) << 40,
                                                           .delivered = UINT64_MAX};
    must(pkt_saver_put_statistics(saver, lan, &counted, &error));
}

static void save_many(uint64_t count)
{
    uint8_t bytes[60] = {0};
    for (uint64_t i = 1; i <= count; i++) {
        memcpy(bytes + 20, &i, sizeof i);
        struct pkt_frame frame = frame_on(0, PKT_LINKTYPE_ETHERNET, (int64_t)i * 1000000);
        frame.bytes = pkt_view_make(bytes, sizeof bytes);
        frame.wire_len = sizeof bytes;
        save(&frame);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    open_saver(argv[2]);
    if (strcmp(argv[1], "rich") == 0)
        save_rich();
    else if (argc == 4)
        save_many(strtoull(argv[3], NULL, 10));
    must(pkt_saver_close(saver, &error));
    return 0;
}
