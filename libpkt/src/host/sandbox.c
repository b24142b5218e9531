/*
 * The sandbox: entering, proving, telling.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int check(const struct pkt_sandbox_options *options, struct pkt_error *reterr_error)
{
    if (options->profile < PKT_SANDBOX_OFFLINE || options->profile > PKT_SANDBOX_NETWORK)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "there is no sandbox of profile %d", options->profile);
    if (!options->opens_files && options->readable_count + options->writable_count > 0)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a sandbox that opens no files has no lists of them");
    return 0;
}

int pkt_sandbox_enter(const struct pkt_sandbox_options *options, struct pkt_sandbox_state *ret_state,
                      struct pkt_error *reterr_error)
{
    struct pkt_sandbox_options taken;
    struct pkt_sandbox_state state = {.no_new_privileges = true};
    int result = host_take(options, &taken, sizeof taken, reterr_error);
    if (result == 0)
        result = check(&taken, reterr_error);
    if (result < 0)
        return result;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return host_fail_system(reterr_error, errno, "no_new_privs");
    result = landlock_enter(&taken, &state.landlock_abi, reterr_error);
    if (result == 0)
        result =
            seccomp_enter(&taken, &state.seccomp, reterr_error); /* last: it forbids what Landlock needs */
    if (result == 0)
        *ret_state = state;
    return result;
}

int pkt_sandbox_prove(const struct pkt_sandbox_state *state, struct pkt_error *reterr_error)
{
    if (state->no_new_privileges && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return host_fail(reterr_error, PKT_E_SYSTEM, "no_new_privs is not on");
    if (!state->seccomp)
        return 0;
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
        return host_fail(reterr_error, PKT_E_SYSTEM, "the kernel filters no system calls");
    if (prctl(SANDBOX_CANARY_ARGUMENT, 0, 0, 0, 0) != -1 || errno != SANDBOX_CANARY_ERRNO)
        return host_fail(reterr_error, PKT_E_SYSTEM, "system calls are filtered, but not by our filter");
    return 0;
}

/* --- the proof by death --- */

/* What the child tells before it makes the forbidden call. */
struct testament {
    int result;
    struct pkt_sandbox_state state;
    struct pkt_error error;
};

static void write_testament(int fd, const struct testament *testament)
{
    ssize_t written;
    do
        written = write(fd, testament, sizeof *testament);
    while (written < 0 && errno == EINTR);
}

static void die_in_sandbox(const struct pkt_sandbox_options *options, int fd)
{
    struct testament testament;
    const struct rlimit none = {0, 0};
    memset(&testament, 0, sizeof testament);
    (void)setrlimit(RLIMIT_CORE, &none);
    testament.result = pkt_sandbox_enter(options, &testament.state, &testament.error);
    write_testament(fd, &testament);
    if (testament.result == 0 && testament.state.seccomp)
        (void)syscall(SYS_times, NULL); /* does no harm where it is let through, and is in no profile */
    _exit(0);
}

static bool read_testament(int fd, struct testament *ret_testament)
{
    ssize_t got;
    do
        got = read(fd, ret_testament, sizeof *ret_testament); /* shorter than PIPE_BUF: comes whole */
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *ret_testament;
}

static int wait_for_end(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static int judge(const struct testament *testament, bool told, int status, struct pkt_error *reterr_error)
{
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    if (told && testament->result < 0) {
        *reterr_error = testament->error;
        return testament->result;
    }
    if (!told)
        return host_fail(reterr_error, PKT_E_SYSTEM,
                         "a process that entered the sandbox could not say so: %s %d",
                         WIFSIGNALED(status) ? "signal" : "status",
                         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (testament->state.seccomp && !died)
        return host_fail(reterr_error, PKT_E_SYSTEM, "a forbidden system call was let through");
    return 0;
}

int pkt_sandbox_rehearse(const struct pkt_sandbox_options *options, struct pkt_sandbox_state *ret_state,
                         struct pkt_error *reterr_error)
{
    struct testament testament;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return host_fail_system(reterr_error, errno, "pipe");
    pid_t child = fork();
    int system_errno = errno;
    if (child == 0)
        die_in_sandbox(options, ends[1]);
    close(ends[1]);
    bool told = child > 0 && read_testament(ends[0], &testament);
    close(ends[0]);
    if (child < 0)
        return host_fail_system(reterr_error, system_errno, "fork");
    int result = judge(&testament, told, wait_for_end(child), reterr_error);
    if (result == 0)
        *ret_state = testament.state;
    return result;
}

/* --- telling --- */

void pkt_sandbox_describe(const struct pkt_sandbox_state *state, char *ret_text, size_t size)
{
    char landlock[32] = "";
    if (state->landlock_abi > 0)
        snprintf(landlock, sizeof landlock, ", Landlock %d", state->landlock_abi);
    const char *seccomp = state->seccomp ? ", seccomp" : "";
    const char *privileges = state->no_new_privileges ? ", no_new_privs" : "";
    char text[96];
    snprintf(text, sizeof text, "%s%s%s", seccomp, landlock, privileges);
    snprintf(ret_text, size, "%s", text[0] == '\0' ? "none" : text + strlen(", "));
}
