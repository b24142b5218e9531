/*
 * Assertions on bytes, integers and diagnoses that print what a failed test needs to know. Included behind
 * cmocka.h (its messages and its failure are used); frames come from support/frame.h.
 */
#ifndef TESTS_ASSERT_PKT_H
#define TESTS_ASSERT_PKT_H

#include "pkt/diagnosis.h"
#include "pkt/packet.h"
#include "support/frame.h"
#include <inttypes.h>

/* "0000  45 00 ...  |E..|", 16 bytes a line; a differing byte of the two dumps is marked by a star before it.
 */
static inline void print_hexdump(const char *title, struct pkt_view bytes, struct pkt_view other)
{
    print_error("%s: %zu bytes\n", title, bytes.len);
    for (size_t line = 0; line < bytes.len; line += 16) {
        char hex[16 * 3 + 1] = "", text[16 + 1] = "";
        for (size_t i = 0; i < 16 && line + i < bytes.len; i++) {
            uint8_t byte = bytes.ptr[line + i];
            bool same = line + i < other.len && other.ptr[line + i] == byte;
            (void)snprintf(hex + i * 3, 4, "%c%02x", same ? ' ' : '*', byte);
            text[i] = (char)(byte >= 0x20 && byte < 0x7f ? byte : '.');
        }
        print_error("  %04zx %-48s |%s|\n", line, hex, text);
    }
}

static inline void check_bytes_equal(struct pkt_view a, struct pkt_view b, const char *what, const char *file,
                                     int line)
{
    if (a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0))
        return;
    print_error("%s:\n", what);
    print_hexdump("left", a, b);
    print_hexdump("right", b, a);
    _fail(file, line);
}
/* Equal in length and in every byte; else both as hexdumps, with stars where they differ. */
#define assert_bytes_equal(a, b) check_bytes_equal((a), (b), #a " differs from " #b, __FILE__, __LINE__)

static inline void check_bytes_hex(struct pkt_view bytes, const char *hex, const char *what, const char *file,
                                   int line)
{
    struct frame expected = frame_hex(hex);
    check_bytes_equal(bytes, pkt_view_make(expected.bytes, expected.len), what, file, line);
    frame_free(expected);
}
/* The bytes of a view against hexadecimal text. */
#define assert_bytes_hex(view, hex) \
    check_bytes_hex((view), (hex), #view " differs from " #hex, __FILE__, __LINE__)

static inline void check_u64(uint64_t a, uint64_t b, const char *what, const char *file, int line)
{
    if (a == b)
        return;
    print_error("%s: %" PRIu64 " (0x%" PRIx64 ") is not %" PRIu64 " (0x%" PRIx64 ")\n", what, a, a, b, b);
    _fail(file, line);
}
/* Unsigned integers, told in decimal and in hexadecimal. A negative value is a failure, as is one over 32
 * bits. */
#define assert_u32(a, b) check_u64((uint64_t)(a), (uint32_t)(b), #a, __FILE__, __LINE__)
#define assert_u64(a, b) check_u64((uint64_t)(a), (uint64_t)(b), #a, __FILE__, __LINE__)

static inline unsigned count_diagnoses(const struct pkt_packet *packet, unsigned code)
{
    unsigned n = 0;
    for (unsigned i = 0; i < packet->diagnosis_count; i++)
        n += packet->diagnosis[i].code == code;
    return n;
}

static inline void print_diagnoses(const struct pkt_packet *packet)
{
    print_error("layers: %s\n", rows_text(packet).at);
    print_error("findings: %s (%u lost)\n", findings_text(packet).at, packet->diagnoses_lost);
}

static inline void check_diagnosis(const struct pkt_packet *packet, unsigned code, bool alone,
                                   const char *file, int line)
{
    if (count_diagnoses(packet, code) == 1 && (!alone || packet->diagnosis_count == 1))
        return;
    print_error("wanted %s%s\n", pkt_diagnosis_name(code), alone ? " alone" : "");
    print_diagnoses(packet);
    _fail(file, line);
}
/* The code was found, once; other findings may stand beside it. Called after pkt_decode, and pkt_diagnose for
 * rules. */
#define assert_diagnosis(packet, code) check_diagnosis((packet), (code), false, __FILE__, __LINE__)
/* The code was found, once, and nothing else. */
#define assert_only_diagnosis(packet, code) check_diagnosis((packet), (code), true, __FILE__, __LINE__)

static inline void check_lacks(const struct pkt_packet *packet, unsigned code, const char *file, int line)
{
    if (count_diagnoses(packet, code) == 0)
        return;
    print_error("did not want %s\n", pkt_diagnosis_name(code));
    print_diagnoses(packet);
    _fail(file, line);
}
/* The code was not found, whatever else was. */
#define assert_lacks_diagnosis(packet, code) check_lacks((packet), (code), __FILE__, __LINE__)

static inline void check_no_diagnoses(const struct pkt_packet *packet, const char *file, int line)
{
    if (packet->diagnosis_count == 0 && packet->diagnoses_lost == 0)
        return;
    print_error("wanted no finding\n");
    print_diagnoses(packet);
    _fail(file, line);
}
#define assert_no_diagnoses(packet) check_no_diagnoses((packet), __FILE__, __LINE__)

/* A diagnosis that is known to be there: its numbers are looked at by the caller. */
static inline const struct pkt_diagnosis *find_diagnosis(const struct pkt_packet *packet, unsigned code)
{
    for (unsigned i = 0; i < packet->diagnosis_count; i++)
        if (packet->diagnosis[i].code == code)
            return &packet->diagnosis[i];
    print_error("no %s\n", pkt_diagnosis_name(code));
    print_diagnoses(packet);
    fail();
    return NULL;
}

/*
 * A packet from hexadecimal text, decoded and diagnosed, in a heap block of exactly its size. Free with
 * frame_free(*ret_frame) after the last look at the packet.
 */
static inline void packet_from_hex(const char *hex, uint16_t linktype, struct frame *ret_frame,
                                   struct pkt_packet *ret_packet)
{
    *ret_frame = frame_hex(hex);
    frame_decode(*ret_frame, linktype, ret_packet);
    pkt_diagnose(ret_packet);
}

/* The same from bytes. */
static inline void packet_from_bytes(const void *bytes, size_t len, uint16_t linktype,
                                     struct frame *ret_frame, struct pkt_packet *ret_packet)
{
    *ret_frame = frame_copy(bytes, len);
    frame_decode(*ret_frame, linktype, ret_packet);
    pkt_diagnose(ret_packet);
}

#endif
