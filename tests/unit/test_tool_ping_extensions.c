/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What routers add to ICMP errors, from octets laid out by hand after RFC 4884 7, RFC 4950 3 and RFC 5837 4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ping/extensions.h"
#include "pkt/checksum.h"

#define OBJECT(len, class, type) 0, (len), (class), (type)

/* Two labels: 16001 with class 5 and TTL 7, below it 3 at the bottom of the stack with TTL 255. */
#define MPLS OBJECT(12, 1, 1), 0x03, 0xe8, 0x1a, 0x07, 0x00, 0x00, 0x31, 0xff

/* Outgoing (C-type 0x80), with index 7 (0x08), IPv4 address (0x04), name (0x02), MTU (0x01). */
#define INTERFACE \
    OBJECT(28, 2, 0x8f), 0, 0, 0, 7, 0, 1, 0, 0, 192, 0, 2, 33, 8, 'e', 't', '\n', '0', 0, 0, 0, 0, 0, 5, 220

/* Behind the header with version 2; the checksum is filled in. */
static struct pkt_view seal(uint8_t *bytes, size_t len)
{
    bytes[0] = 0x20;
    bytes[1] = bytes[2] = bytes[3] = 0;
    uint16_t sum = pkt_checksum(pkt_view_make(bytes, len));
    bytes[2] = (uint8_t)(sum >> 8);
    bytes[3] = (uint8_t)sum;
    return pkt_view_make(bytes, len);
}

static void test_labels(void **state)
{
    (void)state;
    uint8_t bytes[] = {0, 0, 0, 0, MPLS};
    struct extensions found;
    extensions_read(seal(bytes, sizeof bytes), &found);
    assert_false(found.is_damaged);
    assert_int_equal(found.label_count, 2);
    assert_int_equal(found.interface_count + found.other_count, 0);
    assert_int_equal(found.labels[0].label, 16001);
    assert_int_equal(found.labels[0].traffic_class, 5);
    assert_false(found.labels[0].bottom);
    assert_int_equal(found.labels[0].ttl, 7);
    assert_int_equal(found.labels[1].label, 3);
    assert_true(found.labels[1].bottom);
    assert_int_equal(found.labels[1].ttl, 255);
}

static char *written(const struct extensions *extensions)
{
    static char text[4096];
    struct out out;
    FILE *file = tmpfile();
    assert_non_null(file);
    out_open_fd(&out, dup(fileno(file)), "a file");
    extensions_write(extensions, &out);
    assert_int_equal(out_finish(&out), TOOL_OK);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void test_text(void **state)
{
    (void)state;
    uint8_t bytes[] = {0, 0, 0, 0, MPLS, INTERFACE, OBJECT(8, 247, 1), 1, 2, 3, 4};
    struct extensions found;
    extensions_read(seal(bytes, sizeof bytes), &found);
    assert_string_equal(written(&found), "\tMPLS label 16001, class 5, ttl 7\n"
                                         "\tMPLS label 3, class 0, ttl 255, bottom of the stack\n"
                                         "\toutgoing interface: et\\n0 index 7 address 192.0.2.33 mtu 1500\n"
                                         "\t1 other extension object\n");
    bytes[2] ^= 1;
    extensions_read(pkt_view_make(bytes, sizeof bytes), &found);
    assert_string_equal(written(&found), "\textensions that are damaged\n");
    extensions_read(pkt_view_make(bytes, 0), &found);
    assert_string_equal(written(&found), "");
}

static void test_json(void **state)
{
    (void)state;
    char text[1024];
    uint8_t bytes[] = {0, 0, 0, 0, MPLS, INTERFACE};
    struct extensions found;
    struct pkt_sink_buffer buffer;
    pkt_sink_buffer_init(&buffer, text, sizeof text);
    struct pkt_json json = {.sink = &buffer.sink};
    extensions_read(seal(bytes, sizeof bytes), &found);
    pkt_json_object_begin(&json);
    extensions_put(&found, &json);
    pkt_json_object_end(&json);
    text[pkt_sink_buffer_len(&buffer)] = '\0';
    assert_string_equal(text, "{\"mpls\":[{\"label\":16001,\"traffic_class\":5,\"bottom\":false,\"ttl\":7},"
                              "{\"label\":3,\"traffic_class\":0,\"bottom\":true,\"ttl\":255}],"
                              "\"interfaces\":[{\"role\":\"outgoing\",\"name\":\"et\\u000a0\",\"index\":7,"
                              "\"address\":\"192.0.2.33\",\"mtu\":1500}]}");
}

/* Whatever the octets are, what is found stays within its limits. */
static void test_hostile(void **state)
{
    (void)state;
    uint8_t many[4 + 4 + 4 * 40] = {0, 0, 0, 0, OBJECT(164, 1, 1)};
    struct extensions found;
    extensions_read(seal(many, sizeof many), &found);
    assert_int_equal(found.label_count, EXTENSIONS_LABELS_MAX);
    assert_int_equal(found.other_count, 40 - EXTENSIONS_LABELS_MAX);
    for (size_t len = 0; len <= sizeof many; len++) {
        uint8_t *copy = malloc(len + 1);
        assert_non_null(copy);
        for (unsigned seed = 0; seed < 40; seed++) {
            srand(seed);
            for (size_t i = 0; i < len; i++)
                copy[i] = (uint8_t)(rand() % (seed % 2 == 0 ? 256 : 16));
            extensions_read(len >= 4 && seed % 3 != 0 ? seal(copy, len) : pkt_view_make(copy, len), &found);
            assert_in_range(found.label_count, 0, EXTENSIONS_LABELS_MAX);
            assert_in_range(found.interface_count, 0, EXTENSIONS_INTERFACES_MAX);
            (void)written(&found);
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
