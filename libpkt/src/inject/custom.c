/*
 * The sender over the caller's own function: how a capture file becomes one without this room knowing
 * capture.
 */
#include "fail.h"
#include "sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct custom_sender {
    struct pkt_sender sender;
    struct pkt_sender_custom custom;
};

static unsigned send_each(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                          int *ret_errno)
{
    const struct pkt_sender_custom *custom = &((struct custom_sender *)(void *)sender)->custom;
    for (unsigned i = 0; i < count; i++) {
        *ret_errno = custom->send(custom->context, &packets[i]);
        if (*ret_errno != 0)
            return i;
    }
    return count;
}

static void close_custom(struct pkt_sender *sender)
{
    const struct pkt_sender_custom *custom = &((struct custom_sender *)(void *)sender)->custom;
    if (custom->close != NULL)
        custom->close(custom->context);
    free(sender);
}

static const struct sender_ops ops = {.send = send_each, .close = close_custom};

int pkt_sender_open_custom(const struct pkt_sender_custom *custom, struct pkt_sender **ret_sender,
                           struct pkt_error *reterr_error)
{
    if (custom->size != sizeof *custom || custom->send == NULL || custom->layer < PKT_SENDER_LAYER_LINK ||
        custom->layer > PKT_SENDER_LAYER_MESSAGE)
        return inject_fail(reterr_error, PKT_E_ARGUMENT,
                           "a sender of one's own needs its size, layer and function");
    struct custom_sender *self = calloc(1, sizeof *self);
    if (self == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "a sender of one's own: out of memory");
    self->custom = *custom;
    snprintf(self->sender.name, sizeof self->sender.name, "%s",
             custom->name != NULL ? custom->name : "custom");
    self->sender.fd = custom->fd;
    self->sender.ops = &ops;
    self->sender.info = (struct pkt_sender_info){
        .kind = PKT_SENDER_CUSTOM, .layer = custom->layer, .name = self->sender.name};
    *ret_sender = &self->sender;
    return 0;
}
