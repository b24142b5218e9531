/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: one line, nothing in it that drives a terminal, quiet where asked; and the precedence of
 * statuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "../../tools/common/message.h"
#include "../../tools/common/startup.h"
#include "../../tools/common/status.h"
#include "test_tool_capture.h"

static struct capture capture;

static void assert_escaped(const char *from, size_t len, const char *expected)
{
    char to[256];
    size_t used = message_escape(to, sizeof(to), from, len);
    assert_string_equal(to, expected);
    assert_int_equal(used, strlen(expected));
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_escaped("lan.pcap", 8, "lan.pcap");
    assert_escaped("C:\\x", 4, "C:\\x");
    assert_escaped("Gr\xc3\xbc\xc3\x9f", 6, "Gr\xc3\xbc\xc3\x9f");
    assert_escaped("\xe2\x82\xac\xf0\x9f\x90\xa7", 7, "\xe2\x82\xac\xf0\x9f\x90\xa7");
}

static void controls_become_visible(void **state)
{
    (void)state;
    assert_escaped("a\nb\tc\rd", 7, "a\\nb\\tc\\rd");
    assert_escaped("\x1b[2J", 4, "\\x1b[2J");
    assert_escaped("a\0b", 3, "a\\x00b");
    assert_escaped("\x7f", 1, "\\x7f");
    assert_escaped("\xc2\x9b"
                   "2J",
                   4, "\\xc2\\x9b2J");
    assert_escaped("\xe2\x80\xae"
                   "cod",
                   6, "\\xe2\\x80\\xaecod");
    assert_escaped("\xef\xbb\xbf", 3, "\\xef\\xbb\\xbf");
}

static void bytes_that_are_no_utf8_become_visible(void **state)
{
    (void)state;
    assert_escaped("\x9b", 1, "\\x9b");
    assert_escaped("\xff\xfe", 2, "\\xff\\xfe");
    assert_escaped("\xc3", 1, "\\xc3");
    assert_escaped("\xc3(", 2, "\\xc3(");
    assert_escaped("\xc0\x80", 2, "\\xc0\\x80");
    assert_escaped("\xe0\x80\x80", 3, "\\xe0\\x80\\x80");
    assert_escaped("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
    assert_escaped("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
}

static void escape_cuts_before_what_does_not_fit(void **state)
{
    char to[8];
    (void)state;
    assert_int_equal(message_escape(to, 0, "abc", 3), 0);
    assert_int_equal(message_escape(to, 1, "abc", 3), 0);
    assert_string_equal(to, "");
    assert_int_equal(message_escape(to, 4, "abcdef", 6), 3);
    assert_string_equal(to, "abc");
    assert_int_equal(message_escape(to, 5, "ab\x1b", 3), 2);
    assert_string_equal(to, "ab");
    assert_int_equal(message_escape(to, 7, "ab\x1b", 3), 6);
}

static void each_kind_has_its_line(void **state)
{
    (void)state;
    message_set_program("/usr/bin/pktsniff");
    capture_begin(&capture, STDERR_FILENO);
    message_error("%s: %s", "evil\nname", "No such file");
    message_warning("%d lost", 3);
    message_notice("listening on %s", "eth0");
    message_hint("sudo sysctl");
    assert_string_equal(capture_end(&capture), "pktsniff: evil\\nname: No such file\n"
                                               "pktsniff: warning: 3 lost\n"
                                               "pktsniff: listening on eth0\n"
                                               "  sudo sysctl\n");
}

static void quiet_hides_notices_only(void **state)
{
    (void)state;
    message_set_program("pktsniff");
    message_set_quiet(true);
    capture_begin(&capture, STDERR_FILENO);
    message_notice("chatter");
    message_warning("lost");
    message_error("broken");
    message_set_quiet(false);
    assert_string_equal(capture_end(&capture), "pktsniff: warning: lost\npktsniff: broken\n");
}

static void long_messages_are_cut_and_say_so(void **state)
{
    static char text[3 * MESSAGE_TEXT_MAX];
    (void)state;
    memset(text, '\x01', sizeof(text) - 1);
    message_set_program("p");
    capture_begin(&capture, STDERR_FILENO);
    message_error("%s", text);
    const char *line = capture_end(&capture);
    size_t len = strlen(line);
    assert_int_equal(len, 3 + 4 * (MESSAGE_TEXT_MAX - 4) + 3 + 1);
    assert_string_equal(line + len - 4, "...\n");
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
}

static void program_name_has_a_fallback(void **state)
{
    (void)state;
    message_set_program(NULL);
    assert_string_equal(message_program(), "pkt");
    message_set_program("");
    assert_string_equal(message_program(), "pkt");
    message_set_program("/bin/");
    assert_string_equal(message_program(), "pkt");
    message_set_program("./pktping");
    assert_string_equal(message_program(), "pktping");
}

static void messages_keep_errno(void **state)
{
    (void)state;
    capture_begin(&capture, STDERR_FILENO);
    errno = ENOENT;
    message_error("x");
    int after = errno;
    capture_end(&capture);
    assert_int_equal(after, ENOENT);
}

static void plural_follows_the_number(void **state)
{
    (void)state;
    assert_string_equal(message_plural(0, "packet", "packets"), "packets");
    assert_string_equal(message_plural(1, "packet", "packets"), "packet");
    assert_string_equal(message_plural(2, "packet", "packets"), "packets");
}

static void statuses_have_precedence(void **state)
{
    static const enum tool_status order[] = {TOOL_ERROR, TOOL_NO, TOOL_UNREADABLE, TOOL_INCONCLUSIVE,
                                             TOOL_OK};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 5; j++) {
            assert_int_equal(tool_status_worse(order[i], order[j]), order[i < j ? i : j]);
        }
    }
    assert_int_equal(tool_status_worse((enum tool_status)77, TOOL_NO), TOOL_ERROR);
}

static int closed_descriptors_are_held(void)
{
    char byte = 0;
    for (int fd = 0; fd < 3; fd++) {
        close(fd);
    }
    tool_start("x");
    int next = open("/dev/null", O_RDWR);
    bool reading_fails = read(STDIN_FILENO, &byte, 1) == -1 && errno == EBADF;
    bool writing_fails = write(STDOUT_FILENO, "x", 1) == -1 && errno == EBADF;
    bool errors_vanish = write(STDERR_FILENO, "x", 1) == 1;
    return next == 3 && reading_fails && writing_fails && errors_vanish ? 0 : 1;
}

static void start_holds_closed_descriptors(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        closefrom(3);
        _exit(closed_descriptors_are_held());
    }
    assert_int_equal(status_of_child(child), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_become_visible),
        cmocka_unit_test(bytes_that_are_no_utf8_become_visible),
        cmocka_unit_test(escape_cuts_before_what_does_not_fit),
        cmocka_unit_test(each_kind_has_its_line),
        cmocka_unit_test(quiet_hides_notices_only),
        cmocka_unit_test(long_messages_are_cut_and_say_so),
        cmocka_unit_test(program_name_has_a_fallback),
        cmocka_unit_test(messages_keep_errno),
        cmocka_unit_test(plural_follows_the_number),
        cmocka_unit_test(statuses_have_precedence),
        cmocka_unit_test(start_holds_closed_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
