/*
 * The truncation sweep: every prefix of every packet that we have, in a heap block of exactly its size, asked
 * everything. A sanitizer sees the first read behind the end; beyond that, what was cut must never look worse
 * or richer than the whole: no layer that the whole does not have, and no error that the whole does not have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/capture.h"
#include "support/exercise.h"
#include "support/frame.h"
#include "support/golden_frames.h"
#include <dirent.h>

static unsigned packets_seen;
static volatile uint64_t answers;

/* Where the tables differ for a reason: without its end an extension structure that no length announces is
 * not known (RFC 4884 5.5), and then the quotation before it runs on. */
static unsigned skip_extension(const struct pkt_packet *whole, unsigned row)
{
    return row < whole->layer_count && whole->layer[row].proto == PKT_PROTO_ICMP_EXT ? row + 1 : row;
}

static void check_rows(const struct pkt_packet *cut, const struct pkt_packet *whole)
{
    unsigned k = 0;
    for (unsigned i = 0; i < cut->layer_count; i++, k++) {
        const struct pkt_layer *row = &cut->layer[i];
        if (row->proto != PKT_PROTO_ICMP_EXT)
            k = skip_extension(whole, k);
        if (k >= whole->layer_count)
            fail_msg("more layers: %s of %s", rows_text(cut).at, rows_text(whole).at);
        const struct pkt_layer *full = &whole->layer[k];
        /* ICMP and IGMP are of use from their first 4 bytes on. */
        bool same_header = row->hdr_len == full->hdr_len || row->hdr_len == 0 ||
                           (row->hdr_len == 4 && full->hdr_len == 8 && i + 1 == cut->layer_count);
        if (row->proto != full->proto || row->off != full->off || !same_header)
            fail_msg("other layers: %s of %s", layout_text(cut).at, layout_text(whole).at);
        /* Where an extension structure starts is announced before the quotation in front of it. */
        if (row->off > cut->bytes.len && row->proto != PKT_PROTO_ICMP_EXT)
            fail_msg("a layer behind the end: %s", layout_text(cut).at);
        if ((row->flags & PKT_LAYER_SHORT) != 0)
            return; /* the lengths no longer fit together */
    }
}

static bool has_finding(const struct pkt_packet *packet, const struct pkt_diagnosis *d)
{
    for (unsigned i = 0; i < packet->diagnosis_count; i++)
        if (packet->diagnosis[i].code == d->code && packet->diagnosis[i].off == d->off)
            return true;
    return packet->diagnoses_lost > 0;
}

/* What the capture cut is no error of the packet. */
static void check_findings(const struct pkt_packet *cut, const struct pkt_packet *whole)
{
    for (unsigned i = 0; i < cut->diagnosis_count; i++) {
        const struct pkt_diagnosis *d = &cut->diagnosis[i];
        if (pkt_diagnosis_severity(d->code) != PKT_SEVERITY_NOTE && !has_finding(whole, d))
            fail_msg("a finding of the cut alone, %u of %zu bytes: %s of %s", (unsigned)cut->bytes.len,
                     whole->bytes.len, findings_text(cut).at, rows_text(cut).at);
    }
}

static void sweep(struct pkt_view bytes, uint32_t wire_len, uint16_t linktype, unsigned flags)
{
    struct pkt_packet whole, packet;
    pkt_decode(bytes, wire_len, linktype, flags, &whole);
    pkt_diagnose(&whole);
    packets_seen++;
    for (size_t len = 0; len <= bytes.len; len++) {
        struct frame cut = frame_copy(bytes.ptr, len);
        struct pkt_view view = pkt_view_make(cut.bytes, len);
        pkt_decode(view, wire_len, linktype, flags, &packet);
        check_rows(&packet, &whole);
        pkt_diagnose(&packet);
        check_findings(&packet, &whole);
        answers += exercise(&packet);
        pkt_decode(view, (uint32_t)len, linktype, flags, &packet);
        check_rows(&packet, &whole);
        pkt_diagnose(&packet);
        answers += exercise(&packet);
        frame_free(cut);
    }
}

static void sweep_golden(void **state)
{
    const struct golden_frame *golden = *state;
    struct frame frame = frame_hex(golden->hex);
    sweep(pkt_view_make(frame.bytes, frame.len), (uint32_t)frame.len, golden->linktype, 0);
    frame_free(frame);
}

/* Damaged captures are welcome: their packets up to the damage count. */
static void sweep_capture(void **state)
{
    const char *path = *state;
    struct pkt_source *source;
    struct pkt_error error;
    struct pkt_event event;
    if (pkt_source_open_file(path, NULL, &source, &error) != PKT_OK)
        return;
    while (pkt_source_next(source, &event, &error) == 1)
        if (event.kind == PKT_EVENT_FRAME)
            sweep(event.frame.bytes, event.frame.wire_len, event.frame.linktype, event.frame.decode_flags);
    pkt_source_close(source);
}

static int is_capture(const struct dirent *entry)
{
    return strstr(entry->d_name, ".pcap") != NULL && strstr(entry->d_name, ".expected") == NULL;
}

static int run_captures(const char *directory)
{
    struct dirent **names = NULL;
    int n = scandir(directory, &names, is_capture, alphasort);
    if (n <= 0)
        return 1;
    struct CMUnitTest *tests = calloc((size_t)n, sizeof *tests);
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s/%s", directory, names[i]->d_name) < 0)
            abort();
        tests[i] = (struct CMUnitTest){strrchr(path, '/') + 1, sweep_capture, NULL, NULL, path};
    }
    int failed = _cmocka_run_group_tests("captures", tests, (size_t)n, NULL, NULL);
    for (int i = 0; i < n; i++) {
        free(tests[i].initial_state);
        free(names[i]);
    }
    free(names);
    free(tests);
    return failed;
}

int main(void)
{
    enum { GOLDEN = sizeof golden_frames / sizeof *golden_frames };
    struct CMUnitTest tests[GOLDEN];
    for (size_t i = 0; i < GOLDEN; i++)
        tests[i] = (struct CMUnitTest){golden_frames[i].name, sweep_golden, NULL, NULL,
                                       (void *)(uintptr_t)&golden_frames[i]};
    const char *root = getenv("PKT_SOURCE_DIR");
    char captures[4096];
    (void)snprintf(captures, sizeof captures, "%s/captures", root != NULL ? root : ".");
    int failed = cmocka_run_group_tests_name("golden", tests, NULL, NULL);
    failed += run_captures(captures);
    (void)printf("%u packets swept\n", packets_seen);
    return failed;
}
