/*
 * Records equal to libpcap's reader over all captures: bytes, lengths, times, and where a file ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt/capture.h"
#include "pkt/packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is known to differ. A file that stops differing fails, too. */
static const struct divergence {
    const char *file;
    const char *difference;
} divergences[] = {
  /* A record longer than the file's snap length: libpcap cuts it there, we deliver what was captured. */
    {"pcap-wire-length.pcap",      "captured length"         },
 /* libpcap has one link type, one snap length and one byte order a file. */
    {"pcapng-mixed-links.pcapng",  "libpcap ends before"     },
    {"pcapng-two-orders.pcapng",   "libpcap ends before"     },
 /* libpcap looks for the first interface as it opens, we report the packet without one when it comes. */
    {"pcapng-no-interface.pcapng", "libpcap does not open it"},
};

static const struct divergence *divergence_of(const char *file)
{
    for (size_t i = 0; i < COUNT(divergences); i++) {
        if (strcmp(divergences[i].file, file) == 0)
            return &divergences[i];
    }
    return NULL;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static int is_plain_capture(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".pcap") || ends_with(entry->d_name, ".pcapng");
}

static const char *captures_directory(void)
{
    static char path[512];
    const char *source = getenv("PKT_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/captures", source != NULL ? source : ".");
    return path;
}

/* libpcap takes pcap's 32-bit seconds and fractions as signed. */
static int64_t libpcap_time(const struct pcap_pkthdr *header, bool pcapng)
{
    int64_t fraction = header->ts.tv_usec;
    if (pcapng)
        return header->ts.tv_sec * PKT_NS_PER_S + fraction;
    if (fraction < 0)
        fraction = (int64_t)(uint32_t)(fraction / 1000) * 1000;
    return (int64_t)(uint32_t)header->ts.tv_sec * PKT_NS_PER_S + fraction;
}

/* The next frame; other events are skipped. */
static int next_frame(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    int result;
    do
        result = pkt_source_next(source, ret_event, reterr_error);
    while (result > 0 && ret_event->kind != PKT_EVENT_FRAME);
    return result;
}

static const char *compare_frame(const struct pkt_frame *frame, const struct pcap_pkthdr *header,
                                 const uint8_t *bytes, bool pcapng)
{
    if (frame->bytes.len != header->caplen)
        return "captured length";
    if (memcmp(frame->bytes.ptr, bytes, header->caplen) != 0)
        return "bytes";
    if (frame->wire_len != (header->len < header->caplen ? header->caplen : header->len))
        return "wire length";
    if ((frame->flags & PKT_FRAME_HAS_TIME) != 0 && frame->time.ns != libpcap_time(header, pcapng))
        return "time";
    return NULL;
}

/* NULL: both readers give the same. */
static const char *compare_sources(struct pkt_source *source, pcap_t *pcap, bool pcapng, unsigned *ret_frames)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    struct pkt_event event;
    struct pkt_error error;
    for (*ret_frames = 0;; (*ret_frames)++) {
        int theirs = pcap_next_ex(pcap, &header, &bytes);
        int ours = next_frame(source, &event, &error);
        if ((theirs == 1) != (ours == 1) || (theirs == PCAP_ERROR_BREAK) != (ours == 0))
            return ours == 1 ? "libpcap ends before" : "libpcap goes on";
        if (ours != 1)
            return NULL;
        const char *difference = compare_frame(&event.frame, header, bytes, pcapng);
        if (difference != NULL)
            return difference;
    }
}

static const char *compare_file(const char *path, unsigned *ret_frames)
{
    char text[PCAP_ERRBUF_SIZE];
    struct pkt_source *source;
    struct pkt_source_info info;
    struct pkt_error error;
    const char *difference = "libpcap does not open it";
    if (pkt_source_open_file(path, NULL, &source, &error) < 0)
        fail_msg("%s", error.sentence);
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);
    if (pcap != NULL) {
        pkt_source_get_info(source, &info);
        int linktype = pcap_datalink(pcap) == DLT_RAW ? PKT_LINKTYPE_RAW : pcap_datalink(pcap);
        if (info.linktype != linktype && info.linktype != PKT_LINKTYPE_RAW_BSD &&
            info.linktype != PKT_LINKTYPE_RAW_OPENBSD)
            difference = "link type";
        else
            difference = compare_sources(source, pcap, ends_with(path, ".pcapng"), ret_frames);
        pcap_close(pcap);
    }
    pkt_source_close(source);
    return difference;
}

static void test_equal_to_libpcap(void **state)
{
    (void)state;
    struct dirent **entries;
    unsigned frames = 0;
    unsigned wrong = 0;
    unsigned known = 0;
    int count = scandir(captures_directory(), &entries, is_plain_capture, alphasort);
    assert_true(count > 100);
    for (int i = 0; i < count; i++) {
        char path[1024];
        unsigned file_frames = 0;
        snprintf(path, sizeof path, "%s/%s", captures_directory(), entries[i]->d_name);
        const char *difference = compare_file(path, &file_frames);
        const struct divergence *divergence = divergence_of(entries[i]->d_name);
        known += divergence != NULL;
        frames += file_frames;
        const char *expected = divergence == NULL ? "equal" : divergence->difference;
        if (strcmp(difference == NULL ? "equal" : difference, expected) != 0) {
            print_error("%s: %s at frame %u\n", entries[i]->d_name, difference == NULL ? "equal" : difference,
                        file_frames + 1);
            wrong++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong, 0);
    assert_int_equal(known, COUNT(divergences));
    print_message("%d files, %u equal frames\n", count, frames);
    assert_true(frames > 1000);
}

/* A compressed file gives what the file gave that it was made of. */
static void assert_same_frames(const char *packed, const char *plain)
{
    char path[2][1024];
    struct pkt_source *source[2];
    struct pkt_event event[2];
    struct pkt_error error;
    int result = 1;
    const char *names[2] = {packed, plain};
    for (int i = 0; i < 2; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", captures_directory(), names[i]);
        if (pkt_source_open_file(path[i], NULL, &source[i], &error) == PKT_E_UNSUPPORTED)
            skip();
    }
    unsigned frames = 0;
    while (result > 0) {
        result = pkt_source_next(source[0], &event[0], &error);
        assert_int_equal(pkt_source_next(source[1], &event[1], &error), result);
        if (result > 0) {
            assert_int_equal(event[0].raw.len, event[1].raw.len);
            assert_memory_equal(event[0].raw.ptr, event[1].raw.ptr, event[0].raw.len);
            frames += event[0].kind == PKT_EVENT_FRAME;
        }
    }
    assert_int_equal(result, 0);
    assert_true(frames > 2);
    pkt_source_close(source[0]);
    pkt_source_close(source[1]);
}

static void test_compressed(void **state)
{
    (void)state;
    assert_same_frames("dumpcap-gzip.pcapng.gz", "dumpcap-two-interfaces.pcapng");
    assert_same_frames("dumpcap-zstd.pcapng.zst", "dumpcap-two-interfaces.pcapng");
    assert_same_frames("ping4-gzip.pcap.gz", "ping4.pcap");
    assert_same_frames("igmp3-zstd.pcap.zst", "igmp3-join-leave.pcap");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_to_libpcap),
        cmocka_unit_test(test_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
