/*
 * The event loop: timers in virtual time, descriptors, signals, deferred work, and handlers that change all
 * of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/loop.h"

/* --- virtual time --- */

static int64_t virtual_ns;
static int waits;

static struct pkt_mono virtual_now(void *context)
{
    (void)context;
    return (struct pkt_mono){virtual_ns};
}

/* Time passes in waiting alone; a wait for ever would be a mistake of the test. */
static int virtual_wait(void *context, struct pollfd *descriptors, nfds_t count, int64_t timeout_ns)
{
    (void)context;
    waits++;
    assert_true(timeout_ns >= 0 || count > 0);
    int ready = poll(descriptors, count, 0);
    if (ready == 0 && timeout_ns > 0)
        virtual_ns += timeout_ns;
    return ready;
}

static const struct loop_ops virtual_ops = {virtual_now, virtual_wait, NULL};

static struct loop *open_virtual(void)
{
    virtual_ns = 1000;
    waits = 0;
    struct loop *loop = loop_open_with(&virtual_ops);
    assert_non_null(loop);
    return loop;
}

static struct pkt_mono at(int64_t ns)
{
    return (struct pkt_mono){ns};
}

/* --- what happened, in letters --- */

static char story[4096];
static size_t told;

static void tell(char letter)
{
    assert_true(told < sizeof story - 1);
    story[told++] = letter;
    story[told] = '\0';
}

static void forget(void)
{
    told = 0;
    story[0] = '\0';
}

static int setup(void **state)
{
    (void)state;
    forget();
    return 0;
}

static void tell_timer(struct loop *loop, void *context, int64_t late_ns)
{
    (void)loop;
    assert_true(late_ns >= 0);
    tell(*(const char *)context);
}

static struct loop_timer timer_of(const char *letter)
{
    return (struct loop_timer){.on_timer = tell_timer, .context = (void *)(uintptr_t)letter};
}

/* --- timers --- */

static void test_timer_order(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    struct loop_timer a = timer_of("a"), b = timer_of("b"), c = timer_of("c"), d = timer_of("d");
    assert_true(loop_timer_start(loop, &c, at(3000)));
    assert_true(loop_timer_start(loop, &a, at(2000)));
    assert_true(loop_timer_start(loop, &d, at(3000))); /* of one time with c: as they were started */
    assert_true(loop_timer_start(loop, &b, at(-5)));
    assert_true(loop_timer_runs(&a));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "bacd");
    assert_false(loop_timer_runs(&a));
    assert_int_equal(virtual_ns, 3000);
    assert_int_equal(loop_now(loop).ns, 3000);
    assert_int_equal(waits, 3);
    loop_close(loop);
}

static void test_timer_stop_and_restart(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    struct loop_timer a = timer_of("a"), b = timer_of("b"), c = timer_of("c");
    loop_timer_stop(loop, &a);
    assert_true(loop_timer_start(loop, &a, at(2000)));
    assert_true(loop_timer_start(loop, &b, at(3000)));
    assert_true(loop_timer_start(loop, &c, at(4000)));
    loop_timer_stop(loop, &b);
    loop_timer_stop(loop, &b);
    assert_true(loop_timer_start(loop, &a, at(5000)));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "ca");
    loop_close(loop);
}

struct many {
    struct loop_timer timer;
    int64_t due_ns;
    bool stopped;
    bool fired;
};

enum { MANY = 5000 };

static int64_t last_ns;
static int fired_count;

static void fire_many(struct loop *loop, void *context, int64_t late_ns)
{
    struct many *one = context;
    assert_int_equal(late_ns, 0);
    assert_int_equal(loop_now(loop).ns, one->due_ns);
    assert_true(one->due_ns >= last_ns);
    assert_false(one->stopped || one->fired);
    one->fired = true;
    last_ns = one->due_ns;
    fired_count++;
}

/* Starts, stops and restarts without order against what each timer should do. */
static void test_timer_heap(void **state)
{
    (void)state;
    static struct many many[MANY];
    struct loop *loop = open_virtual();
    uint32_t random = 1;
    int expected = 0;
    for (int i = 0; i < 4 * MANY; i++) {
        random = random * 1664525 + 1013904223;
        struct many *one = &many[random / 65536 % MANY];
        one->timer.on_timer = fire_many;
        one->timer.context = one;
        one->due_ns = 2000 + random / 7 % 3000;
        one->stopped = random / 3 % 4 == 0;
        if (one->stopped)
            loop_timer_stop(loop, &one->timer);
        else
            assert_true(loop_timer_start(loop, &one->timer, at(one->due_ns)));
    }
    for (int i = 0; i < MANY; i++)
        expected += loop_timer_runs(&many[i].timer);
    assert_true(expected > MANY / 2);
    last_ns = 0;
    fired_count = 0;
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(fired_count, expected);
    loop_close(loop);
}

/* A sender that is late catches up on absolute times: each time is met once, and said how late. */
struct pacer {
    struct loop_timer timer;
    int left;
    int64_t lateness[8];
};

static void pace(struct loop *loop, void *context, int64_t late_ns)
{
    struct pacer *pacer = context;
    pacer->lateness[--pacer->left] = late_ns;
    if (pacer->left == 6)
        virtual_ns += 250; /* busy */
    if (pacer->left > 0)
        assert_true(loop_timer_start(loop, &pacer->timer, at(pacer->timer.due.ns + 100)));
}

static void test_timer_catches_up(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    struct pacer pacer = {.left = 8};
    pacer.timer = (struct loop_timer){.on_timer = pace, .context = &pacer};
    assert_true(loop_timer_start(loop, &pacer.timer, at(1100)));
    assert_int_equal(loop_run(loop), 0);
    static const int64_t expected[8] = {0, 0, 0, 0, 50, 150, 0, 0};
    assert_memory_equal(pacer.lateness, expected, sizeof expected);
    assert_int_equal(virtual_ns, 1800);
    loop_close(loop);
}

/* --- descriptors --- */

static int ends[2][2];

static void open_pipes(void)
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(pipe2(ends[i], O_CLOEXEC | O_NONBLOCK), 0);
}

static void close_pipes(void)
{
    for (int i = 0; i < 4; i++)
        close(ends[i / 2][i % 2]);
}

static void tell_ready(struct loop *loop, void *context, int fd, short events)
{
    char byte;
    (void)loop;
    assert_true(events & POLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    tell(*(const char *)context);
    tell(byte);
}

static void stop_at_timer(struct loop *loop, void *context, int64_t late_ns)
{
    (void)late_ns;
    loop_stop(loop, *(const int *)context);
    loop_stop(loop, 99);
}

/* A loop that ends with a status at a virtual time. */
static struct loop_timer stopper_of(const int *status)
{
    return (struct loop_timer){.on_timer = stop_at_timer, .context = (void *)(uintptr_t)status};
}

static void write_to(int pipe_number, const char *bytes)
{
    assert_int_equal(write(ends[pipe_number][1], bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static void test_ready(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    const int status = 7;
    struct loop_timer stopper = stopper_of(&status);
    open_pipes();
    assert_true(loop_watch(loop, ends[0][0], POLLIN, tell_ready, "a"));
    assert_true(loop_watch(loop, ends[1][0], POLLIN, tell_ready, "b"));
    assert_false(loop_watch(loop, ends[1][0], POLLIN, tell_ready, "b"));
    assert_int_equal(errno, EEXIST);
    write_to(1, "12");
    write_to(0, "3");
    assert_true(loop_timer_start(loop, &stopper, at(5000)));
    assert_int_equal(loop_run(loop), 7);
    assert_string_equal(story, "a3b1b2");
    assert_int_equal(virtual_ns, 5000);
    loop_unwatch(loop, ends[0][0]);
    loop_unwatch(loop, ends[1][0]);
    loop_unwatch(loop, 12345);
    assert_int_equal(loop_run(loop), 0); /* nothing is left */
    loop_close(loop);
    close_pipes();
}

static void unwatch_both(struct loop *loop, void *context, int fd, short events)
{
    (void)context;
    (void)fd;
    (void)events;
    tell('u');
    loop_unwatch(loop, ends[0][0]);
    loop_unwatch(loop, ends[1][0]);
}

/* What a handler ended is not called, though it was ready in the same turn. */
static void test_unwatch_inside(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    open_pipes();
    write_to(0, "x");
    write_to(1, "y");
    assert_true(loop_watch(loop, ends[0][0], POLLIN, unwatch_both, NULL));
    assert_true(loop_watch(loop, ends[1][0], POLLIN, unwatch_both, NULL));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "u");
    loop_close(loop);
    close_pipes();
}

static void read_and_unwatch(struct loop *loop, void *context, int fd, short events)
{
    tell_ready(loop, context, fd, events);
    loop_unwatch(loop, fd);
}

/* Ends itself, and begins many others and itself anew: the tables grow beneath the handler. */
static void rewatch(struct loop *loop, void *context, int fd, short events)
{
    (void)context;
    (void)events;
    tell('r');
    loop_unwatch(loop, fd);
    for (int i = 0; i < 20; i++)
        assert_true(loop_watch(loop, 1000 + i, POLLIN, tell_ready, "z"));
    for (int i = 0; i < 20; i++)
        loop_unwatch(loop, 1000 + i);
    assert_true(loop_watch(loop, fd, POLLIN, read_and_unwatch, "n"));
}

static void test_rewatch_inside(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    open_pipes();
    write_to(0, "1");
    write_to(1, "2");
    assert_true(loop_watch(loop, ends[0][0], POLLIN, rewatch, NULL));
    assert_true(loop_watch(loop, ends[1][0], POLLIN, read_and_unwatch, "b"));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "rb2n1");
    loop_close(loop);
    close_pipes();
}

static void tell_events(struct loop *loop, void *context, int fd, short events)
{
    (void)context;
    if (events & POLLOUT) {
        tell('o');
        loop_watch_change(loop, fd, 0);
        assert_int_equal(close(ends[0][0]), 0); /* the reader goes: an error, asked for or not */
    } else if (events & POLLERR) {
        tell('e');
        loop_unwatch(loop, fd);
    }
}

static void test_change(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    assert_int_equal(pipe2(ends[0], O_CLOEXEC), 0);
    assert_true(loop_watch(loop, ends[0][1], POLLOUT, tell_events, NULL));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "oe");
    loop_close(loop);
    close(ends[0][1]);
}

/* A timer that starts itself over and over at past times keeps no descriptor waiting. */
static void restart(struct loop *loop, void *context, int64_t late_ns)
{
    (void)late_ns;
    assert_true(loop_timer_start(loop, context, at(0)));
}

static void stop_when_ready(struct loop *loop, void *context, int fd, short events)
{
    (void)context;
    (void)fd;
    (void)events;
    loop_stop(loop, 3);
}

static void test_no_starvation(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    struct loop_timer timer = {.on_timer = restart, .context = &timer};
    open_pipes();
    write_to(0, "x");
    assert_true(loop_timer_start(loop, &timer, at(0)));
    assert_true(loop_watch(loop, ends[0][0], POLLIN, stop_when_ready, NULL));
    assert_int_equal(loop_run(loop), 3);
    loop_close(loop);
    close_pipes();
}

/* A regular file is ready always, and its end is not the loop's affair. */
static void unwatch_ready(struct loop *loop, void *context, int fd, short events)
{
    (void)context;
    assert_true(events & POLLIN);
    tell('f');
    loop_unwatch(loop, fd);
}

static void test_regular_file(void **state)
{
    (void)state;
    char path[] = "/tmp/loop.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    struct loop *loop = open_virtual();
    assert_true(loop_watch(loop, fd, POLLIN, unwatch_ready, NULL));
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "f");
    loop_close(loop);
    close(fd);
}

static int failing_wait(void *context, struct pollfd *descriptors, nfds_t count, int64_t timeout_ns)
{
    int *calls = context;
    (void)timeout_ns;
    for (nfds_t i = 0; i < count; i++)
        descriptors[i].revents = POLLIN; /* rubbish that a failed call may leave */
    errno = ++*calls < 3 ? EINTR : ENOMEM;
    return -1;
}

static void test_wait_fails(void **state)
{
    (void)state;
    int calls = 0;
    const struct loop_ops ops = {virtual_now, failing_wait, &calls};
    struct loop *loop = loop_open_with(&ops);
    assert_true(loop_watch(loop, 0, POLLIN, unwatch_both, NULL));
    assert_int_equal(loop_run(loop), -ENOMEM);
    assert_int_equal(calls, 3);
    assert_string_equal(story, "");
    loop_close(loop);
}

/* --- work put off --- */

static struct loop_deferred first, second, third;

static void tell_deferred(struct loop *loop, void *context)
{
    (void)loop;
    tell(*(const char *)context);
}

static void defer_more(struct loop *loop, void *context)
{
    tell_deferred(loop, context);
    loop_defer(loop, &second);
    loop_defer(loop, &second); /* once */
    if (told < 6)
        loop_defer(loop, &first); /* in the next turn */
}

static void test_deferred(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    first = (struct loop_deferred){.on_deferred = defer_more, .context = "1"};
    second = (struct loop_deferred){.on_deferred = tell_deferred, .context = "2"};
    third = (struct loop_deferred){.on_deferred = tell_deferred, .context = "3"};
    loop_defer(loop, &first);
    loop_defer(loop, &third);
    assert_true(first.waits);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "1321212");
    assert_false(first.waits);
    assert_int_equal(virtual_ns, 1000); /* nobody waited */
    assert_int_equal(waits, 4);
    loop_close(loop);
}

static void cancel_others(struct loop *loop, void *context)
{
    tell_deferred(loop, context);
    loop_defer_cancel(loop, &second);
    loop_defer_cancel(loop, &third);
    loop_defer(loop, &third);
}

static void test_deferred_cancel(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    first = (struct loop_deferred){.on_deferred = cancel_others, .context = "1"};
    second = (struct loop_deferred){.on_deferred = tell_deferred, .context = "2"};
    third = (struct loop_deferred){.on_deferred = tell_deferred, .context = "3"};
    loop_defer_cancel(loop, &third);
    loop_defer(loop, &first);
    loop_defer(loop, &second);
    loop_defer(loop, &third);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "13");
    loop_defer(loop, &second);
    loop_defer_cancel(loop, &second);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "13");
    loop_close(loop);
}

/* A stop ends the turn at once; what waits goes on in the next run. */
static void stop_deferred(struct loop *loop, void *context)
{
    tell_deferred(loop, context);
    loop_stop(loop, 5);
}

static void test_stop_inside(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    first = (struct loop_deferred){.on_deferred = stop_deferred, .context = "1"};
    second = (struct loop_deferred){.on_deferred = tell_deferred, .context = "2"};
    loop_defer(loop, &first);
    loop_defer(loop, &second);
    assert_int_equal(loop_run(loop), 5);
    assert_string_equal(story, "1");
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "12");
    loop_close(loop);
}

/* --- signals --- */

static void tell_signal(struct loop *loop, void *context, int number)
{
    tell(*(const char *)context);
    if (number == SIGUSR2)
        loop_stop(loop, 4);
}

static bool is_blocked(int number)
{
    sigset_t mask;
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    return sigismember(&mask, number) == 1;
}

static void test_signals(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    sigset_t blocked_before;
    sigemptyset(&blocked_before);
    sigaddset(&blocked_before, SIGHUP);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &blocked_before, NULL), 0);
    assert_true(loop_signal(loop, SIGUSR1, tell_signal, "u"));
    assert_true(loop_signal(loop, SIGUSR2, tell_signal, "v"));
    assert_true(loop_signal(loop, SIGHUP, tell_signal, "h"));
    assert_false(loop_signal(loop, 0, tell_signal, ""));
    assert_false(loop_signal(loop, 1000, tell_signal, ""));
    assert_true(is_blocked(SIGUSR1) && is_blocked(SIGUSR2) && is_blocked(SIGHUP));
    raise(SIGHUP);
    raise(SIGUSR1);
    raise(SIGUSR1); /* pending signals of one number are one */
    raise(SIGUSR2);
    assert_int_equal(loop_run(loop), 4);
    assert_string_equal(story, "huv");
    assert_true(loop_signal(loop, SIGUSR1, NULL, NULL));
    assert_false(is_blocked(SIGUSR1));
    assert_true(is_blocked(SIGUSR2));
    loop_close(loop);
    assert_false(is_blocked(SIGUSR2));
    assert_true(is_blocked(SIGHUP));
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &blocked_before, NULL), 0);
}

static void give_back(struct loop *loop, void *context, int number)
{
    tell_signal(loop, context, number);
    assert_true(loop_signal(loop, number, NULL, NULL));
}

/* The last signal that is given back leaves nothing to wait for. */
static void test_signal_given_back_inside(void **state)
{
    (void)state;
    struct loop *loop = open_virtual();
    assert_true(loop_signal(loop, SIGUSR1, give_back, "g"));
    raise(SIGUSR1);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "g");
    assert_false(is_blocked(SIGUSR1));
    assert_true(loop_signal(loop, SIGUSR1, give_back, "g"));
    raise(SIGUSR1);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(story, "gg");
    loop_close(loop);
}

/* --- the machine's own clock --- */

static void stop_late(struct loop *loop, void *context, int64_t late_ns)
{
    (void)context;
    assert_true(late_ns >= 0);
    loop_stop(loop, 6);
}

/* A timer never fires before its time, and an interrupted wait goes on. */
static void interrupt(int number)
{
    (void)number;
}

static void test_real_time(void **state)
{
    (void)state;
    struct loop *loop = loop_open();
    struct loop_timer timer = {.on_timer = stop_late};
    struct sigaction action = {.sa_handler = interrupt}, before;
    struct itimerval soon = {.it_value.tv_usec = 5000};
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    int64_t begin = loop_now(loop).ns;
    assert_true(loop_timer_start(loop, &timer, at(begin + 20 * 1000 * 1000)));
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_int_equal(loop_run(loop), 6);
    assert_true(loop_now(loop).ns >= begin + 20 * 1000 * 1000);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    loop_close(loop);
    loop_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_timer_order, setup),
        cmocka_unit_test_setup(test_timer_stop_and_restart, setup),
        cmocka_unit_test_setup(test_timer_heap, setup),
        cmocka_unit_test_setup(test_timer_catches_up, setup),
        cmocka_unit_test_setup(test_ready, setup),
        cmocka_unit_test_setup(test_unwatch_inside, setup),
        cmocka_unit_test_setup(test_rewatch_inside, setup),
        cmocka_unit_test_setup(test_change, setup),
        cmocka_unit_test_setup(test_no_starvation, setup),
        cmocka_unit_test_setup(test_regular_file, setup),
        cmocka_unit_test_setup(test_wait_fails, setup),
        cmocka_unit_test_setup(test_deferred, setup),
        cmocka_unit_test_setup(test_deferred_cancel, setup),
        cmocka_unit_test_setup(test_stop_inside, setup),
        cmocka_unit_test_setup(test_signals, setup),
        cmocka_unit_test_setup(test_signal_given_back_inside, setup),
        cmocka_unit_test_setup(test_real_time, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
