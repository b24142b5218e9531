/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When it is said why a target does not answer.
 */
#include "run_internal.h"

#include "common/message.h"
#include "silence.h"
#include "summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SILENT_FOR_WHY = 3,
    WHYS_MAX = 20, /* lines that say why; with --json there is no limit */
};

/* What was said of a target; NULL: no memory, or a sweep, of which one line is all that is said. */
static const char **code_of(struct run *run, const struct ping_target *target)
{
    if (run->ping.sweeps)
        return NULL;
    if (run->why_codes == NULL)
        run->why_codes = calloc(run->ping.target_count, sizeof *run->why_codes);
    return run->why_codes == NULL ? NULL : &run->why_codes[target - run->ping.targets];
}

static void say(struct run *run, struct ping_target *target, const struct silence_answer *answer)
{
    const char **code = code_of(run, target);
    if (code != NULL)
        *code = answer->code;
    run->ping.report->why(&run->ping, target, answer->code, answer->sentence);
}

void run_explain(struct run *run, struct ping_target *target)
{
    struct silence_answer answer;
    if (target->why_said || run->ping.options->no_why)
        return;
    target->why_said = true;
    if (!run->ping.options->json && run->whys == WHYS_MAX) {
        run->whys_left_out++;
        target->why_withdrawn = true; /* there is nothing to withdraw */
        return;
    }
    run->whys++;
    silence_explain(&run->ping, run->host, target, &answer);
    say(run, target, &answer);
}

/* What was said after three echoes, if the end knows better: errors may have come since. */
static void correct(struct run *run, struct ping_target *target)
{
    struct silence_answer answer;
    const char **code = code_of(run, target);
    if (code == NULL || *code == NULL || !target->why_said)
        return;
    silence_explain(&run->ping, run->host, target, &answer);
    if (strcmp(*code, answer.code) != 0 && strcmp(answer.code, "unknown") != 0)
        say(run, target, &answer);
}

/* After three echoes without an answer; with -q in the end alone; of a sweep's targets the table says enough.
 */
void run_silent(struct ping *ping, struct ping_target *target)
{
    if (!ping->sweeps && !ping->options->quiet && target->stats.received == 0 &&
        target->stats.run == SILENT_FOR_WHY)
        run_explain(ping->run, target);
}

/* What was said of its silence is not to stand. */
void run_recovered(struct ping *ping, struct ping_target *target)
{
    char sentence[128];
    target->why_withdrawn = true;
    (void)snprintf(sentence, sizeof sentence, "%s answers now: what was said of it holds no more",
                   words_of_address(target->address));
    ping->report->why(ping, target, "answers", sentence);
}

/* In the end, of those who never answered; of a sweep that nobody answered, one stands for all. */
void run_explain_all(struct run *run)
{
    struct ping *ping = &run->ping;
    bool is_list = ping->options->alive || ping->options->unreachable;
    if (out_has_failed(ping->out)) /* the run was cut off: nobody was silent */
        return;
    uint32_t count = !ping->sweeps ? ping->target_count : !is_list && summary_alive(ping) == 0 ? 1 : 0;
    for (uint32_t i = 0; i < count && i < ping->target_count; i++)
        if (ping->targets[i].stats.received == 0 && ping->targets[i].stats.sent > 0) {
            correct(run, &ping->targets[i]);
            run_explain(run, &ping->targets[i]);
        }
    if (run->whys_left_out > 0)
        message_notice("why: %" PRIu32 " more targets did not answer; --json says of each why",
                       run->whys_left_out);
}

/* A source address that no socket can have. */
void run_explain_socket(struct run *run)
{
    struct silence_answer answer;
    const struct ping_options *options = run->ping.options;
    if (run->ping.targets == NULL && run->error.system_errno == EADDRNOTAVAIL && !options->no_why &&
        silence_explain_source(run->host, options->source, &answer))
        run->ping.report->why(&run->ping, NULL, answer.code, answer.sentence);
}
