/*
 * Naming network namespaces: what is refused, and what is found without privilege.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkt/netns.h"

static void check_refused(const char *which, int code, int system_errno)
{
    struct pkt_error error = {0};
    int fd = -7;
    int result = pkt_netns_open(which, &fd, &error);
    if (result != code || error.system_errno != system_errno)
        print_error("'%.40s': %s\n", which == NULL ? "NULL" : which, error.sentence);
    assert_int_equal(result, code);
    assert_int_equal(error.system_errno, system_errno);
    assert_int_equal(fd, -7);
    for (const char *c = error.sentence; *c != '\0'; c++)
        assert_true(*c >= ' ');
    assert_int_equal(pkt_netns_enter(which, &error), code);
}

static void test_hostile(void **state)
{
    (void)state;
    static char longest[5000];
    memset(longest, 'a', sizeof longest - 1);
    static const char *const names[] = {"", ".", "..", "a/b", "../1/ns/net", "../../proc/1/ns/net", "x/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_refused(names[i], PKT_E_ARGUMENT, 0);
    check_refused(NULL, PKT_E_ARGUMENT, 0);
    check_refused(longest, PKT_E_ARGUMENT, 0);
    longest[0] = '/';
    check_refused(longest, PKT_E_ARGUMENT, 0);
    check_refused("no such\nnamespace", PKT_E_SYSTEM, ENOENT);
    check_refused("4294967295", PKT_E_SYSTEM, ENOENT);
    check_refused("0", PKT_E_SYSTEM, ENOENT);
}

/* Files of other kinds; a FIFO nobody writes to must not hang us. */
static void test_other_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/netns.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    check_refused(folder, PKT_E_ARGUMENT, 0);
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_refused(path, PKT_E_ARGUMENT, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    check_refused("/dev/null", PKT_E_ARGUMENT, 0);
    check_refused("/proc/self/ns/uts", PKT_E_ARGUMENT, 0);
}

static void check_current(const char *which)
{
    struct pkt_error error;
    struct stat status;
    int fd = -1;
    assert_int_equal(pkt_netns_open(which, &fd, &error), 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(fstat(fd, &status), 0);
    assert_true(status.st_ino == pkt_netns_current());
    close(fd);
}

static void test_found(void **state)
{
    (void)state;
    char process[16];
    snprintf(process, sizeof process, "%d", (int)getpid());
    check_current(process);
    check_current("/proc/self/ns/net");
    assert_true(pkt_netns_current() != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
