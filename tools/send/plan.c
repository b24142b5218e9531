/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan: the lines of a description, and where it is in them.
 */
#include "plan.h"
#include "language.h"

#include "pkt/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct send_plan {
    struct memory memory;
    struct send_context context;
    struct line *lines;
    struct line *line;   /* the one that gives packets now; NULL: the round is over */
    uint64_t line_given; /* packets of it */
    uint64_t given;      /* of the round */
    uint64_t serial;     /* of all rounds */
    bool varies;
    struct maker maker;
    uint8_t buffer[SEND_PACKET_MAX];
    uint8_t scratch[SEND_PACKET_MAX];
};

/* --- text --- */

static int fail(struct send_error *reterr, int code, const char *what, const char *why)
{
    *reterr = (struct send_error){.column = 1, .length = 0};
    (void)snprintf(reterr->sentence, sizeof reterr->sentence, "%s%s%s", what, why == NULL ? "" : ": ",
                   why == NULL ? "" : why);
    return code;
}

static int add_line(struct send_plan *plan, struct line ***last, const char *text, size_t len,
                    unsigned number, struct send_error *reterr)
{
    struct line *line = memory_take(&plan->memory, sizeof *line);
    if (line == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    line->text = text;
    line->text_len = (uint32_t)len;
    line->number = number;
    *reterr = (struct send_error){.line = number};
    if (!language_parse(&plan->memory, &plan->context, line, reterr))
        return plan->memory.failed ? fail(reterr, PKT_E_MEMORY, "out of memory", NULL) : PKT_E_ARGUMENT;
    plan->varies |= line->varies;
    **last = line;
    *last = &line->next;
    return 0;
}

static bool says_nothing(const char *text, size_t len)
{
    size_t blanks = 0;
    while (blanks < len && (text[blanks] == ' ' || text[blanks] == '\t' || text[blanks] == '\r'))
        blanks++;
    return blanks == len || text[blanks] == '#';
}

/* One description a line. */
static int add_lines(struct send_plan *plan, const char *text, size_t len, struct send_error *reterr)
{
    struct line **last = &plan->lines;
    unsigned number = 1;
    for (size_t off = 0; off < len; number++) {
        const char *end = memchr(text + off, '\n', len - off);
        size_t line_len = end == NULL ? len - off : (size_t)(end - (text + off));
        int error = says_nothing(text + off, line_len)
                        ? 0
                        : add_line(plan, &last, text + off, line_len, number, reterr);
        if (error < 0)
            return error;
        off += line_len + 1;
    }
    return plan->lines == NULL ? fail(reterr, PKT_E_ARGUMENT, "the file describes no packet", NULL) : 0;
}

static int read_lines(struct send_plan *plan, const char *path, struct send_error *reterr)
{
    char *text = memory_take(&plan->memory, SEND_TEXT_MAX + 1);
    if (text == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    bool is_input = strcmp(path, "-") == 0;
    FILE *stream = is_input ? stdin : fopen(path, "rbe");
    if (stream == NULL)
        return fail(reterr, PKT_E_SYSTEM, path, strerror(errno));
    size_t len = fread(text, 1, SEND_TEXT_MAX + 1, stream);
    int error = ferror(stream) != 0 ? errno : 0;
    if (!is_input)
        (void)fclose(stream);
    if (error != 0)
        return fail(reterr, PKT_E_SYSTEM, path, strerror(error));
    if (len > SEND_TEXT_MAX)
        return fail(reterr, PKT_E_ARGUMENT, path, "has more than 65536 bytes");
    return add_lines(plan, text, len, reterr);
}

static int read_text(struct send_plan *plan, const char *text, struct send_error *reterr)
{
    struct line **last = &plan->lines;
    size_t len = strnlen(text, SEND_TEXT_MAX + 1);
    if (len > SEND_TEXT_MAX)
        return fail(reterr, PKT_E_ARGUMENT, "the description has more than 65536 bytes", NULL);
    if (text[0] == '@')
        return read_lines(plan, text + 1, reterr);
    char *copy = memory_take(&plan->memory, len + 1);
    if (copy == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    memcpy(copy, text, len);
    return add_line(plan, &last, copy, len, 0, reterr);
}

/* --- packets --- */

static bool build(struct send_plan *plan, struct line *line, uint64_t number, struct pkt_view *ret_packet,
                  struct send_error *reterr)
{
    *reterr = (struct send_error){.line = line->number};
    plan->maker.error = reterr;
    plan->maker.serial = plan->serial;
    for (struct slot *slot = line->slots; slot != NULL; slot = slot->next)
        slot_evaluate(slot, number, plan->serial, plan->context.seed);
    return language_make(&plan->maker, line, plan->buffer, sizeof plan->buffer, ret_packet);
}

int send_plan_parse(const char *text, const struct send_context *context, struct send_plan **ret_plan,
                    struct send_error *reterr)
{
    struct send_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    if (context != NULL)
        plan->context = *context;
    plan->maker.context = &plan->context;
    plan->maker.scratch = plan->scratch;
    int error = read_text(plan, text, reterr);
    for (struct line *line = plan->lines; line != NULL && error == 0; line = line->next) {
        struct pkt_view packet;
        error = build(plan, line, 0, &packet, reterr) ? 0 : PKT_E_ARGUMENT;
    }
    if (error < 0) {
        send_plan_free(plan);
        return error;
    }
    send_plan_restart(plan);
    *ret_plan = plan;
    return 0;
}

uint64_t send_plan_count(const struct send_plan *plan)
{
    uint64_t count = 0;
    for (const struct line *line = plan->lines; line != NULL; line = line->next)
        count = saturated_add(count, line->count);
    return count;
}

bool send_plan_varies(const struct send_plan *plan)
{
    return plan->varies;
}

static void fill_packet(struct send_plan *plan, struct pkt_view bytes, struct send_packet *ret_packet)
{
    const struct layer_kind *first = plan->line->layer[0].kind;
    *ret_packet = (struct send_packet){
        .bytes = bytes,
        .number = plan->given + 1,
        .interface = plan->maker.has_path ? plan->maker.path.interface : 0,
        .linktype = first->linktype,
        .has_link_layer = (first->flags & LAYER_LINK) != 0,
    };
}

int send_plan_next(struct send_plan *plan, struct send_packet *ret_packet, struct send_error *reterr)
{
    struct pkt_view bytes;
    while (plan->line != NULL && plan->line_given == plan->line->count) {
        plan->line = plan->line->next;
        plan->line_given = 0;
    }
    if (plan->line == NULL)
        return 0;
    if (!build(plan, plan->line, plan->line_given, &bytes, reterr))
        return PKT_E_ARGUMENT;
    fill_packet(plan, bytes, ret_packet);
    plan->line_given++;
    plan->given++;
    plan->serial++;
    return 1;
}

void send_plan_restart(struct send_plan *plan)
{
    plan->line = plan->lines;
    plan->line_given = 0;
    plan->given = 0;
}

void send_plan_free(struct send_plan *plan)
{
    if (plan == NULL)
        return;
    memory_free(&plan->memory);
    free(plan);
}
