/*
 * Decoding alone: the packets of a small pcap file, looped in cache, through pkt_decode, through pkt_decode
 * with every checksum verified, and where it is installed through libtins. Prints "what ns_per_packet" per
 * line.
 */
#include "bench.h"
#include "pkt/checksum.h"
#include "pkt/packet.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_FRAMES = 4096, FILE_HEADER = 24, RECORD_HEADER = 16 };

struct frames {
    struct pkt_view frame[MAX_FRAMES];
    size_t count;
    volatile uint64_t result;
};

/* bench_tins.cpp: sums the sizes of all layers of a frame. */
uint64_t bench_tins(const uint8_t *bytes, uint32_t len);

static void load(const char *path, struct frames *frames)
{
    static uint8_t bytes[4 << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    size_t len = fread(bytes, 1, sizeof bytes, file), off = FILE_HEADER;
    (void)fclose(file);
    while (off + RECORD_HEADER <= len && frames->count < MAX_FRAMES) {
        uint32_t captured;
        memcpy(&captured, bytes + off + 8, sizeof captured);
        if (captured > len - off - RECORD_HEADER)
            break;
        frames->frame[frames->count++] = pkt_view_make(bytes + off + RECORD_HEADER, captured);
        off += RECORD_HEADER + captured;
    }
}

static void run_decode(void *context)
{
    struct frames *frames = context;
    struct pkt_packet packet;
    uint64_t sum = 0;
    for (size_t i = 0; i < frames->count; i++) {
        struct pkt_view frame = frames->frame[i];
        pkt_decode(frame, (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        sum += packet.layer_count + packet.layer[packet.layer_count - 1].off;
    }
    frames->result = sum;
}

static void run_verify(void *context)
{
    struct frames *frames = context;
    struct pkt_packet packet;
    uint64_t sum = 0;
    for (size_t i = 0; i < frames->count; i++) {
        struct pkt_view frame = frames->frame[i];
        pkt_decode(frame, (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        for (unsigned k = 0; k < packet.layer_count; k++)
            sum += pkt_checksum_verify(&packet, k).state;
    }
    frames->result = sum;
}

#ifdef BENCH_TINS
static void run_tins(void *context)
{
    struct frames *frames = context;
    uint64_t sum = 0;
    for (size_t i = 0; i < frames->count; i++)
        sum += bench_tins(frames->frame[i].ptr, (uint32_t)frames->frame[i].len);
    frames->result = sum;
}
#endif

/* Rounds of all are interleaved, so that a disturbance of the machine meets each alike. */
int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void *context);
    } runs[] = {
        {"decode",        run_decode},
        {"decode-verify", run_verify},
#ifdef BENCH_TINS
        {"libtins",       run_tins  },
#endif
    };
    enum { RUNS = sizeof runs / sizeof *runs, ROUNDS = 40 };
    static struct frames frames;
    double best[RUNS];
    if (argc != 2)
        return 2;
    load(argv[1], &frames);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < RUNS; i++) {
            double ns = bench_best_ns(runs[i].run, &frames, 1, 5000000) / (double)frames.count;
            best[i] = round == 0 || ns < best[i] ? ns : best[i];
        }
    }
    for (unsigned i = 0; i < RUNS; i++)
        printf("%s %.1f\n", runs[i].name, best[i]);
    return 0;
}
