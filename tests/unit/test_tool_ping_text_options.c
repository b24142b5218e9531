/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -R and -T: options of the IPv4 header in text, as ping(8) has them; what others send may be damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "test_tool_capture.h"

#include "ping/text_options.h"

static struct capture capture;
static struct out out;

static const char *text_of(const uint8_t *bytes, size_t len)
{
    capture_begin(&capture, STDOUT_FILENO);
    out_open_standard(&out);
    text_ip_options(&out, pkt_view_make(bytes, len));
    assert_int_equal(out_finish(&out), TOOL_OK);
    return capture_end(&capture);
}

#define ASSERT_TEXT(expected, ...)                                   \
    do {                                                             \
        static const uint8_t bytes[] = {__VA_ARGS__};                \
        assert_string_equal(text_of(bytes, sizeof bytes), expected); \
    } while (0)

/* RFC 791 3.1: the pointer is one past what is filled, counted from 1. */
static void routes(void **state)
{
    (void)state;
    ASSERT_TEXT("\nRR: \t192.0.2.1\n\t198.51.100.7\n", 7, 15, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0, 0, 0, 0,
                0);
    ASSERT_TEXT("\t(same route)", 7, 15, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0, 0, 0, 0, 0);
    ASSERT_TEXT("\nRR: \t192.0.2.1\n", 1, 1, 7, 7, 8, 192, 0, 2, 1, 0);
    ASSERT_TEXT("", 7, 7, 4, 0, 0, 0, 0, 0); /* nobody wrote into it */
}

static void times(void **state)
{
    (void)state;
    ASSERT_TEXT("\nTS: \t1000 absolute\n\t5\n", 68, 12, 13, 0, 0, 0, 3, 232, 0, 0, 3, 237);
    ASSERT_TEXT("\nTS: \t192.0.2.1\t1000 absolute\n", 68, 12, 13, 1, 192, 0, 2, 1, 0, 0, 3, 232);
    ASSERT_TEXT("\nTS: \t192.0.2.1\t1000 absolute\n", 68, 20, 13, 3, 192, 0, 2, 1, 0, 0, 3, 232, 192, 0, 2, 9,
                0, 0, 0, 0);
    ASSERT_TEXT("\nTS: \t1000 absolute\n\t-1\nUnrecorded hops: 15\n", 68, 12, 13, 0xf0, 0, 0, 3, 232, 0, 0, 3,
                231);
    ASSERT_TEXT("\nTS: \t7 absolute not-standard\n\t1000 absolute\n\t2 not-standard\n", 68, 16, 17, 0, 0x80,
                0, 0, 7, 0, 0, 3, 232, 0x80, 0, 0, 9);
}

/* Lengths and pointers beyond their option, or the header: nothing is read there, and nothing made up. */
static void damaged(void **state)
{
    (void)state;
    ASSERT_TEXT("", 7);
    ASSERT_TEXT("", 7, 0, 4);
    ASSERT_TEXT("", 7, 1, 4);
    ASSERT_TEXT("", 7, 2);
    ASSERT_TEXT("", 7, 40, 8, 192, 0, 2, 1);
    ASSERT_TEXT("", 7, 7, 255, 192, 0, 2, 1);
    ASSERT_TEXT("", 7, 7, 0, 192, 0, 2, 1);
    ASSERT_TEXT("", 68, 3, 9);
    ASSERT_TEXT("", 68, 8, 255, 0, 0, 0, 0, 1);
    ASSERT_TEXT("", 68, 8, 0, 0, 0, 0, 0, 1);
    ASSERT_TEXT("", 0, 7, 7, 8, 192, 0, 2, 1); /* behind the end of the list */
    ASSERT_TEXT("\nTS: \t192.0.2.1\t9 absolute\n", 68, 15, 16, 1, 192, 0, 2, 1, 0, 0, 0, 9, 192, 0, 2);
}

/* All bytes at random, in memory that ends where they do: sanitizers see a read beyond. Each byte of options
 * makes a line at most. */
static void random_bytes(void **state)
{
    uint32_t seed = 1;
    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        size_t len = 1 + round % 40;
        uint8_t *bytes = malloc(len);
        assert_non_null(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
        bytes[0] = round % 2 == 0 ? 7 : 68;
        if (len > 1)
            bytes[1] = (uint8_t)(round % 3 == 0 ? len : bytes[1] % 44);
        assert_true(strlen(text_of(bytes, len)) < 40 * len + 40);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes),
        cmocka_unit_test(times),
        cmocka_unit_test(damaged),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
