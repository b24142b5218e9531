/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmtu.h"

#include <stddef.h>

enum {
    SIZE_MAX_IP4 = 65535, /* RFC 791 3.1 */
    SIZE_MAX_IP6 = 65575, /* header and payload (RFC 8200 3) */
    HINTS_MAX = 8,        /* reports that are followed: who always says a little less leads nowhere */
    TRIES_FIRST = 6,      /* of the first size, before there is nobody */
    TRIES = 3,            /* of each size */
    TRIES_LOSSY = 6,      /* of each size, where echoes are lost that should pass */
    TRIES_LAST = 6,       /* of the size that decides */
    TRIES_LAST_LOSSY = 12,
};
#define WAIT_UNKNOWN_NS 500000000 /* before any round-trip time is known */
#define WAIT_LAST_NS    2000000000
#define WAIT_LEAST_NS   150000000

/*
 * Sizes at which paths end more often than elsewhere: the plateaus of RFC 1191 7.1, and jumbo frames,
 * Ethernet, PPPoE (RFC 2516), tunnels, IPv6 (RFC 8200 5), and the least that an IPv4 host takes (RFC
 * 791 3.1).
 */
static const uint32_t plateaus[] = {68,   296,  508,  576,  1006, 1280, 1400, 1420,  1450,  1472,
                                    1480, 1492, 1500, 2002, 4352, 8166, 9000, 17914, 32000, 65535};
enum {
    PLATEAUS = sizeof plateaus / sizeof *plateaus,
};

static uint32_t protocol_limit(unsigned version)
{
    return version == 6 ? SIZE_MAX_IP6 : SIZE_MAX_IP4;
}

static struct pmtu_bound interface_bound(uint32_t limit)
{
    return (struct pmtu_bound){.size = limit + 1, .way = PMTU_BY_INTERFACE};
}

void pmtu_start(struct pmtu *pmtu, unsigned version, uint32_t limit, int64_t wait_ns)
{
    uint32_t most = protocol_limit(version);
    if (limit == 0 || limit > most)
        limit = most;
    if (limit < PMTU_LEAST)
        limit = PMTU_LEAST;
    *pmtu = (struct pmtu){.version = version, .limit = limit, .wait_ns = wait_ns};
    pmtu->told = interface_bound(limit);
    pmtu->hint = limit;
}

const struct pmtu_bound *pmtu_refused(const struct pmtu *pmtu)
{
    bool is_silence = pmtu->silence.size != 0 && pmtu->silence.size < pmtu->told.size;
    return is_silence ? &pmtu->silence : &pmtu->told;
}

/* --- what is tried next --- */

/* Whether an echo was lost of a size that passes. */
static bool is_lossy(const struct pmtu *pmtu)
{
    for (unsigned i = 0; i < pmtu->count; i++)
        if (pmtu->probes[i].fate == PMTU_VANISHED && pmtu->probes[i].size <= pmtu->proved)
            return true;
    return false;
}

static unsigned tries_needed(const struct pmtu *pmtu, uint32_t size)
{
    if (pmtu->proved == 0)
        return TRIES_FIRST;
    if (size == pmtu->proved + 1)
        return is_lossy(pmtu) ? TRIES_LAST_LOSSY : TRIES_LAST;
    return is_lossy(pmtu) ? TRIES_LOSSY : TRIES;
}

static bool is_open(const struct pmtu *pmtu, uint32_t size)
{
    return size > pmtu->proved && size < pmtu_refused(pmtu)->size;
}

static bool is_plateau(uint32_t size)
{
    for (unsigned i = 0; i < PLATEAUS; i++)
        if (plateaus[i] == size)
            return true;
    return false;
}

/* The middle one of the plateaus that are open; 0: none is. */
static uint32_t middle_plateau(const struct pmtu *pmtu)
{
    unsigned first = 0, count = 0;
    for (unsigned i = 0; i < PLATEAUS; i++) {
        first = plateaus[i] <= pmtu->proved ? i + 1 : first;
        count += is_open(pmtu, plateaus[i]);
    }
    return count == 0 ? 0 : plateaus[first + count / 2];
}

/* A size that passes where a path is likely to end: one byte more decides. */
static bool is_likely_end(const struct pmtu *pmtu)
{
    return pmtu->proved == pmtu->report.mtu || (is_plateau(pmtu->proved) && middle_plateau(pmtu) == 0);
}

/* 0: nothing, it is decided. */
static uint32_t next_size(const struct pmtu *pmtu)
{
    const struct pmtu_bound *refused = pmtu_refused(pmtu);
    if (pmtu->proved == 0)
        return pmtu->silence.size == 0 ? PMTU_LEAST : 0;
    if (pmtu->tries > 0 && is_open(pmtu, pmtu->size))
        return pmtu->size;
    if (refused->size == pmtu->proved + 1)
        return refused->way == PMTU_BY_SILENCE && refused->tries < tries_needed(pmtu, refused->size)
                   ? refused->size
                   : 0;
    if (is_open(pmtu, pmtu->hint))
        return pmtu->hint;
    if (is_likely_end(pmtu))
        return pmtu->proved + 1;
    uint32_t plateau = middle_plateau(pmtu);
    return plateau != 0 ? plateau : pmtu->proved + (refused->size - pmtu->proved) / 2;
}

/* As long as an answer may take; late ones count all the same. */
int64_t pmtu_wait(const struct pmtu *pmtu)
{
    if (pmtu->wait_ns > 0)
        return pmtu->wait_ns;
    if (pmtu->proved == 0)
        return pmtu->tries + 1 < TRIES_FIRST ? WAIT_UNKNOWN_NS : WAIT_LAST_NS;
    int64_t wait_ns = 3 * pmtu->rtt_ns;
    if (wait_ns > WAIT_LAST_NS)
        return WAIT_LAST_NS;
    return wait_ns < WAIT_LEAST_NS ? WAIT_LEAST_NS : wait_ns;
}

static void send(struct pmtu *pmtu, uint32_t size, struct pkt_mono now)
{
    const struct pmtu_bound *refused = pmtu_refused(pmtu);
    if (size != pmtu->size)
        pmtu->tries = size == refused->size ? refused->tries : 0;
    pmtu->size = size;
    pmtu->probes[pmtu->count++] = (struct pmtu_probe){.size = size, .fate = PMTU_UNDER_WAY, .sent = now};
    pmtu->due = (struct pkt_mono){now.ns + pmtu_wait(pmtu)};
    pmtu->waits = true;
}

/* The last probe vanished. */
static void expire(struct pmtu *pmtu)
{
    pmtu->waits = false;
    pmtu->probes[pmtu->count - 1].fate = PMTU_VANISHED;
    pmtu->tries++;
    if (pmtu->size <= pmtu->proved || pmtu->tries < tries_needed(pmtu, pmtu->size))
        return;
    if (pmtu->size <= pmtu_refused(pmtu)->size)
        pmtu->silence = (struct pmtu_bound){.size = pmtu->size, .way = PMTU_BY_SILENCE, .tries = pmtu->tries};
    pmtu->tries = 0;
}

enum pmtu_step pmtu_turn(struct pmtu *pmtu, struct pkt_mono now)
{
    if (pmtu->waits && now.ns < pmtu->due.ns)
        return PMTU_WAIT;
    if (pmtu->waits)
        expire(pmtu);
    uint32_t size = next_size(pmtu);
    pmtu->is_over |= size == 0 || pmtu->count == PMTU_PROBES_MAX;
    if (pmtu->is_over)
        return PMTU_OVER;
    send(pmtu, size, now);
    return PMTU_SEND;
}

/* --- what comes --- */

static void settle(struct pmtu *pmtu, unsigned probe, enum pmtu_fate fate)
{
    pmtu->probes[probe].fate = fate;
    if (probe == pmtu->count - 1)
        pmtu->waits = false;
    /* What another probe says of this size or a smaller one, says enough of the one that is under way. */
    if (pmtu->size <= pmtu->proved || pmtu->size >= pmtu->told.size) {
        pmtu->waits = false;
        pmtu->tries = 0;
    }
}

bool pmtu_reply(struct pmtu *pmtu, unsigned probe, struct pkt_mono now)
{
    if (probe >= pmtu->count || pmtu->probes[probe].fate == PMTU_PASSED)
        return false;
    const struct pmtu_probe *passed = &pmtu->probes[probe];
    int64_t rtt_ns = now.ns - passed->sent.ns;
    if (rtt_ns > pmtu->rtt_ns)
        pmtu->rtt_ns = rtt_ns;
    if (passed->size > pmtu->proved)
        pmtu->proved = passed->size;
    /* Proof is stronger than what was said, and than silence. */
    if (pmtu->silence.size <= pmtu->proved)
        pmtu->silence = (struct pmtu_bound){.size = 0};
    if (pmtu->told.size <= pmtu->proved)
        pmtu->told = interface_bound(pmtu->proved < pmtu->limit ? pmtu->limit : pmtu->proved);
    settle(pmtu, probe, PMTU_PASSED);
    return true;
}

/* RFC 8201 4 and RFC 1191 3: no report of less than every link carries, and none that says nothing. */
static bool is_believable(const struct pmtu *pmtu, uint32_t size, uint32_t mtu)
{
    if (size <= PMTU_LEAST)
        return false;
    if (pmtu->version == 6)
        return mtu >= PMTU_LEAST_IP6 && mtu < size;
    return mtu == 0 || (mtu >= PMTU_LEAST && mtu < size);
}

bool pmtu_too_long(struct pmtu *pmtu, unsigned probe, struct pkt_ip from, uint32_t mtu)
{
    if (probe >= pmtu->count)
        return false;
    uint32_t size = pmtu->probes[probe].size;
    if (!is_believable(pmtu, size, mtu)) {
        pmtu->odd++;
        pmtu->odd_from = from;
        pmtu->odd_mtu = mtu;
        return false;
    }
    if (size <= pmtu->proved || size > pmtu->told.size || pmtu->probes[probe].fate == PMTU_PASSED)
        return false;
    pmtu->told = (struct pmtu_bound){.size = size, .way = PMTU_BY_REPORT, .from = from, .mtu = mtu};
    if (mtu != 0) {
        pmtu->report = pmtu->told;
        pmtu->hint = pmtu->hints++ < HINTS_MAX ? mtu : 0;
    }
    settle(pmtu, probe, PMTU_TOO_LONG);
    return true;
}

void pmtu_unsendable(struct pmtu *pmtu, unsigned probe, uint32_t mtu)
{
    if (probe >= pmtu->count)
        return;
    uint32_t size = pmtu->probes[probe].size;
    if (mtu < PMTU_LEAST || mtu >= size)
        mtu = size - 1;
    if (mtu + 1 < pmtu->told.size && mtu >= pmtu->proved) {
        pmtu->limit = mtu;
        pmtu->told = interface_bound(mtu);
        pmtu->hint = pmtu->hints++ < HINTS_MAX ? mtu : 0;
    }
    settle(pmtu, probe, PMTU_TOO_LONG);
}

void pmtu_failed(struct pmtu *pmtu, unsigned probe, struct pkt_mono now)
{
    if (pmtu->waits && probe == pmtu->count - 1 && pmtu->due.ns > now.ns + WAIT_LEAST_NS)
        pmtu->due.ns = now.ns + WAIT_LEAST_NS;
}

/* --- what it has come to --- */

void pmtu_result(const struct pmtu *pmtu, struct pmtu_result *ret_result)
{
    const struct pmtu_bound *refused = pmtu_refused(pmtu), *report = &pmtu->report;
    *ret_result = (struct pmtu_result){.mtu = pmtu->proved, .refused = refused->size};
    if (pmtu->proved == 0 || refused->size != pmtu->proved + 1)
        return;
    ret_result->way = refused->way;
    /* Routers limit how many errors they send: what was reported, and is so, needs no second report. */
    if (refused->way == PMTU_BY_SILENCE && report->mtu == pmtu->proved)
        ret_result->way = PMTU_BY_REPORT;
    if (refused->way == PMTU_BY_REPORT)
        report = refused;
    if (ret_result->way == PMTU_BY_REPORT) {
        ret_result->from = report->from;
        ret_result->reported = report->mtu;
    }
}
