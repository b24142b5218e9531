/*
 * Times in front of lines, in the six styles of tcpdump's -t.
 */
#include "text.h"

enum {
    DAY_S = 86400,
    FRACTION_LEN = 11,
};

/* Writes two digits. */
static char *write_two(char *to, unsigned value)
{
    to[0] = (char)('0' + value / 10);
    to[1] = (char)('0' + value % 10);
    return to + 2;
}

static char *write_hms(char *to, unsigned second_of_day)
{
    to = write_two(to, second_of_day / 3600);
    *to++ = ':';
    to = write_two(to, second_of_day / 60 % 60);
    *to++ = ':';
    return write_two(to, second_of_day % 60);
}

/* The civil date of a day since 1970-01-01, by eras of 400 years that begin on 1 March 0. */
static char *write_date(char *to, int64_t day)
{
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153; /* from March */
    unsigned year = (unsigned)(era * 400 + year_of_era) + (month >= 10);
    to = write_two(to, year / 100 % 100);
    to = write_two(to, year % 100);
    *to++ = '-';
    to = write_two(to, month < 10 ? month + 3 : month - 9);
    *to++ = '-';
    to = write_two(to, day_of_year - (153 * month + 2) / 5 + 1);
    *to++ = ' ';
    return to;
}

/* Seconds towards minus infinity, and what is left in nanoseconds. */
static int64_t split(int64_t ns, uint32_t *ret_fraction)
{
    int64_t second = ns / PKT_NS_PER_S;
    int64_t rest = ns % PKT_NS_PER_S;
    if (rest < 0) {
        second--;
        rest += PKT_NS_PER_S;
    }
    *ret_fraction = (uint32_t)rest;
    return second;
}

/* Behind the second, where room was reserved. */
static void put_fraction(struct text *t, uint32_t fraction_ns)
{
    bool nanoseconds = t->options->nanoseconds;
    char *to = t->sink->cur;
    *to++ = '.';
    to = pkt_write_fraction(to, nanoseconds ? fraction_ns : fraction_ns / 1000, nanoseconds ? 9 : 6);
    *to++ = ' ';
    t->sink->cur = to;
}

/* The second and what follows it. */
static void put_field(struct text *t, const struct pkt_text_clock *clock, uint32_t fraction_ns)
{
    pkt_sink_reserve(t->sink, sizeof clock->text + FRACTION_LEN);
    memcpy(t->sink->cur, clock->text, sizeof clock->text); /* all of it: a known number is copied faster */
    t->sink->cur += clock->len;
    put_fraction(t, fraction_ns);
}

static uint8_t write_second(char *to, int64_t second, bool date)
{
    const char *start = to;
    int64_t day = second >= 0 ? second / DAY_S : -((DAY_S - 1 - second) / DAY_S);
    if (date)
        to = write_date(to, day);
    to = write_hms(to, (unsigned)(second - day * DAY_S));
    return (uint8_t)(to - start);
}

/* Styles of the cached text; the first two are those of put_clock. */
enum {
    STYLE_EPOCH = 2,
};

static void write_epoch(struct pkt_text_clock *clock, int64_t second)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = second < 0 ? 0 - (uint64_t)second : (uint64_t)second;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (second < 0)
        digits[--at] = '-';
    clock->len = (uint8_t)(sizeof digits - at);
    memcpy(clock->text, digits + at, clock->len);
    clock->second = second;
    clock->style = STYLE_EPOCH;
}

static void put_clock(struct text *t, bool date)
{
    uint32_t fraction;
    int64_t second = split(t->line->time.ns, &fraction) + t->line->zone_offset_s;
    struct pkt_text_clock once = {.len = 0};
    struct pkt_text_clock *clock = t->line->clock != NULL ? t->line->clock : &once;
    if (clock->len == 0 || clock->second != second || clock->style != date) {
        clock->len = write_second(clock->text, second, date);
        clock->second = second;
        clock->style = date;
    }
    put_field(t, clock, fraction);
}

/* Between lines of the same second only the fraction is new. */
static void put_epoch(struct text *t)
{
    uint32_t fraction;
    int64_t second = split(t->line->time.ns, &fraction);
    struct pkt_text_clock once = {.len = 0};
    struct pkt_text_clock *clock = t->line->clock != NULL ? t->line->clock : &once;
    if (clock->len == 0 || clock->second != second || clock->style != STYLE_EPOCH)
        write_epoch(clock, second);
    put_field(t, clock, fraction);
}

/* A time as it would be printed: differences are those of the printed times. */
static struct pkt_wall to_digits(const struct text *t, struct pkt_wall time)
{
    int64_t rest = time.ns % 1000;
    if (t->options->nanoseconds || rest == 0 || time.ns < INT64_MIN + 1000)
        return time;
    time.ns -= rest > 0 ? rest : rest + 1000;
    return time;
}

/* A time before its reference has a minus sign, any other a space; days are left out, as tcpdump does. */
static void put_since(struct text *t, struct pkt_wall reference)
{
    uint32_t fraction;
    struct pkt_wall now = to_digits(t, t->line->time);
    reference = to_digits(t, reference);
    int64_t since = pkt_wall_since(now, reference);
    bool negative = since < 0;
    if (negative)
        since = pkt_wall_since(reference, now);
    int64_t second = split(since, &fraction);
    pkt_sink_reserve(t->sink, 1 + 8 + FRACTION_LEN);
    *t->sink->cur++ = negative ? '-' : ' ';
    t->sink->cur = write_hms(t->sink->cur, (unsigned)(second % DAY_S));
    put_fraction(t, fraction);
}

void text_time(struct text *t)
{
    if (!t->line->has_time)
        return;
    switch ((enum pkt_text_time)t->options->time) {
    case PKT_TEXT_TIME_NONE:
        return;
    case PKT_TEXT_TIME_CLOCK:
    case PKT_TEXT_TIME_DATE:
        put_clock(t, t->options->time == PKT_TEXT_TIME_DATE);
        return;
    case PKT_TEXT_TIME_EPOCH:
        put_epoch(t);
        return;
    case PKT_TEXT_TIME_DELTA:
        put_since(t, t->line->previous);
        return;
    case PKT_TEXT_TIME_SINCE_FIRST:
        put_since(t, t->line->first);
        return;
    }
}
