/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include "common/message.h"
#include "pkt/clock.h"
#include "pkt/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    ETHERNET_TYPE = 12,
    ETHERNET_LEN = 14,
};

/*
 * A packet to this machine itself. Behind an Ethernet header the kernel would take it for one from outside
 * with a source of its own, and drop it: it goes as an IP packet.
 */
static bool is_local(const struct send_source *source, const struct send_packet *packet)
{
    static const uint8_t no_macs[ETHERNET_TYPE];
    uint16_t type = pkt_u16(packet->bytes, ETHERNET_TYPE);
    return source->sends && source->options->via == SEND_VIA_AUTO && source->paths.loopback != 0 &&
           packet->interface == source->paths.loopback && packet->linktype == PKT_LINKTYPE_ETHERNET &&
           (type == PKT_ETHERTYPE_IPV4 || type == PKT_ETHERTYPE_IPV6) &&
           memcmp(packet->bytes.ptr, no_macs, sizeof no_macs) == 0;
}

/* A frame for a neighbour that did not answer when it was looked for. */
static bool is_unresolved(const struct send_source *source, const struct send_item *item)
{
    static const struct pkt_mac none;
    return source->paths.unresolved > 0 && item->linktype == PKT_LINKTYPE_ETHERNET &&
           pkt_mac_equal(pkt_mac_at(item->bytes, 0), none);
}

static struct send_item item_of(const struct send_source *source, const struct send_packet *packet)
{
    struct send_item item = {
        .bytes = packet->bytes, .linktype = packet->linktype, .interface = packet->interface};
    if (is_local(source, packet)) {
        item.bytes = pkt_view_from(packet->bytes, ETHERNET_LEN);
        item.linktype = PKT_LINKTYPE_RAW;
        item.interface = 0;
    }
    if (is_unresolved(source, &item))
        item.refusal = EHOSTUNREACH;
    return item;
}

static int plan_next(void *context, struct send_item *ret_item, struct pkt_error *reterr_error)
{
    struct send_source *source = context;
    struct send_packet packet;
    struct send_error error;
    int result = send_plan_next(source->plan, &packet, &error);
    if (result < 0) {
        *reterr_error = (struct pkt_error){.code = result};
        (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%.230s",
                       source->paths.error.code != 0 ? source->paths.error.sentence : error.sentence);
    }
    if (result > 0)
        *ret_item = item_of(source, &packet);
    return result;
}

static int plan_restart(void *context, struct pkt_error *reterr_error)
{
    struct send_source *source = context;
    struct pkt_mono now = pkt_mono_now();
    (void)reterr_error;
    send_plan_restart(source->plan);
    /* With rand or inc a round may be one packet: the kernel is not asked for each. */
    if (pkt_mono_since(now, source->asked) >= PKT_NS_PER_S) {
        send_plan_forget(source->plan);
        source->asked = now;
    }
    return 0;
}

/* "column 7: ..." and beneath it the text with a mark where it is wrong. */
static int refuse_text(const struct send_source *source, const struct send_error *error,
                       struct pkt_error *reterr_error)
{
    enum { SHOWN = 64, BEFORE = 40 };
    size_t at = error->column > 0 ? error->column - 1 : 0;
    size_t from = at > BEFORE ? at - BEFORE : 0;
    *reterr_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
    if (source->paths.error.code != 0) {
        *reterr_error = source->paths.error;
        return reterr_error->code;
    }
    if (error->line > 0)
        (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "line %u, column %zu: %.200s",
                       error->line, error->column, error->sentence);
    else
        (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "column %zu: %.210s",
                       error->column, error->sentence);
    if (error->line == 0 && !source->options->json) {
        message_error("column %zu: %s", error->column, error->sentence);
        message_hint("%.*s", SHOWN, source->text + from);
        message_hint("%*s", (int)(at - from + 1), "^");
        reterr_error->sentence[0] = '\0';
    }
    return PKT_E_ARGUMENT;
}

static uint64_t seed_of(const struct send_options *options)
{
    uint64_t seed = options->seed;
    if (!options->seed_given)
        (void)!getrandom(&seed, sizeof seed, GRND_NONBLOCK);
    return seed;
}

static int open_plan(struct send_source *source, struct send_supply *ret_supply,
                     struct pkt_error *reterr_error)
{
    struct send_error error;
    struct send_context context = {
        .resolve = source->sends ? path_resolve : NULL,
        .resolve_context = &source->paths,
        .link_layer = source->sends && source->options->via != SEND_VIA_RAW,
        .seed = seed_of(source->options),
    };
    int result = send_plan_parse(source->text, &context, &source->plan, &error);
    if (result < 0)
        return refuse_text(source, &error, reterr_error);
    *ret_supply = (struct send_supply){.context = source,
                                       .next = plan_next,
                                       .restart = plan_restart,
                                       .count = send_plan_count(source->plan),
                                       .varies = send_plan_varies(source->plan)};
    if (ret_supply->varies && !source->options->seed_given && source->options->verbose > 0)
        message_notice("random numbers: --seed %llu makes the same packets again",
                       (unsigned long long)context.seed);
    return 0;
}

static int open_replay(struct send_source *source, struct send_supply *ret_supply,
                       struct pkt_error *reterr_error)
{
    const struct send_options *options = source->options;
    struct option_problem problem;
    if (options->rewrite_count > 0) {
        source->rewriter = rewrite_open(options->rewrites, options->rewrite_count, &problem);
        if (source->rewriter == NULL) {
            *reterr_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
            (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "option --rewrite: %.200s",
                           problem.text);
            return PKT_E_ARGUMENT;
        }
    }
    return replay_open(&source->replay, options->replay, source->text, source->rewriter, ret_supply,
                       reterr_error);
}

int source_open(struct send_source *source, const struct send_options *options,
                const struct option_operands *operands, const struct send_carrier *carrier,
                struct send_supply *ret_supply, struct pkt_error *reterr_error)
{
    *source = (struct send_source){.options = options, .sends = carrier != NULL, .asked = pkt_mono_now()};
    int result = carrier == NULL ? 0
                                 : path_open(&source->paths, carrier->interface, options->via != SEND_VIA_RAW,
                                             reterr_error);
    if (result != 0)
        return result;
    source->text = options_join(operands);
    if (source->text == NULL) {
        *reterr_error = (struct pkt_error){.code = PKT_E_MEMORY, .sentence = "not enough memory"};
        return PKT_E_MEMORY;
    }
    return options->replay == NULL ? open_plan(source, ret_supply, reterr_error)
                                   : open_replay(source, ret_supply, reterr_error);
}

bool source_is_loopback(const struct send_source *source)
{
    struct pkt_interface interface;
    struct pkt_error error;
    return source->sends && source->paths.interface != 0 &&
           pkt_interface_get(source->paths.host, source->paths.interface, &interface, &error) == 0 &&
           (interface.flags & PKT_INTERFACE_LOOPBACK) != 0;
}

bool source_is_ours(void *context, struct pkt_view address)
{
    const struct send_source *source = context;
    return path_is_ours(&source->paths, address);
}

static void say(uint64_t count, const char *what)
{
    if (count > 0)
        message_error("%llu %s left out: %s", (unsigned long long)count,
                      message_plural(count, "packet was", "packets were"), what);
}

enum tool_status source_conclude(const struct send_source *source, enum tool_status status)
{
    const struct replay_counts *counts = &source->replay.counts;
    say(counts->left_out_cut, "the capture does not hold the whole of them");
    say(counts->left_out_link, "their link layer cannot be sent, and no IP packet was found in it");
    if (counts->unwrapped > 0)
        message_notice("%llu %s sent as IP, without the link-layer header of the capture",
                       (unsigned long long)counts->unwrapped,
                       message_plural(counts->unwrapped, "packet was", "packets were"));
    if (counts->backwards > 0)
        message_warning("the capture's clock went back %llu times: those packets went at once",
                        (unsigned long long)counts->backwards);
    if (source->rewriter != NULL)
        message_notice("%llu %s of the capture %s rewritten", (unsigned long long)counts->rewritten,
                       message_plural(counts->rewritten, "packet", "packets"),
                       counts->rewritten == 1 ? "was" : "were");
    bool is_whole = counts->left_out_cut == 0 && counts->left_out_link == 0;
    return is_whole ? status : tool_status_worse(status, TOOL_ERROR);
}

void source_close(struct send_source *source)
{
    send_plan_free(source->plan);
    replay_close(&source->replay);
    if (source->rewriter != NULL)
        rewrite_close(source->rewriter);
    path_close(&source->paths);
    free(source->text);
}
