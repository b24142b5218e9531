/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * To be preloaded: half a second after the first look at it, the wall clock goes CLOCK_STEP seconds ahead,
 * for this program alone. The kernel's own stamps are as they were, which is what a step between two of them
 * looks like.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

enum { AFTER_MS = 500 };

static int (*real)(clockid_t, struct timespec *);

static long milliseconds(void)
{
    struct timespec now;
    real(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    static long begun, step;
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
        begun = milliseconds();
        step = getenv("CLOCK_STEP") == NULL ? 0 : strtol(getenv("CLOCK_STEP"), NULL, 10);
    }
    int result = real(clock, ret_time);
    if (result == 0 && clock == CLOCK_REALTIME && milliseconds() - begun >= AFTER_MS)
        ret_time->tv_sec += step;
    return result;
}
