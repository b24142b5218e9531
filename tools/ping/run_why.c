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

enum {
    SILENT_FOR_WHY = 3,
    WHYS_MAX = 20, /* lines that say why; with --json there is no limit */
};

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
    run->ping.report->why(&run->ping, target, answer.code, answer.sentence);
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
    uint32_t count = !ping->sweeps ? ping->target_count : !is_list && summary_alive(ping) == 0 ? 1 : 0;
    for (uint32_t i = 0; i < count && i < ping->target_count; i++)
        if (ping->targets[i].stats.received == 0 && ping->targets[i].stats.sent > 0)
            run_explain(run, &ping->targets[i]);
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
