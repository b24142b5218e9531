/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations as people read them: the same digits wherever a tool of the suite prints one.
 */
#ifndef TOOLS_COMMON_DURATION_TEXT_H
#define TOOLS_COMMON_DURATION_TEXT_H

#include <stdint.h>

/* Holds every text of this header. */
struct duration_text {
    char text[32];
};

/*
 * Milliseconds without unit, as ping(8) has them: three digits that count from 1 ms on, microseconds below:
 * 0.123, 1.23, 12.3, 123. What is left of the microseconds is cut off, as ping(8) does.
 */
struct duration_text duration_text_ms(int64_t duration_ns);

/* Three digits that count, rounded, with the unit that suits: "999 ns", "1.23 us", "12.3 ms", "123 s". From
 * 1000 s on, whole seconds. */
struct duration_text duration_text_short(int64_t duration_ns);

/* Every nanosecond, with the unit that suits: "20 ms", "20.000001 ms", "1.5 s". */
struct duration_text duration_text_exact(int64_t duration_ns);

#endif
