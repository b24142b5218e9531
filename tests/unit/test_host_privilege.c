/*
 * Privilege: what there is, and that what was dropped stays dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkt/privilege.h"

enum { SOMEONE = 65534, SETGID = 6, SETUID = 7, SETPCAP = 8 };

static bool has_capability(int capability)
{
    struct pkt_privilege has;
    struct pkt_error error;
    return pkt_privilege_get(&has, &error) == 0 && pkt_privilege_has(&has, capability);
}

/* Whether this is root of a machine or container that knows other users: a user namespace may know none. */
static bool can_change_user(void)
{
    char line[128], *rest = line;
    FILE *file = fopen("/proc/self/uid_map", "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    unsigned long first = strtoul(rest, &rest, 10);
    (void)strtoul(rest, &rest, 10); /* outside */
    unsigned long count = strtoul(rest, &rest, 10);
    return first == 0 && count > SOMEONE && has_capability(SETGID) && has_capability(SETUID);
}

/* Runs in a child, whose exit status says which check failed. */
static void check_in_child(int (*inside)(void))
{
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(inside());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A set as /proc tells it. */
static uint64_t told_by_proc(const char *name)
{
    char line[128];
    unsigned long long value = 0;
    size_t len = strlen(name);
    FILE *file = fopen("/proc/thread-self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            value = strtoull(line + len + 1, NULL, 16);
    }
    fclose(file);
    return value;
}

static void test_get(void **state)
{
    (void)state;
    struct pkt_privilege has;
    struct pkt_error error;
    assert_int_equal(pkt_privilege_get(&has, &error), 0);
    assert_int_equal(has.uid, geteuid());
    assert_int_equal(has.gid, getegid());
    assert_true(has.effective == told_by_proc("CapEff"));
    assert_true(has.permitted == told_by_proc("CapPrm"));
    assert_true(has.inheritable == told_by_proc("CapInh"));
    assert_true(has.bounding == told_by_proc("CapBnd"));
    assert_true(has.ambient == told_by_proc("CapAmb"));
    assert_int_equal(has.no_new_privileges, told_by_proc("NoNewPrivs"));
    assert_int_equal(pkt_privilege_has(&has, PKT_CAPABILITY_NET_RAW), has.effective >> 13 & 1);
    assert_false(pkt_privilege_has(&has, -1));
    assert_false(pkt_privilege_has(&has, 64));
}

static bool sudo_user(const char *uid, const char *gid, struct pkt_privilege *ret_has)
{
    struct pkt_error error;
    setenv("SUDO_UID", uid, 1);
    setenv("SUDO_GID", gid, 1);
    assert_int_equal(pkt_privilege_get(ret_has, &error), 0);
    unsetenv("SUDO_UID");
    unsetenv("SUDO_GID");
    return ret_has->has_sudo_user;
}

static void test_sudo(void **state)
{
    (void)state;
    struct pkt_privilege has;
    static const char *const wrong[] = {
        "", "0", "-1", "+5", " 5", "5 ", "1000x", "4294967295", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(sudo_user(wrong[i], "1000", &has));
        assert_false(sudo_user("1000", wrong[i], &has));
    }
    assert_int_equal(sudo_user("1000", "1001", &has), getuid() == 0);
    if (getuid() == 0) {
        assert_int_equal(has.sudo_uid, 1000);
        assert_int_equal(has.sudo_gid, 1001);
    }
}

/* What a process that dropped everything must not have, whoever it was. */
static int check_dropped(bool could_shrink)
{
    struct pkt_privilege left;
    struct pkt_error error;
    if (pkt_privilege_get(&left, &error) < 0 || pkt_privilege_prove_dropped(&error) < 0)
        return 20;
    if ((left.effective | left.permitted | left.inheritable | left.ambient) != 0 || !left.no_new_privileges)
        return 21;
    if (could_shrink && left.bounding != 0)
        return 22;
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM)
        return 23;
    return 0;
}

/* Root that executes a program gets nothing back. */
static int check_program(void)
{
    int status = system("for set in Inh Prm Eff Amb; do"
                        "  grep -q \"^Cap$set:[[:space:]]*0000000000000000$\" /proc/self/status || exit 1;"
                        "done");
    return status == 0 ? 0 : 30;
}

static int drop_and_stay(void)
{
    struct pkt_privilege_drop_options options = {.size = sizeof options};
    struct pkt_error error;
    uid_t uid = getuid();
    bool could_shrink = has_capability(SETPCAP);
    if (pkt_privilege_drop(&options, &error) < 0)
        return 10;
    if (getuid() != uid)
        return 11;
    int result = check_dropped(could_shrink);
    return result == 0 ? check_program() : result;
}

static int drop_twice(void)
{
    int result = drop_and_stay();
    return result == 0 ? drop_and_stay() : result;
}

static int drop_to_someone(void)
{
    struct pkt_privilege_drop_options options = {
        .size = sizeof options, .change_user = true, .uid = SOMEONE, .gid = SOMEONE};
    struct pkt_error error;
    uid_t uid[3];
    gid_t gid[3];
    bool could_shrink = has_capability(SETPCAP);
    if (pkt_privilege_drop(&options, &error) < 0)
        return 12;
    if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 || getresgid(&gid[0], &gid[1], &gid[2]) < 0)
        return 13;
    for (int i = 0; i < 3; i++) {
        if (uid[i] != SOMEONE || gid[i] != SOMEONE)
            return 14;
    }
    if (getgroups(0, NULL) != 0 || setuid(0) == 0 || seteuid(0) == 0)
        return 15;
    int result = check_dropped(could_shrink);
    return result == 0 ? check_program() : result;
}

static int fail_to_change_user(void)
{
    struct pkt_privilege_drop_options options = {
        .size = sizeof options, .change_user = true, .uid = SOMEONE, .gid = SOMEONE};
    struct pkt_error error = {0};
    return pkt_privilege_drop(&options, &error) == PKT_E_SYSTEM && error.system_errno != 0 ? 0 : 40;
}

static int prove_what_is_not(void)
{
    struct pkt_privilege has;
    struct pkt_error error = {0};
    if (pkt_privilege_get(&has, &error) < 0 || pkt_privilege_prove_dropped(&error) == 0)
        return has.permitted == 0 && has.no_new_privileges ? 0 : 50;
    return error.sentence[0] == '\0' ? 51 : 0;
}

static void test_drop(void **state)
{
    (void)state;
    check_in_child(prove_what_is_not);
    check_in_child(drop_and_stay);
    check_in_child(drop_twice);
    check_in_child(can_change_user() ? drop_to_someone : fail_to_change_user);
}

static void test_refused(void **state)
{
    (void)state;
    struct pkt_error error;
    struct pkt_privilege_drop_options options = {.size = sizeof options, .change_user = true, .uid = 5};
    assert_int_equal(pkt_privilege_drop(&options, &error), PKT_E_ARGUMENT);
    options.uid = 0;
    options.gid = 5;
    assert_int_equal(pkt_privilege_drop(&options, &error), PKT_E_ARGUMENT);
    options.uid = UINT32_MAX;
    assert_int_equal(pkt_privilege_drop(&options, &error), PKT_E_ARGUMENT);
    options.size = 0;
    assert_int_equal(pkt_privilege_drop(&options, &error), PKT_E_ARGUMENT);
    assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), told_by_proc("NoNewPrivs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_sudo),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
