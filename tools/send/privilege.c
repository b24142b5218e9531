/* SPDX-License-Identifier: BSD-2-Clause */
#include "privilege.h"

#include "common/local_time.h"
#include "common/message.h"
#include "pkt/clock.h"
#include "pkt/sandbox.h"
#include "pkt/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 64 };

int privilege_confine(const struct send_options *options, const struct send_supply *supply, char *ret_text,
                      struct pkt_error *reterr_error)
{
    const char *readable[] = {options->replay};
    const char *const writable[] = {"/dev"}; /* the terminal, for a question about a packet yet to come */
    bool reopens = !supply->is_stable && options->replay != NULL && strcmp(options->replay, "-") != 0;
    bool asks = !supply->is_stable && !options->yes;
    struct pkt_sandbox_options sandbox = {
        .size = sizeof sandbox,
        .profile = supply->is_stable ? PKT_SANDBOX_SENDER : PKT_SANDBOX_NETWORK,
        .opens_files = reopens || asks,
        .readable = readable,
        .readable_count = reopens ? 1 : 0,
        .writable = writable,
        .writable_count = asks ? 1 : 0,
    };
    struct pkt_sandbox_state state = {.seccomp = false};
    if (options->via == SEND_VIA_LIBNET) {
        pkt_sandbox_describe(&state, ret_text, TEXT_SIZE); /* libnet makes new calls for each packet */
        return 0;
    }
    (void)local_time_offset(pkt_wall_now()); /* reads the zone's file, as long as it may */
    int result = pkt_sandbox_enter(&sandbox, &state, reterr_error);
    if (result == 0)
        result = pkt_sandbox_prove(&state, reterr_error);
    if (result == 0)
        pkt_sandbox_describe(&state, ret_text, TEXT_SIZE);
    return result;
}

void privilege_advise(const struct pkt_error *error)
{
    char line[160];
    if (error->system_errno != EPERM && error->system_errno != EACCES)
        return;
    for (const char *at = pkt_socket_advice(PKT_SOCKET_PACKET); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)len, at);
        message_hint("%s", line);
        at += len + (at[len] == '\n');
    }
    message_hint("without privilege: pktsend --save FILE writes the packets into a capture file");
}
