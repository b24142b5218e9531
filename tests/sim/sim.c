#include "sim/sim.h"

#include <stdlib.h>

#include "sim/answer.h"
#include "sim/fate.h"

enum {
    ROOM_LEN = 2 * SIM_PACKET_LEN_MAX,
    TURN_FORGE = 2000, /* of draws; fate.c has those below */
    TURN_CORRUPT = 1 << 20,
};

/* A packet that waits for its time. */
struct pending {
    struct sim_timer timer; /* first: the wheel gives this back */
    struct sim_note note;
    size_t len;
    uint8_t bytes[];
};

/* Forged replies to the last probe at a steady rate. */
struct flood {
    struct sim_timer timer;
    const struct sim_rule *rule; /* NULL: none in the scene */
    uint64_t start_ns;
    uint64_t count; /* that were sent */
    size_t probe_len;
    uint8_t probe[SIM_PACKET_LEN_MAX];
};

struct sim {
    const struct sim_scene *scene;
    struct sim_wheel wheel;
    struct sim_fates fates;
    struct sim_statistics statistics;
    struct pending *given; /* the packet that sim_next gave last */
    unsigned pending_count;
    uint64_t first_ns; /* when the first probe came */
    struct flood flood;
    uint8_t data[SIM_PACKET_LEN_MAX];
    uint8_t room[ROOM_LEN];
};

/* A probe on its way through the pipeline to one of its responders. */
struct passage {
    const struct sim_probe *probe;
    struct pkt_ip responder;
    uint32_t number; /* of the responder */
    uint64_t now_ns;
};

struct sim *sim_create(const struct sim_scene *scene, uint64_t seed, uint64_t now_ns)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL)
        return NULL;
    sim->scene = scene;
    sim_wheel_init(&sim->wheel, now_ns);
    sim_fates_init(&sim->fates, scene, seed);
    for (unsigned i = 0; i < scene->rule_count; i++)
        if (scene->rule[i].kind == SIM_RULE_FLOOD)
            sim->flood.rule = &scene->rule[i];
    return sim;
}

void sim_destroy(struct sim *sim)
{
    if (sim == NULL)
        return;
    sim_wheel_stop(&sim->wheel, &sim->flood.timer);
    for (struct sim_timer *timer; (timer = sim_wheel_expire(&sim->wheel, UINT64_MAX)) != NULL;)
        free((struct pending *)timer);
    free(sim->given);
    free(sim);
}

uint64_t sim_due(const struct sim *sim)
{
    return sim_wheel_due(&sim->wheel);
}

unsigned sim_pending(const struct sim *sim)
{
    return sim->pending_count;
}

const struct sim_statistics *sim_counted(const struct sim *sim)
{
    return &sim->statistics;
}

/* --- packets that come --- */

static void schedule(struct sim *sim, uint64_t due_ns, struct pkt_view packet, const char *what)
{
    struct pending *pending =
        sim->pending_count < SIM_PENDING_MAX ? malloc(sizeof *pending + packet.len) : NULL;
    if (pending == NULL) {
        sim->statistics.overflowed++;
        return;
    }
    *pending = (struct pending){
        .note = {sim->fates.ordinal, what},
          .len = packet.len
    };
    pkt_copy(packet, 0, pending->bytes, packet.len);
    sim_wheel_start(&sim->wheel, &pending->timer, due_ns);
    sim->pending_count++;
}

static struct pkt_room room_of(struct sim *sim)
{
    return pkt_room_make(sim->room, sizeof sim->room);
}

/* A copy of the probe that its responder takes for its own: a group's member answers with its own address. */
static struct sim_probe owned(const struct passage *passage)
{
    struct sim_probe probe = *passage->probe;
    probe.dst = passage->responder;
    return probe;
}

static uint64_t noise_of(const struct sim *sim, const struct passage *passage, unsigned rule, uint32_t turn)
{
    return sim_draw_bits(sim_fates_draw(&sim->fates, rule, passage->number), turn);
}

/* Forgers see the probe and need not wait for the reply. */
static void forge(struct sim *sim, const struct passage *passage, unsigned number)
{
    const struct sim_rule *rule = &sim->scene->rule[number];
    struct sim_probe probe = owned(passage);
    struct pkt_view packet;
    for (uint32_t i = 0; i < rule->number; i++) {
        uint64_t noise = noise_of(sim, passage, number, TURN_FORGE + i);
        if (!sim_build_forgery(&probe, rule->forgery, noise, room_of(sim), &packet))
            continue;
        schedule(sim, passage->now_ns, packet, "forged");
        sim->statistics.forged++;
    }
}

static void redirect(struct sim *sim, const struct passage *passage, const struct sim_error *error)
{
    struct sim_probe probe = *passage->probe;
    struct pkt_view packet;
    if (!sim_build_error(&probe, error, 0, room_of(sim), &packet))
        return;
    schedule(sim, passage->now_ns, packet, "redirect");
    sim->statistics.redirects++;
}

/* What comes whatever becomes of the true reply. */
static void accompany(struct sim *sim, const struct passage *passage)
{
    for (unsigned i = 0; i < sim->scene->rule_count; i++) {
        const struct sim_rule *rule = &sim->scene->rule[i];
        bool redirects = rule->kind == SIM_RULE_ERROR && rule->error.kind == SIM_ERROR_REDIRECT;
        if ((rule->kind != SIM_RULE_FORGE && !redirects) ||
            !sim_fates_choose(&sim->fates, i, passage->number))
            continue;
        if (redirects)
            redirect(sim, passage, &rule->error);
        else
            forge(sim, passage, i);
    }
}

static void answer_error(struct sim *sim, const struct passage *passage, const struct sim_fate *fate)
{
    struct pkt_view packet;
    if (!sim_build_error(passage->probe, fate->error, fate->ttl, room_of(sim), &packet))
        return;
    for (unsigned i = 0; i < fate->copies; i++)
        schedule(sim, passage->now_ns + fate->delay_ns, packet, "error");
    sim->statistics.errors += fate->copies;
}

static const char *name_reply(const struct sim_fate *fate, unsigned copy)
{
    if (copy != 0)
        return "duplicate";
    if (fate->wrong_checksum)
        return "reply with a wrong checksum";
    if (fate->corrupt)
        return "corrupted reply";
    if (fate->late)
        return "late reply";
    return fate->reordered ? "reordered reply" : "reply";
}

static void answer_reply(struct sim *sim, const struct passage *passage, struct sim_fate *fate)
{
    struct sim_reply reply = sim_reply_to(passage->probe);
    struct pkt_view packet;
    uint64_t noise = noise_of(sim, passage, SIM_SCENE_RULES, TURN_CORRUPT);
    reply.src = passage->responder;
    reply.ttl = fate->ttl;
    reply.tos = fate->tos < 0 ? reply.tos : (uint8_t)fate->tos;
    reply.packet_id = (uint16_t)(noise >> 48);
    reply.time_ms = (uint32_t)(passage->now_ns / 1000000 % 86400000);
    reply.wrong_checksum = fate->wrong_checksum;
    fate->corrupt = fate->corrupt &&
                    sim_corrupt(reply.data, noise, pkt_room_make(sim->data, sizeof sim->data), &reply.data);
    if (!sim_build_reply(passage->probe, &reply, room_of(sim), &packet))
        return;
    for (unsigned i = 0; i < fate->copies; i++)
        schedule(sim, passage->now_ns + fate->delay_ns, packet, name_reply(fate, i));
    sim->statistics.replies += fate->copies;
    sim->statistics.duplicated += fate->copies - 1;
    sim->statistics.reordered += fate->reordered;
    sim->statistics.late += fate->late;
    sim->statistics.corrupted += fate->corrupt;
    sim->statistics.wrong_checksum += fate->wrong_checksum;
}

static const char *count_end(struct sim_statistics *statistics, enum sim_end end)
{
    switch (end) {
    case SIM_END_SILENCED:
        statistics->silenced++;
        return "silenced";
    case SIM_END_BLACKHOLED:
        statistics->blackholed++;
        return "blackholed";
    default:
        statistics->lost++;
        return "lost";
    }
}

/* What one responder makes of the probe. */
static const char *respond(struct sim *sim, const struct passage *passage)
{
    const struct sim_probe *probe = passage->probe;
    struct sim_case met = {passage->number, passage->now_ns - sim->first_ns, probe->packet.len,
                           probe->uncuttable};
    struct sim_fate fate;
    sim_fates_decide(&sim->fates, &met, &fate);
    if (fate.end != SIM_END_ANSWERED)
        return count_end(&sim->statistics, fate.end);
    if (fate.error != NULL) {
        answer_error(sim, passage, &fate);
        return "answered with an error";
    }
    answer_reply(sim, passage, &fate);
    return "answered";
}

/* --- the flood --- */

static void flood_begin(struct sim *sim, uint64_t now_ns, struct pkt_view probe)
{
    struct flood *flood = &sim->flood;
    if (flood->rule == NULL || probe.len > sizeof flood->probe)
        return;
    flood->probe_len = probe.len;
    pkt_copy(probe, 0, flood->probe, probe.len);
    if (sim->fates.ordinal != 1)
        return;
    flood->start_ns = now_ns;
    sim_wheel_start(&sim->wheel, &flood->timer, now_ns);
}

/* Each of a flood has its place on the clock, so that the rate holds however late it is asked for. */
static void flood_go_on(struct sim *sim)
{
    struct flood *flood = &sim->flood;
    uint64_t rate = flood->rule->number;
    flood->count++;
    uint64_t after_ns = flood->count / rate * 1000000000 + flood->count % rate * 1000000000 / rate;
    if (after_ns < flood->rule->time_ns[0])
        sim_wheel_start(&sim->wheel, &flood->timer, flood->start_ns + after_ns);
}

static bool flood_next(struct sim *sim, struct sim_output *ret_output)
{
    struct flood *flood = &sim->flood;
    struct sim_draw draw = {sim->fates.seed, flood->count, 0, SIM_SCENE_RULES + 1};
    uint64_t noise = sim_draw_bits(draw, TURN_FORGE);
    struct sim_probe probe;
    struct pkt_view packet;
    uint64_t due_ns = flood->timer.due_ns;
    enum sim_forgery forgery = (enum sim_forgery)(flood->count % SIM_FORGE_COUNT);
    flood_go_on(sim);
    if (sim_probe_read(pkt_view_make(flood->probe, flood->probe_len), &probe) != SIM_SORT_PROBE ||
        !sim_build_forgery(&probe, forgery, noise, room_of(sim), &packet))
        return false;
    sim->statistics.flooded++;
    *ret_output = (struct sim_output){
        due_ns, packet, {sim->fates.ordinal, "flood"}
    };
    return true;
}

/* --- in and out --- */

static struct sim_note receive_probe(struct sim *sim, uint64_t now_ns, const struct sim_probe *probe)
{
    const struct sim_group *group = sim_scene_group(sim->scene, probe->dst);
    if (group == NULL && !sim_scene_has_target(sim->scene, probe->dst)) {
        sim->statistics.elsewhere++;
        return (struct sim_note){0, "for somebody else"};
    }
    struct sim_note note = {sim_fates_next(&sim->fates), NULL};
    uint64_t replies = sim->statistics.replies;
    if (note.ordinal == 1)
        sim->first_ns = now_ns;
    sim->statistics.received++;
    flood_begin(sim, now_ns, probe->packet);
    unsigned count = group == NULL ? 1 : group->member_count;
    for (uint32_t i = 0; i < count; i++) {
        struct passage passage = {probe, group == NULL ? probe->dst : group->member[i], i, now_ns};
        accompany(sim, &passage);
        note.what = respond(sim, &passage);
    }
    sim->statistics.answered += sim->statistics.replies != replies;
    return note;
}

struct sim_note sim_receive(struct sim *sim, uint64_t now_ns, struct pkt_view packet)
{
    struct sim_probe probe;
    sim->statistics.packets++;
    switch (sim_probe_read(packet, &probe)) {
    case SIM_SORT_PROBE:
        return receive_probe(sim, now_ns, &probe);
    case SIM_SORT_FRAGMENT:
        sim->statistics.fragments++;
        return (struct sim_note){0, "fragment"};
    case SIM_SORT_DAMAGED:
        sim->statistics.damaged++;
        return (struct sim_note){0, "damaged"};
    default:
        sim->statistics.other++;
        return (struct sim_note){0, "no echo request"};
    }
}

bool sim_next(struct sim *sim, uint64_t now_ns, struct sim_output *ret_output)
{
    struct sim_timer *timer;
    free(sim->given);
    sim->given = NULL;
    while ((timer = sim_wheel_expire(&sim->wheel, now_ns)) == &sim->flood.timer) {
        if (!flood_next(sim, ret_output))
            continue;
        sim->statistics.sent++;
        return true;
    }
    if (timer == NULL)
        return false;
    struct pending *pending = (struct pending *)timer;
    sim->given = pending;
    sim->pending_count--;
    sim->statistics.sent++;
    *ret_output =
        (struct sim_output){timer->due_ns, pkt_view_make(pending->bytes, pending->len), pending->note};
    return true;
}
