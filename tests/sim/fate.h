/*
 * Fates: what a scene does to one probe. Drawn from the seed and the probe's ordinal alone; only a silence
 * looks at the time, and only black holes and MTUs look at the length.
 */
#ifndef SIM_FATE_H
#define SIM_FATE_H

#include "sim/draw.h"
#include "sim/scene.h"

struct sim_fates {
    const struct sim_scene *scene;
    uint64_t seed;
    uint64_t ordinal;               /* of the probe at hand; 0: none came yet */
    bool in_burst[SIM_SCENE_RULES]; /* whether the probe at hand fell into a burst of that rule */
};

/* The probe at hand as one responder meets it. */
struct sim_case {
    uint32_t responder;  /* from 0 */
    uint64_t elapsed_ns; /* since the first probe */
    size_t len;          /* of the packet, IP header included */
    bool uncuttable;     /* no router may fragment it: IPv6, or IPv4 with Don't Fragment */
};

enum sim_end {
    SIM_END_ANSWERED,
    SIM_END_LOST,
    SIM_END_SILENCED,
    SIM_END_BLACKHOLED,
};

struct sim_fate {
    enum sim_end end;
    const struct sim_error *error; /* comes instead of the reply; NULL: the reply comes */
    uint64_t delay_ns;             /* what holds it back included */
    unsigned copies;               /* 1: no duplicates */
    bool reordered;
    bool late;
    bool corrupt; /* the data */
    bool wrong_checksum;
    uint8_t ttl; /* 0: the usual */
    int tos;     /* below 0: that of the probe */
};

void sim_fates_init(struct sim_fates *fates, const struct sim_scene *scene, uint64_t seed);

/* Goes on to the next probe, and returns its ordinal. */
uint64_t sim_fates_next(struct sim_fates *fates);

/* What a draw of a rule is for. */
struct sim_draw sim_fates_draw(const struct sim_fates *fates, unsigned rule, uint32_t responder);

/* Whether a rule was written for the probe at hand, or chance chose it. */
bool sim_fates_choose(const struct sim_fates *fates, unsigned rule, uint32_t responder);

void sim_fates_decide(const struct sim_fates *fates, const struct sim_case *met, struct sim_fate *ret_fate);

#endif
