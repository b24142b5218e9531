/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Histograms in the terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "test_tool_capture.h"

#include "../../tools/common/histogram_view.h"

static struct out out;

struct list {
    unsigned count;
    const struct pkt_histogram_bucket *buckets;
};

static bool next(const void *context, unsigned *index, struct pkt_histogram_bucket *ret_bucket)
{
    const struct list *list = context;
    if (*index >= list->count)
        return false;
    *ret_bucket = list->buckets[(*index)++];
    return true;
}

static const char *drawn(const struct pkt_histogram_bucket *buckets, unsigned count, unsigned width,
                         bool utf8)
{
    const struct list list = {count, buckets};
    const struct histogram_view view = {next, &list, width, utf8};
    static char text[16384];
    int to = memfd_create("view", MFD_CLOEXEC);
    out_open_fd(&out, dup(to), "view");
    histogram_view_write(&view, &out);
    assert_int_equal(out_finish(&out), TOOL_OK);
    ssize_t len = pread(to, text, sizeof text - 1, 0);
    assert_true(len >= 0);
    text[len] = '\0';
    close(to);
    return text;
}

static unsigned lines(const char *text)
{
    unsigned count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void near_durations_have_equal_ranges(void **state)
{
    static const struct pkt_histogram_bucket buckets[] = {
        {30000, 30064, 5 },
        {31984, 32016, 20},
        {33000, 33064, 1 }
    };
    (void)state;
    const char *text = drawn(buckets, 3, 50, false);
    /* 17 characters of bar: 5/20 of them are 4, 1/20 is 1 */
    assert_non_null(strstr(text, "  30 us - 30.2 us  |####                5   19.2 %\n"));
    assert_non_null(strstr(text, "\n30.8 us -   31 us  |                    0    0.0 %\n"));
    assert_non_null(strstr(text, "\n  32 us - 32.2 us  |#################  20   76.9 %\n"));
    assert_non_null(strstr(text, "\n  33 us - 33.2 us  |#                   1    3.8 %\n"));
    assert_int_equal(lines(text), 16);
}

static void far_durations_have_growing_ranges(void **state)
{
    static const struct pkt_histogram_bucket buckets[] = {
        {120000,  122000,  9999},
        {499000,  503000,  5000},
        {7000000, 7001000, 1   }
    };
    (void)state;
    /* 120 us to 8 ms in tenths of a decade: 18 bounds from 120 us up to 6 ms */
    const char *text = drawn(buckets, 3, 0, true);
    assert_int_equal(lines(text), 18);
    assert_non_null(strstr(text, "120 us - 150 us  |\u2588"));
    assert_non_null(strstr(text, "\n500 us - 600 us  |\u2588"));
    assert_non_null(strstr(text, "\n  6 ms -   8 ms  |\u258f "));
    assert_non_null(strstr(text, "     1   <0.1 %\n"));
}

/* Whatever the counts and bounds are: few rows, nothing lost, nothing overflows. */
static void extremes(void **state)
{
    static const struct pkt_histogram_bucket wide[] = {
        {-5,            0,          1         },
        {0,             1,          2         },
        {1000000000,    1000000001, UINT32_MAX},
        {INT64_MAX - 1, INT64_MAX,  3         }
    };
    static const struct pkt_histogram_bucket single[] = {
        {0,         16,        0},
        {INT64_MAX, INT64_MAX, 1},
        {0,         0,         0}
    };
    static const struct pkt_histogram_bucket nothing[] = {
        {0, 16, 0}
    };
    (void)state;
    assert_in_range(lines(drawn(wide, 4, 80, false)), 2, HISTOGRAM_VIEW_ROWS_MAX);
    assert_non_null(strstr(drawn(wide, 4, 80, false), " 3   <0.1 %\n"));
    assert_int_equal(lines(drawn(single, 2, 1, false)), 1);
    assert_string_equal(drawn(nothing, 1, 80, false), "");
    assert_string_equal(drawn(nothing, 0, 80, false), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_durations_have_equal_ranges),
        cmocka_unit_test(far_durations_have_growing_ranges),
        cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
