#include "sim/fate.h"

#include <string.h>

/* What a draw is for within its rule. */
enum turn {
    TURN_CHOOSE = 1000, /* sim_draw_normal takes the first twelve */
    TURN_SPREAD,
};

void sim_fates_init(struct sim_fates *fates, const struct sim_scene *scene, uint64_t seed)
{
    memset(fates, 0, sizeof *fates);
    fates->scene = scene;
    fates->seed = seed;
}

struct sim_draw sim_fates_draw(const struct sim_fates *fates, unsigned rule, uint32_t responder)
{
    return (struct sim_draw){fates->seed, fates->ordinal, responder, rule};
}

bool sim_fates_choose(const struct sim_fates *fates, unsigned rule, uint32_t responder)
{
    const struct sim_which *which = &fates->scene->rule[rule].which;
    if (which->range_count != 0)
        return sim_which_lists(which, fates->ordinal);
    return sim_draw_chance(sim_fates_draw(fates, rule, responder), TURN_CHOOSE, which->ppm);
}

/*
 * Gilbert's model with nothing but loss in the bad state. Runs of mean length n end with the chance 1 / n; so
 * that a share p is lost, they begin with the chance p / (n (1 - p)), and the first probe finds one with p.
 */
static bool step_burst(const struct sim_fates *fates, unsigned number)
{
    const struct sim_rule *rule = &fates->scene->rule[number];
    struct sim_draw draw = sim_fates_draw(fates, number, 0);
    uint64_t share = rule->which.ppm;
    uint64_t begin = share * 1000000 / (rule->number * (1000000 - share));
    if (fates->ordinal == 1)
        return sim_draw_chance(draw, TURN_CHOOSE, (uint32_t)share);
    if (fates->in_burst[number])
        return sim_draw_below(draw, TURN_CHOOSE, rule->number) != 0;
    return sim_draw_chance(draw, TURN_CHOOSE, begin < 1000000 ? (uint32_t)begin : 1000000);
}

uint64_t sim_fates_next(struct sim_fates *fates)
{
    fates->ordinal++;
    for (unsigned i = 0; i < fates->scene->rule_count; i++)
        if (fates->scene->rule[i].kind == SIM_RULE_BURST)
            fates->in_burst[i] = step_burst(fates, i);
    return fates->ordinal;
}

static uint64_t draw_delay(const struct sim_rule *rule, struct sim_draw draw)
{
    if (rule->spread == SIM_SPREAD_UNIFORM)
        return rule->time_ns[0] + sim_draw_below(draw, TURN_SPREAD, rule->time_ns[1] - rule->time_ns[0] + 1);
    if (rule->spread == SIM_SPREAD_FIXED)
        return rule->time_ns[0];
    int64_t delay_ns = (int64_t)rule->time_ns[0] + sim_draw_normal(draw, (int64_t)rule->time_ns[1]);
    return delay_ns < 0 ? 0 : (uint64_t)delay_ns;
}

static void end(struct sim_fate *fate, enum sim_end kind)
{
    if (fate->end == SIM_END_ANSWERED)
        fate->end = kind;
}

static void answer_error(struct sim_fate *fate, const struct sim_error *error)
{
    if (fate->error == NULL && error->kind != SIM_ERROR_REDIRECT)
        fate->error = error;
}

/* What depends on the way that the probe takes. */
static void travel(const struct sim_rule *rule, const struct sim_case *met, struct sim_fate *fate)
{
    if (rule->kind == SIM_RULE_SILENCE && met->elapsed_ns >= rule->time_ns[0] &&
        met->elapsed_ns < rule->time_ns[1])
        end(fate, SIM_END_SILENCED);
    else if (rule->kind == SIM_RULE_BLACKHOLE && met->len > rule->number)
        end(fate, SIM_END_BLACKHOLED);
    else if (rule->kind == SIM_RULE_MTU && met->len > rule->number && met->uncuttable)
        answer_error(fate, &rule->error);
}

/* What befalls a probe that the rule was chosen for. */
static void befall(const struct sim_rule *rule, struct sim_draw draw, struct sim_fate *fate)
{
    switch (rule->kind) {
    case SIM_RULE_DELAY:
        fate->delay_ns = draw_delay(rule, draw);
        break;
    case SIM_RULE_LOSS:
        end(fate, SIM_END_LOST);
        break;
    case SIM_RULE_ERROR:
        answer_error(fate, &rule->error);
        break;
    case SIM_RULE_DUPLICATE:
        fate->copies = rule->number;
        break;
    case SIM_RULE_REORDER:
        fate->reordered = true;
        break;
    case SIM_RULE_LATE:
        fate->late = true;
        break;
    case SIM_RULE_CORRUPT:
        fate->corrupt = true;
        break;
    case SIM_RULE_CHECKSUM:
        fate->wrong_checksum = true;
        break;
    case SIM_RULE_TTL:
        fate->ttl = (uint8_t)rule->number;
        break;
    case SIM_RULE_TOS:
        fate->tos = (int)rule->number;
        break;
    default:
        break;
    }
}

static bool holds_back(enum sim_rule_kind kind)
{
    return kind == SIM_RULE_REORDER || kind == SIM_RULE_LATE;
}

void sim_fates_decide(const struct sim_fates *fates, const struct sim_case *met, struct sim_fate *ret_fate)
{
    uint64_t held_ns = 0;
    *ret_fate = (struct sim_fate){.copies = 1, .tos = -1};
    for (unsigned i = 0; i < fates->scene->rule_count; i++) {
        const struct sim_rule *rule = &fates->scene->rule[i];
        if (rule->kind == SIM_RULE_BURST) {
            if (fates->in_burst[i])
                end(ret_fate, SIM_END_LOST);
            continue;
        }
        if (!sim_fates_choose(fates, i, met->responder))
            continue;
        travel(rule, met, ret_fate);
        befall(rule, sim_fates_draw(fates, i, met->responder), ret_fate);
        held_ns += holds_back(rule->kind) ? rule->time_ns[0] : 0;
    }
    ret_fate->delay_ns += held_ns;
}
