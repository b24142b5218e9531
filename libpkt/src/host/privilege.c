/*
 * Privilege of this process: what it has, and giving it up for good.
 */
#include "pkt/privilege.h"
#include "fail.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPABILITIES_MAX = 64 };

/* --- what there is --- */

static int get_sets(struct pkt_privilege *privilege)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) < 0)
        return -1;
    privilege->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    privilege->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    privilege->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

/* The capabilities of which prctl says 1: it fails on numbers that this kernel does not have. */
static uint64_t get_set(int operation, unsigned long argument, bool argument_first)
{
    uint64_t set = 0;
    for (unsigned long i = 0; i < CAPABILITIES_MAX; i++) {
        if (prctl(operation, argument_first ? argument : i, argument_first ? i : 0, 0, 0) == 1)
            set |= UINT64_C(1) << i;
    }
    return set;
}

/* A user's or group's number from the environment; 0 where it is none, for root is no user to become. */
static uint32_t number_of(const char *variable)
{
    const char *text = getenv(variable);
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    return *end != '\0' || errno != 0 || value >= UINT32_MAX ? 0 : (uint32_t)value;
}

static void get_sudo_user(struct pkt_privilege *privilege)
{
    uint32_t uid = number_of("SUDO_UID"), gid = number_of("SUDO_GID");
    if (getuid() != 0 || uid == 0 || gid == 0)
        return;
    privilege->has_sudo_user = true;
    privilege->sudo_uid = uid;
    privilege->sudo_gid = gid;
}

int pkt_privilege_get(struct pkt_privilege *ret_privilege, struct pkt_error *reterr_error)
{
    struct pkt_privilege privilege = {.uid = geteuid(), .gid = getegid()};
    if (get_sets(&privilege) < 0)
        return host_fail_system(reterr_error, errno, "capabilities");
    privilege.bounding = get_set(PR_CAPBSET_READ, 0, false);
    privilege.ambient = get_set(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, true);
    privilege.no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    get_sudo_user(&privilege);
    *ret_privilege = privilege;
    return 0;
}

/* --- giving it up --- */

/*
 * What only a privileged process may give up; another has no use of it, for no_new_privs rules. NOROOT:
 * executing a program as root gives root's capabilities no more.
 */
static void drop_bounding(void)
{
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    (void)prctl(PR_SET_SECUREBITS, bits, 0, 0, 0);
    for (unsigned long i = 0; i < CAPABILITIES_MAX; i++)
        (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

static int change_user(const struct pkt_privilege_drop_options *options, struct pkt_error *reterr_error)
{
    if (setgroups(0, NULL) < 0)
        return host_fail_system(reterr_error, errno, "leaving all groups");
    if (setresgid(options->gid, options->gid, options->gid) < 0)
        return host_fail_system(reterr_error, errno, "becoming group %u", options->gid);
    if (setresuid(options->uid, options->uid, options->uid) < 0)
        return host_fail_system(reterr_error, errno, "becoming user %u", options->uid);
    return 0;
}

static int drop_sets(struct pkt_error *reterr_error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* Linux 4.3; before it there is none */
    if (syscall(SYS_capset, &header, none) < 0)
        return host_fail_system(reterr_error, errno, "dropping capabilities");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return host_fail_system(reterr_error, errno, "no_new_privs");
    return 0;
}

static bool is_user(uint32_t id)
{
    return id != 0 && id != UINT32_MAX;
}

int pkt_privilege_drop(const struct pkt_privilege_drop_options *options, struct pkt_error *reterr_error)
{
    struct pkt_privilege_drop_options taken;
    int result = host_take(options, &taken, sizeof taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.change_user && (!is_user(taken.uid) || !is_user(taken.gid)))
        return host_fail(reterr_error, PKT_E_ARGUMENT, "to drop privilege, become a user that is not root");
    drop_bounding();
    if (taken.change_user)
        result = change_user(&taken, reterr_error);
    if (result == 0)
        result = drop_sets(reterr_error);
    if (result == 0)
        result = pkt_privilege_prove_dropped(reterr_error);
    if (result == 0 && taken.change_user && setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
        return host_fail(reterr_error, PKT_E_SYSTEM, "root came back after it was given up");
    return result;
}

int pkt_privilege_prove_dropped(struct pkt_error *reterr_error)
{
    struct pkt_privilege left = {0};
    int result = pkt_privilege_get(&left, reterr_error);
    if (result < 0)
        return result;
    uint64_t any = left.effective | left.permitted | left.inheritable | left.ambient;
    if (any != 0)
        return host_fail(reterr_error, PKT_E_SYSTEM, "capabilities are left: %llx", (unsigned long long)any);
    if (!left.no_new_privileges)
        return host_fail(reterr_error, PKT_E_SYSTEM, "no_new_privs is not set: programs can gain privilege");
    return 0;
}
