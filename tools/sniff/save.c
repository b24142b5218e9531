/* SPDX-License-Identifier: BSD-2-Clause */
#include "save.h"

#include "common/message.h"
#include "common/output.h"

#include <errno.h>
#include <string.h>

static const char *shown_name(const char *path)
{
    return out_is_standard(path) ? "standard output" : path;
}

/* Whether the whole file is copied: then the lengths that pcapng sections state stay true. */
static bool is_whole(const struct sniff *sniff)
{
    return sniff->filter == NULL && sniff->options->packets == 0 && sniff->options->skip == 0;
}

bool save_open(struct sniff *sniff)
{
    const struct pkt_saver_options options = {.size = sizeof options,
                                              .whole = is_whole(sniff),
                                              .application = "pktsniff " PKT_VERSION_STRING,
                                              .reading = sniff->source};
    const char *path = sniff->options->save;
    return path == NULL || (pkt_saver_open_file(path, &options, &sniff->saver, &sniff->error) == 0 &&
                            pkt_saver_begin(sniff->saver, sniff->source, &sniff->error) == 0);
}

bool save_event(struct sniff *sniff, const struct pkt_event *event)
{
    struct pkt_saver *saver = sniff->saver;
    if (saver == NULL)
        return true;
    if (pkt_saver_event(saver, sniff->source, event, &sniff->error) != 0)
        return false;
    return !sniff->options->packet_buffered || pkt_saver_flush(saver, &sniff->error) == 0;
}

bool save_flush(struct sniff *sniff)
{
    return sniff->saver == NULL || pkt_saver_flush(sniff->saver, &sniff->error) == 0;
}

void save_finish(struct sniff *sniff)
{
    struct pkt_error error;
    if (sniff->saver == NULL)
        return;
    /* A source whose first bytes came late, and that has no packets, tells its format only now. What fails
     * here fails again at the end. */
    if (sniff->error.code == 0 && pkt_saver_begin(sniff->saver, sniff->source, &error) != 0)
        sniff->error = error;
    int result = pkt_saver_finish(sniff->saver, &sniff->saved, &error);
    sniff->saver = NULL;
    if (result == 0)
        return;
    if (error.system_errno == EPIPE && out_is_standard(sniff->options->save))
        out_die_of_closed_pipe();
    if (sniff->error.code == 0)
        sniff->error = error;
    else if (strcmp(sniff->error.sentence, error.sentence) != 0)
        message_error("%s", error.sentence);
}

enum tool_status save_conclude(const struct sniff *sniff)
{
    char text[300];
    uint32_t losses = sniff->saved.losses;
    if (sniff->options->save == NULL)
        return TOOL_OK;
    message_notice("%llu %s saved to %s", (unsigned long long)sniff->saved.packets,
                   message_plural(sniff->saved.packets, "packet", "packets"),
                   shown_name(sniff->options->save));
    if ((losses & PKT_SAVER_LOST_LONG) != 0)
        message_error("%s: blocks of more than 2 MiB are missing, which are skipped when read",
                      sniff->options->save);
    if ((losses & ~(uint32_t)PKT_SAVER_LOST_LONG) != 0) {
        pkt_saver_describe_losses(losses & ~(uint32_t)PKT_SAVER_LOST_LONG, text, sizeof text);
        message_warning("%s: not kept in this format: %s", sniff->options->save, text);
    }
    return (losses & PKT_SAVER_LOST_LONG) != 0 ? TOOL_ERROR : TOOL_OK;
}
