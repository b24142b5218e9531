/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The progress line, on a terminal and where there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>

#include "test_tool_capture.h"

#include "../../tools/common/progress.h"

enum { MS = 1000000 };

static void show_some(void)
{
    struct progress progress;
    progress_begin(&progress, 5 * MS);
    progress_show(&progress, 204 * MS, "early");
    progress_show(&progress, 205 * MS, "one %d", 1);
    progress_show(&progress, 404 * MS, "early");
    progress_show(&progress, 405 * MS, "two\x1b[2J and more");
    progress_clear(&progress);
    progress_clear(&progress);
}

static const char *on_terminal(const char *type)
{
    static char text[256];
    struct winsize size = {.ws_col = 10, .ws_row = 4};
    int master = -1, slave = -1, saved = dup(2);
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    setenv("TERM", type, 1);
    assert_int_equal(dup2(slave, 2), 2);
    show_some();
    assert_int_equal(dup2(saved, 2), 2);
    ssize_t len = read(master, text, sizeof text - 1);
    text[len < 0 ? 0 : len] = '\0';
    close(saved);
    close(slave);
    close(master);
    return text;
}

static void a_terminal_shows_lines_cut_to_its_width(void **state)
{
    (void)state;
    assert_string_equal(on_terminal("xterm"), "\r\033[Kone 1\r\033[Ktwo\\x1b[2\r\033[K");
    assert_string_equal(on_terminal("dumb"), "");
}

static void a_file_gets_nothing(void **state)
{
    static struct capture capture;
    (void)state;
    setenv("TERM", "xterm", 1);
    capture_begin(&capture, 2);
    show_some();
    assert_string_equal(capture_end(&capture), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_shows_lines_cut_to_its_width),
        cmocka_unit_test(a_file_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
