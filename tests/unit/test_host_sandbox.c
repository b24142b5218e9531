/*
 * The sandbox: forbidden calls die, needed ones live, files are what the lists allow, and the proofs prove.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "pkt/sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static struct pkt_sandbox_options options_of(int profile)
{
    return (struct pkt_sandbox_options){.size = sizeof(struct pkt_sandbox_options), .profile = profile};
}

/* Runs in a child, in the sandbox unless options is NULL; returns how the child ended, as wait(2) says. */
static int run(const struct pkt_sandbox_options *options, int (*inside)(void))
{
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        struct pkt_sandbox_state state;
        struct pkt_error error;
        (void)setrlimit(RLIMIT_CORE, &none);
        if (options != NULL && pkt_sandbox_enter(options, &state, &error) < 0) {
            print_error("%s\n", error.sentence);
            _exit(99);
        }
        _exit(inside());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* --- forbidden calls --- */

static int call_open(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}

static int call_raw_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static int call_socket(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static int call_send(void)
{
    return send(0, "x", 1, 0) >= 0;
}

static int call_setsockopt(void)
{
    int on = 1;
    return setsockopt(0, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
}

static int call_fork(void)
{
    return fork() == 0;
}

static int call_execute(void)
{
    char *arguments[] = {"/bin/true", NULL};
    return execve(arguments[0], arguments, arguments + 1);
}

static int call_map_executable(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int call_make_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int call_kill(void)
{
    return kill(getpid(), 0);
}

static int call_kill_thread_of_another(void)
{
    return (int)syscall(SYS_tgkill, 1, 1, 0);
}

static int call_prctl(void)
{
    return prctl(PR_SET_NAME, "x");
}

static int call_push_terminal_input(void)
{
    return ioctl(0, TIOCSTI, "x");
}

static int call_namespace(void)
{
    return (int)syscall(SYS_unshare, 0);
}

static int call_capset(void)
{
    return (int)syscall(SYS_capset, NULL, NULL);
}

#if defined(__x86_64__)
/* The system call of another architecture, getpid of i386: let through by a filter that looks at numbers
 * only. */
static int call_other_architecture(void)
{
    long result = 20;
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return 0;
}

/* getpid of x32, which has the architecture of x86-64 and other numbers. */
static int call_x32(void)
{
    (void)syscall(0x40000000 + SYS_getpid);
    return 0;
}
#endif

static const struct forbidden {
    const char *what;
    int (*call)(void);
    int profile;           /* up to which it is forbidden */
    bool unless_sanitized; /* the sanitizers need it themselves */
} forbidden[] = {
    {"open",                  call_open,                   PKT_SANDBOX_NETWORK, true },
    {"packet socket",         call_raw_socket,             PKT_SANDBOX_NETWORK, false},
    {"socket",                call_socket,                 PKT_SANDBOX_SENDER,  false},
    {"send",                  call_send,                   PKT_SANDBOX_OFFLINE, false},
    {"socket option",         call_setsockopt,             PKT_SANDBOX_SENDER,  false},
    {"fork",                  call_fork,                   PKT_SANDBOX_NETWORK, true },
    {"execute",               call_execute,                PKT_SANDBOX_NETWORK, false},
    {"map executable",        call_map_executable,         PKT_SANDBOX_NETWORK, true },
    {"make executable",       call_make_executable,        PKT_SANDBOX_NETWORK, true },
    {"kill",                  call_kill,                   PKT_SANDBOX_NETWORK, false},
    {"kill another's thread", call_kill_thread_of_another, PKT_SANDBOX_NETWORK, true },
    {"prctl",                 call_prctl,                  PKT_SANDBOX_NETWORK, false},
    {"push terminal input",   call_push_terminal_input,    PKT_SANDBOX_NETWORK, false},
    {"unshare",               call_namespace,              PKT_SANDBOX_NETWORK, false},
    {"capset",                call_capset,                 PKT_SANDBOX_NETWORK, false},
#if defined(__x86_64__)
    {"call of i386",          call_other_architecture,     PKT_SANDBOX_NETWORK, false},
    {"call of x32",           call_x32,                    PKT_SANDBOX_NETWORK, false},
#endif
};

static bool seccomp_is_here(void)
{
    struct pkt_sandbox_options options = options_of(PKT_SANDBOX_OFFLINE);
    struct pkt_sandbox_state state;
    struct pkt_error error;
    assert_int_equal(pkt_sandbox_rehearse(&options, &state, &error), 0);
    return state.seccomp;
}

static void test_forbidden(void **state)
{
    (void)state;
    if (!seccomp_is_here())
        skip();
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (SANITIZED && forbidden[i].unless_sanitized)
            continue;
        for (int profile = PKT_SANDBOX_OFFLINE; profile <= forbidden[i].profile; profile++) {
            struct pkt_sandbox_options options = options_of(profile);
            int status = run(&options, forbidden[i].call);
            if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
                fail_msg("%s in profile %d: status %#x", forbidden[i].what, profile, status);
        }
    }
}

/* --- needed calls --- */

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static volatile sig_atomic_t handled;

static void handle(int number)
{
    handled = number;
}

/* Small, large and growing memory; a sort that asks for much. */
static int use_memory(void)
{
    enum { NUMBERS = 100000 };
    int *numbers = malloc(NUMBERS * sizeof *numbers);
    for (int i = 0; i < NUMBERS; i++)
        numbers[i] = NUMBERS - i;
    qsort(numbers, NUMBERS, sizeof *numbers, compare);
    for (size_t size = 16; size < 64 << 20; size *= 4)
        numbers = realloc(numbers, size + NUMBERS * sizeof *numbers);
    bool sorted = numbers[0] == 1 && numbers[NUMBERS - 1] == NUMBERS;
    free(numbers);
    return sorted ? 0 : 10;
}

static int use_descriptors(int reading, int writing)
{
    char text[64];
    struct epoll_event event = {.events = EPOLLIN};
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    struct timespec second = {.tv_sec = 1};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), set_of = epoll_create1(EPOLL_CLOEXEC);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (timer < 0 || set_of < 0 || signals < 0 || timerfd_settime(timer, 0, &soon, NULL) < 0)
        return 20;
    if (epoll_ctl(set_of, EPOLL_CTL_ADD, timer, &event) < 0 || epoll_wait(set_of, &event, 1, 10000) != 1)
        return 21;
    int len = snprintf(text, sizeof text, "%d %g\n", 42, 1.5);
    struct pollfd readable = {.fd = reading, .events = POLLIN};
    if (write(writing, text, (size_t)len) != len || ppoll(&readable, 1, &second, NULL) != 1 ||
        read(reading, text, sizeof text) != len)
        return 22;
    return close(timer) + close(set_of) + close(signals);
}

static int use_time_and_signals(void)
{
    struct timespec time = {.tv_nsec = 1};
    struct stat status;
    if (clock_gettime(CLOCK_MONOTONIC, &time) < 0 || clock_getres(CLOCK_REALTIME, &time) < 0)
        return 30;
    time = (struct timespec){.tv_nsec = 1};
    if (nanosleep(&time, NULL) < 0 || fstat(0, &status) < 0)
        return 31;
    (void)isatty(1);
    signal(SIGUSR1, handle);
    raise(SIGUSR1);
    return handled == SIGUSR1 ? 0 : 32;
}

static int pipe_ends[2];

static int use_everything(void)
{
    int result = use_memory();
    if (result == 0)
        result = use_descriptors(pipe_ends[0], pipe_ends[1]);
    return result == 0 ? use_time_and_signals() : result;
}

/* A real end, with handlers and, in a sanitized build, the search for leaks. */
static int end_properly(void)
{
    exit(use_everything());
}

static int end_by_abort(void)
{
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int socket_ends[2];

static int use_sockets(void)
{
    char byte;
    int type;
    socklen_t len = sizeof type;
    uint32_t stamping = 0;
    struct iovec vector = {"x", 1};
    struct mmsghdr message = {
        .msg_hdr = {.msg_iov = &vector, .msg_iovlen = 1}
    };
    if (sendmmsg(socket_ends[0], &message, 1, 0) != 1 || recv(socket_ends[1], &byte, 1, 0) != 1 ||
        byte != 'x')
        return 40;
    if (getsockopt(socket_ends[0], SOL_SOCKET, SO_TYPE, &type, &len) < 0)
        return 41;
    if (setsockopt(socket_ends[0], SOL_SOCKET, SO_TIMESTAMPING, &stamping, sizeof stamping) < 0)
        return 42;
    return use_everything();
}

static int use_networks(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        return 50;
    address.sin_port = htons(9);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || socket(AF_NETLINK, SOCK_RAW, 0) < 0)
        return 51;
    return use_sockets();
}

static void check_lives(int profile, int (*inside)(void))
{
    struct pkt_sandbox_options options = options_of(profile);
    int status = run(&options, inside);
    if (status != 0)
        fail_msg("profile %d: status %#x", profile, status);
}

static void test_needed(void **state)
{
    (void)state;
    static int (*const uses[])(void) = {use_everything, use_sockets, use_networks};
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, socket_ends), 0);
    for (int profile = PKT_SANDBOX_OFFLINE; profile <= PKT_SANDBOX_NETWORK; profile++) {
        struct pkt_sandbox_options options = options_of(profile);
        for (int i = 0; i < profile; i++)
            check_lives(profile, uses[i]);
        check_lives(profile, end_properly);
        int status = run(&options, end_by_abort);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

/* --- files --- */

static char folder[] = "/tmp/sandbox.XXXXXX";
static char inside_file[64], readable_file[64], other_file[64], moved_file[64];

static int try(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int use_files(void)
{
    if (try(readable_file, O_RDONLY) != 0 || try(readable_file, O_WRONLY) != EACCES)
        return 60;
    if (try(other_file, O_RDONLY) != EACCES || try("/etc/passwd", O_RDONLY) != EACCES)
        return 61;
    if (try(inside_file, O_RDWR | O_CREAT | O_TRUNC) != 0 || rename(inside_file, moved_file) != 0)
        return 62;
    if (unlink(moved_file) != 0 || unlink(other_file) != -1 || errno != EACCES)
        return 63;
    return try("/tmp/sandbox-must-not-be", O_WRONLY | O_CREAT) == EACCES ? 0 : 64;
}

static void make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void test_files(void **state)
{
    (void)state;
    char writable[64];
    assert_non_null(mkdtemp(folder));
    snprintf(writable, sizeof writable, "%s/writable", folder);
    snprintf(inside_file, sizeof inside_file, "%s/writable/file", folder);
    snprintf(moved_file, sizeof moved_file, "%s/writable/moved", folder);
    snprintf(readable_file, sizeof readable_file, "%s/readable", folder);
    snprintf(other_file, sizeof other_file, "%s/other", folder);
    assert_int_equal(mkdir(writable, 0700), 0);
    make_file(readable_file);
    make_file(other_file);
    const char *const readables[] = {readable_file}, *const writables[] = {writable};
    struct pkt_sandbox_options options = options_of(PKT_SANDBOX_OFFLINE);
    struct pkt_sandbox_state on;
    struct pkt_error error;
    options.opens_files = true;
    options.readable = readables;
    options.readable_count = 1;
    options.writable = writables;
    options.writable_count = 1;
    assert_int_equal(pkt_sandbox_rehearse(&options, &on, &error), 0);
    int status = on.landlock_abi > 0 ? run(&options, use_files) : 0;
    unlink(readable_file);
    unlink(other_file);
    rmdir(writable);
    rmdir(folder);
    assert_int_equal(status, 0);
    /* What is to be readable is gone now. */
    int result = pkt_sandbox_rehearse(&options, &on, &error);
    if (on.landlock_abi > 0) {
        assert_int_equal(result, PKT_E_SYSTEM);
        assert_int_equal(error.system_errno, ENOENT);
        assert_non_null(strstr(error.sentence, readable_file));
    } else
        skip();
}

/* --- proofs --- */

static struct pkt_sandbox_options proof_options;

static int enter_and_prove(void)
{
    struct pkt_sandbox_state state;
    struct pkt_error error;
    if (pkt_sandbox_enter(&proof_options, &state, &error) < 0)
        return 70;
    return pkt_sandbox_prove(&state, &error) == 0 ? 0 : 71;
}

/* A claim that is not true is found out, and none of the kernel's doing passes for our filter. */
static int claim_falsely(void)
{
    struct pkt_sandbox_state claim = {.seccomp = true};
    struct pkt_error error;
    if (pkt_sandbox_prove(&claim, &error) != PKT_E_SYSTEM)
        return 72;
    claim = (struct pkt_sandbox_state){.no_new_privileges = true};
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 && pkt_sandbox_prove(&claim, &error) != PKT_E_SYSTEM)
        return 73;
    claim = (struct pkt_sandbox_state){.seccomp = false};
    return pkt_sandbox_prove(&claim, &error) == 0 ? 0 : 74;
}

static void test_proofs(void **state)
{
    (void)state;
    for (int profile = PKT_SANDBOX_OFFLINE; profile <= PKT_SANDBOX_NETWORK; profile++) {
        struct pkt_sandbox_state on = {.landlock_abi = -1};
        struct pkt_error error;
        proof_options = options_of(profile);
        assert_int_equal(run(NULL, enter_and_prove), 0);
        assert_int_equal(pkt_sandbox_rehearse(&proof_options, &on, &error), 0);
        assert_true(on.no_new_privileges);
        assert_true(on.landlock_abi >= 0);
    }
    assert_int_equal(run(NULL, claim_falsely), 0);
}

/* The promise of every run: where seccomp is built in and the kernel has it, the forbidden call died. */
static void test_death(void **state)
{
    (void)state;
    struct pkt_sandbox_options options = options_of(PKT_SANDBOX_OFFLINE);
    struct pkt_sandbox_state on;
    struct pkt_error error;
    assert_int_equal(pkt_sandbox_rehearse(&options, &on, &error), 0);
    if (!on.seccomp)
        skip();
    assert_int_equal(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), 0); /* we ourselves are as we were */
}

static void test_refused(void **state)
{
    (void)state;
    struct pkt_sandbox_options options = options_of(0);
    struct pkt_sandbox_state on = {.landlock_abi = -7};
    struct pkt_error error = {0};
    const char *const paths[] = {"/"};
    assert_int_equal(pkt_sandbox_enter(&options, &on, &error), PKT_E_ARGUMENT);
    options.profile = PKT_SANDBOX_NETWORK + 1;
    assert_int_equal(pkt_sandbox_enter(&options, &on, &error), PKT_E_ARGUMENT);
    options = options_of(PKT_SANDBOX_OFFLINE);
    options.readable = paths;
    options.readable_count = 1;
    assert_int_equal(pkt_sandbox_enter(&options, &on, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_sandbox_rehearse(&options, &on, &error), PKT_E_ARGUMENT);
    options.size = 0;
    assert_int_equal(pkt_sandbox_enter(&options, &on, &error), PKT_E_ARGUMENT);
    assert_int_equal(on.landlock_abi, -7);
}

static void check_words(struct pkt_sandbox_state state, size_t size, const char *expected)
{
    char text[64];
    pkt_sandbox_describe(&state, text, size);
    assert_string_equal(text, expected);
}

static void test_words(void **state)
{
    (void)state;
    struct pkt_sandbox_state all = {.seccomp = true, .no_new_privileges = true, .landlock_abi = 7};
    check_words(all, 64, "seccomp, Landlock 7, no_new_privs");
    check_words(all, 8, "seccomp");
    check_words(all, 1, "");
    check_words((struct pkt_sandbox_state){0}, 64, "none");
    check_words((struct pkt_sandbox_state){.landlock_abi = 2}, 64, "Landlock 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_death), cmocka_unit_test(test_forbidden), cmocka_unit_test(test_needed),
        cmocka_unit_test(test_files), cmocka_unit_test(test_proofs),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
