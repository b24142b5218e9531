/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables in the terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "test_tool_capture.h"

#include "../../tools/common/table.h"
#include "../../tools/common/terminal.h"

static struct out out;

static const struct table_column columns[] = {
    {.title = "target", .is_text = true, .least = 8},
    {.title = "sent"                },
    {.title = "min",    .unit = "ms"                 },
    {.title = "p99",    .unit = "ms",    .expendable = 2},
    {.title = "jitter",                 .expendable = 1   },
};

static const char *const cells[][5] = {
    {"192.0.2.1",             "10",   "0.031", "12.5", "-"  },
    {"a.long.name.example",   "9999", "123",   "-",    "0.1"},
    {"\x1b[31mr\xc3\xa4\xff", "",     "",      "",     ""   },
};

static void cell(void *context, uint64_t row, unsigned column, char *to, size_t size)
{
    (void)context;
    snprintf(to, size, "%s", cells[row % 3][column]);
}

static const char *written(uint64_t rows, unsigned width)
{
    const struct table table = {columns, 5, rows, cell, NULL, width};
    int to = memfd_create("table", MFD_CLOEXEC);
    static char text[4096];
    out_open_fd(&out, dup(to), "table");
    table_write(&table, &out);
    assert_int_equal(out_finish(&out), TOOL_OK);
    ssize_t len = pread(to, text, sizeof text - 1, 0);
    assert_true(len >= 0);
    text[len] = '\0';
    close(to);
    return text;
}

static void columns_are_as_wide_as_their_cells(void **state)
{
    (void)state;
    assert_string_equal(written(3, 0), "target               sent  min ms  p99 ms  jitter\n"
                                       "192.0.2.1              10   0.031    12.5       -\n"
                                       "a.long.name.example  9999     123       -     0.1\n"
                                       "\\x1b[31mr\xc3\xa4\\xff\n");
    assert_string_equal(written(0, 0), "target  sent  min ms  p99 ms  jitter\n");
    assert_string_equal(written(3, 49), written(3, 0));
}

static void a_narrow_terminal_cuts_and_leaves_out(void **state)
{
    (void)state;
    assert_string_equal(written(2, 43), "target         sent  min ms  p99 ms  jitter\n"
                                        "192.0.2.1        10   0.031    12.5       -\n"
                                        "a.long.nam...  9999     123       -     0.1\n");
    assert_string_equal(written(2, 31), "target    sent  min ms  jitter\n"
                                        "192.0...    10   0.031       -\n"
                                        "a.lon...  9999     123     0.1\n"
                                        "(the terminal is too narrow for: p99)\n");
    assert_string_equal(written(2, 5), "target    sent  min ms\n"
                                       "192.0...    10   0.031\n"
                                       "a.lon...  9999     123\n"
                                       "(the terminal is too narrow for: p99, jitter)\n");
}

/* No memory grows with the rows. */
static void many_rows(void **state)
{
    enum { ROWS = 65534 };
    const struct table table = {columns, 5, ROWS, cell, NULL, 0};
    int to = memfd_create("table", MFD_CLOEXEC);
    uint64_t lines = 0;
    char text[4096];
    (void)state;
    out_open_fd(&out, dup(to), "table");
    table_write(&table, &out);
    assert_int_equal(out_finish(&out), TOOL_OK);
    assert_int_equal(lseek(to, 0, SEEK_SET), 0);
    for (ssize_t len; (len = read(to, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < len; i++)
            lines += text[i] == '\n';
    close(to);
    assert_int_equal(lines, ROWS + 1);
}

static void width_of_terminals(void **state)
{
    int master = -1, slave = -1;
    struct winsize size = {.ws_col = 132, .ws_row = 40};
    (void)state;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(terminal_width(slave), 80);
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
    assert_int_equal(terminal_width(slave), 132);
    close(master);
    close(slave);
    int file = memfd_create("none", MFD_CLOEXEC);
    assert_int_equal(terminal_width(file), 0);
    close(file);
}

static void locales_of_utf8(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    unsetenv("LANG");
    assert_false(terminal_takes_utf8());
    setenv("LANG", "de_DE.UTF-8", 1);
    assert_true(terminal_takes_utf8());
    setenv("LC_CTYPE", "C", 1);
    assert_false(terminal_takes_utf8());
    setenv("LC_ALL", "C.utf8", 1);
    assert_true(terminal_takes_utf8());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_cells),
        cmocka_unit_test(a_narrow_terminal_cuts_and_leaves_out),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(width_of_terminals),
        cmocka_unit_test(locales_of_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
