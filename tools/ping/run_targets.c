/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets of a run: names into addresses, and what is known of each before the first echo.
 */
#include "run_internal.h"

#include "common/message.h"
#include "on_link.h"
#include "pkt/interface.h"
#include "pkt/route.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name_asked {
    struct run *run;
    uint32_t entry;
    struct name_asked *next, **link; /* in run->asked */
    char text[RESOLVER_NAME_SIZE];
};

static void remember(struct name_asked *asked)
{
    asked->next = asked->run->asked;
    asked->link = &asked->run->asked;
    if (asked->next != NULL)
        asked->next->link = &asked->next;
    asked->run->asked = asked;
}

static void forget(struct name_asked *asked)
{
    *asked->link = asked->next;
    if (asked->next != NULL)
        asked->next->link = asked->link;
    free(asked);
}

void run_forget_names(struct run *run)
{
    while (run->asked != NULL)
        forget(run->asked);
    while (run->ping.nameless != NULL) {
        struct ping_nameless *first = run->ping.nameless;
        run->ping.nameless = first->next;
        free(first);
    }
}

enum { NAMELESS_MAX = 65536 }; /* names without an address that are kept, to be reported */

static void note_nameless(struct ping *ping, const char *name, const char *error)
{
    size_t len = strlen(name);
    ping->unresolved++;
    struct ping_nameless *nameless =
        ping->unresolved > NAMELESS_MAX ? NULL : malloc(sizeof *nameless + len + 1);
    if (nameless == NULL)
        return;
    nameless->next = ping->nameless;
    (void)snprintf(nameless->error, sizeof nameless->error, "%s", error);
    memcpy(nameless->name, name, len + 1);
    ping->nameless = nameless;
}

static void resolved(struct run *run)
{
    if (--run->unresolved == 0)
        loop_stop(run->loop, 0);
}

static void on_addresses(void *context, const struct resolver_address *addresses, unsigned count,
                         const char *canonical, const char *error)
{
    struct name_asked *asked = context;
    struct run *run = asked->run;
    char where[100];
    const char *reason = error == NULL ? "No address associated with hostname" : error;
    if (error == NULL && count > 0) {
        target_settle(run->list, asked->entry, addresses[0].address, addresses[0].scope);
        target_rename(run->list, asked->entry, canonical);
    } else {
        target_where(run->list, asked->entry, where, sizeof where);
        (void)snprintf(run->error.sentence, sizeof run->error.sentence, "%s%.60s: %.60s", where, asked->text,
                       reason);
        message_error("%s", run->error.sentence);
        target_fail(run->list, asked->entry);
        note_nameless(&run->ping, asked->text, reason);
    }
    forget(asked);
    resolved(run);
}

static void on_name(void *context, struct target_list *list, uint32_t entry, const char *name,
                    unsigned family)
{
    struct run *run = context;
    struct name_asked *asked = calloc(1, sizeof *asked);
    unsigned only = family != 0 ? family : run->ping.options->source.version;
    if (asked != NULL) {
        *asked = (struct name_asked){.run = run, .entry = entry};
        (void)snprintf(asked->text, sizeof asked->text, "%s", name);
        run->unresolved++;
        remember(asked);
        if (resolver_forward(run->resolver, name, only, on_addresses, asked) != NULL)
            return;
        run->unresolved--;
        forget(asked);
    }
    message_error("%s: %s", name, strerror(errno));
    note_nameless(&run->ping, name, strerror(errno));
    target_fail(list, entry);
}

/* A signal while names are asked for ends the run. */
static void on_stop(struct loop *loop, void *context, int number)
{
    struct run *run = context;
    run->ping.interrupted = true;
    (void)loop_signal(loop, number, NULL, NULL); /* the second one ends the process at once */
    loop_stop(loop, 0);
}

static void on_quit(struct loop *loop, void *context, int number)
{
    struct run *run = context;
    (void)loop, (void)number;
    if (run->ping.targets != NULL)
        run->ping.report->status(&run->ping);
}

static bool catch_signals(struct run *run)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (!loop_signal(run->loop, stops[i], on_stop, run))
            return false;
    return loop_signal(run->loop, SIGQUIT, on_quit, run);
}

static int add_all(struct run *run, const struct option_operands *operands)
{
    const struct ping_options *options = run->ping.options;
    int result = 0;
    for (int i = 0; result == 0 && i < operands->count; i++)
        result = targets_add(run->list, operands->words[i], &run->error);
    for (unsigned i = 0; result == 0 && i < options->file_count; i++)
        result = targets_add_file(run->list, options->files[i], &run->error);
    return result;
}

bool run_ask_route(struct run *run, const struct ping_target *target, struct pkt_route *ret_route)
{
    const struct ping_options *options = run->ping.options;
    struct pkt_interface interface = {.index = target->scope};
    struct pkt_error error = {.code = PKT_OK};
    if (options->interface != NULL &&
        pkt_interface_find(run->host, options->interface, &interface, &error) != 0)
        return false;
    const struct pkt_route_request request = {.size = sizeof request,
                                              .destination = target->address,
                                              .source = options->source,
                                              .interface = interface.index,
                                              .mark = (uint32_t)options->mark,
                                              .traffic_class = (uint8_t)options->traffic_class,
                                              .protocol = target->address.version == 6 ? 58 : 1};
    /* The kernel would take a group of whichever link comes first (RFC 4291 2.7). */
    if (words_needs_scope(target->address) && interface.index == 0) {
        run->route_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
        (void)snprintf(run->route_error.sentence, sizeof run->route_error.sentence,
                       "a link-local destination needs an interface, as in %s%%eth0",
                       words_of_address(target->address));
        return false;
    }
    int result = pkt_route_get(run->host, &request, ret_route, &error);
    run->route_error = error;
    return result == 0;
}

static bool is_unspecified(struct pkt_ip address)
{
    return address.version == 4 ? pkt_ip4_is_unspecified(address.ip4) : pkt_ip6_is_unspecified(address.ip6);
}

static struct pkt_ip loopback(int version)
{
    struct pkt_ip4 ip4 = {
        {127, 0, 0, 1}
    };
    struct pkt_ip6 ip6 = {{[15] = 1}};
    return version == 4 ? pkt_ip_from4(ip4) : pkt_ip_from6(ip6);
}

/* What is known before the first echo; of a sweep's targets only what their addresses say. */
static void look_at(struct run *run, struct ping_target *target)
{
    struct pkt_route route;
    struct ping *ping = &run->ping;
    target->is_group = pkt_ip_is_multicast(target->address) ||
                       (target->address.version == 4 && pkt_ip4_is_broadcast(target->address.ip4));
    if (is_unspecified(target->address)) /* this machine itself, as the kernel takes it */
        target->address = loopback(target->address.version);
    if (ping->sweeps)
        return;
    if (!run_ask_route(run, target, &route)) {
        target->has_no_way = true;
        return;
    }
    target->is_group |= route.type == PKT_ROUTE_BROADCAST;
    target->is_broadcast = route.type == PKT_ROUTE_BROADCAST;
    if (ping->source.version == 0)
        ping->source = route.source;
}

static int take_targets(struct run *run)
{
    struct ping *ping = &run->ping;
    uint64_t count = targets_count(run->list);
    struct target target;
    ping->targets = count > UINT32_MAX ? NULL : calloc((size_t)count, sizeof *ping->targets);
    /* Who wants a list wants it to end. */
    ping->sweeps = targets_any_swept(run->list) || ping->options->alive || ping->options->unreachable;
    if (!ping->sweeps && count > 1 && count <= UINT32_MAX)
        ping->troubles = calloc((size_t)count, sizeof *ping->troubles);
    if (ping->targets == NULL || (!ping->sweeps && count > 1 && ping->troubles == NULL))
        return run_fail_with(run, PKT_E_MEMORY, ENOMEM, "no memory for so many targets");
    while (ping->target_count < count && target_next(run->list, &target)) {
        struct ping_target *to = &ping->targets[ping->target_count++];
        *to = (struct ping_target){.address = target.address, .scope = target.scope, .name = target.name};
        if (run->wire.sockets[target.address.version == 6] == NULL) {
            run->error = run->family_errors[target.address.version == 6];
            return run->error.code != 0 ? run->error.code
                                        : run_fail_with(run, PKT_E_ARGUMENT, EAFNOSUPPORT,
                                                        "targets and -I, -4 or -6 are of different families");
        }
        look_at(run, to);
    }
    if (ping->sweeps)
        ping->rate_limit = on_link_limit(ping, run->host);
    return 0;
}

/* One target without a way to it is the end, in the words of ping(8). */
static int check_way(struct run *run)
{
    struct ping *ping = &run->ping;
    const struct pkt_error *error = &run->route_error;
    char sentence[80];
    if (ping->target_count != 1 || ping->sweeps || !ping->targets[0].has_no_way)
        return 0;
    if (error->system_errno == 0)
        return run_fail_with(run, PKT_E_ARGUMENT, EINVAL, error->sentence);
    (void)snprintf(sentence, sizeof sentence, "connect: %s", strerror(error->system_errno));
    return run_fail_with(run, PKT_E_SYSTEM, error->system_errno, sentence);
}

/* ping(8) wants to be told that everybody is meant. */
static int check_broadcast(struct run *run)
{
    const struct ping *ping = &run->ping;
    for (uint32_t i = 0; i < ping->target_count; i++) {
        if (!ping->targets[i].is_broadcast)
            continue;
        if (!ping->options->broadcast)
            return run_fail_with(
                run, PKT_E_ARGUMENT, EACCES,
                "Do you want to ping broadcast? Then -b. If not, check your local firewall rules");
        (void)fprintf(stderr, "WARNING: pinging broadcast address\n");
    }
    return 0;
}

int run_find_targets(struct run *run, const struct option_operands *operands)
{
    const struct target_options options = {.size = sizeof options, .family = run->ping.options->family};
    run->list = targets_open(&options);
    if (run->list == NULL || !catch_signals(run))
        return run_fail_with(run, PKT_E_MEMORY, errno, "no memory for targets");
    int result = add_all(run, operands);
    if (result != 0)
        return result;
    (void)targets_resolve(run->list, on_name, run);
    if (run->unresolved > 0)
        (void)loop_run(run->loop);
    if (run->ping.interrupted)
        return run_fail_with(run, PKT_E_SYSTEM, EINTR, "stopped while names were asked for");
    if (targets_count(run->list) == 0 && run->ping.unresolved == 0)
        return run_fail_with(run, PKT_E_ARGUMENT, EINVAL,
                             "nobody to ping: no target is named in what was read");
    if (targets_count(run->list) == 0)
        return PKT_E_ARGUMENT; /* each name's failure is said already */
    result = take_targets(run);
    if (result == 0)
        result = check_way(run);
    if (result == 0)
        result = check_broadcast(run);
    if (result == 0 && (run->ping.options->sticky_source || run->ping.options->connects))
        result = wire_pin(&run->wire, run->ping.options, run->ping.targets, run->ping.source, &run->error);
    return result;
}
