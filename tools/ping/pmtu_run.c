/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmtu_run.h"

#include "common/message.h"
#include "pkt/clock.h"
#include "pkt/icmp.h"
#include "pkt/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

enum {
    ICMP_HEADER_LEN = 8, /* of an echo (RFC 792, RFC 4443 4.1) */
    SEQUENCE_OFF = 6,
    IP4_HEADER_LEN = 20,
    IP6_HEADER_LEN = 40,
    MESSAGE_MAX = 65535,
    CODE_FRAGMENTATION_NEEDED = 4, /* of "unreachable" (RFC 1191) */
    FRAGMENTED_MAX = 3,            /* echoes that routers may fragment, until one comes back */
};

uint32_t pmtu_headers(const struct ping_target *target)
{
    return ICMP_HEADER_LEN + (target->address.version == 6 ? IP6_HEADER_LEN : IP4_HEADER_LEN);
}

static int fail(struct pmtu_run *p, int system_errno, const char *sentence)
{
    p->run->error = (struct pkt_error){.code = PKT_E_ARGUMENT, .system_errno = system_errno};
    (void)snprintf(p->run->error.sentence, sizeof p->run->error.sentence, "%s", sentence);
    return PKT_E_ARGUMENT;
}

static struct pkt_icmp_socket *socket_of(const struct pmtu_run *p)
{
    return p->run->wire.sockets[p->target->address.version == 6];
}

static uint64_t tag_of(const struct pmtu_run *p, struct pkt_ip address, uint64_t number)
{
    struct pkt_icmp_socket_info info;
    pkt_icmp_socket_get_info(p->run->wire.sockets[address.version == 6], &info);
    return pkt_echo_tag(p->key, address, info.identifier, number);
}

static void flush(struct pmtu_run *p)
{
    if (p->run->ping.options->json)
        out_sink_flush(&p->run->ping.sink);
    else
        out_flush(p->run->ping.out);
}

/* --- what comes --- */

/* The probe that a message of ours belongs to: by number and tag, or where too little is quoted for these, by
 * sequence number and destination. False: none of this search. */
static bool find_probe(const struct pmtu_run *p, struct pkt_view message, struct pkt_ip destination,
                       unsigned *ret_probe)
{
    struct pkt_echo_payload payload;
    if (message.len < ICMP_HEADER_LEN || !pkt_ip_equal(destination, p->target->address))
        return false;
    uint16_t sequence = pkt_u16(message, SEQUENCE_OFF);
    *ret_probe = (uint16_t)(sequence - 1 - p->first);
    pkt_echo_payload_read(pkt_view_from(message, ICMP_HEADER_LEN), &payload);
    return *ret_probe < p->pmtu.count + p->fragmented &&
           (!payload.has_tag || payload.tag == tag_of(p, destination, p->first + *ret_probe)) &&
           (!payload.has_number || payload.number == p->first + *ret_probe);
}

/* Nothing of this search: either it comes late, to an echo of an earlier one, or it is made up. */
static void count_stray(struct pmtu_run *p, struct pkt_view message, struct pkt_ip destination)
{
    struct pkt_echo_payload payload;
    pkt_echo_payload_read(pkt_view_from(message, ICMP_HEADER_LEN), &payload);
    bool is_late = payload.has_number && payload.number < p->first &&
                   payload.tag == tag_of(p, destination, payload.number);
    p->run->ping.forged += !is_late;
}

static void take_message(struct pmtu_run *p, const struct pkt_icmp_event *event)
{
    bool is_reply = event->type == (event->from.version == 6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY);
    struct pmtu_news news = {.event = event};
    if (!is_reply || event->checksum == PKT_CHECKSUM_BAD)
        return;
    if (event->message.len < ICMP_HEADER_LEN + PKT_ECHO_PAYLOAD_SIZE ||
        !find_probe(p, event->message, event->from, &news.probe)) {
        count_stray(p, event->message, event->from);
        return;
    }
    /* Once the search is over, its result stands. */
    if (p->fragmented > 0 ? p->fragments_pass || news.probe < p->pmtu.count
                          : !pmtu_reply(&p->pmtu, news.probe, event->read))
        return;
    p->received++;
    p->fragments_pass = p->fragmented > 0;
    if (p->fragments_pass)
        return;
    news.rtt_ns = pkt_mono_since(event->read, p->pmtu.probes[news.probe].sent);
    p->report->news(p, &news);
}

static bool says_too_long(const struct pkt_icmp_event *event)
{
    if (event->from.version == 6)
        return event->type == PKT_ICMP6_PACKET_TOO_BIG;
    return event->type == PKT_ICMP_UNREACHABLE && event->code == CODE_FRAGMENTATION_NEEDED;
}

static bool is_mere_news(const struct pkt_icmp_event *event)
{
    return event->type == (event->from.version == 6 ? PKT_ICMP6_REDIRECT : PKT_ICMP_REDIRECT);
}

static void take_error(struct pmtu_run *p, const struct pkt_icmp_event *event)
{
    struct pmtu_news news = {.event = event, .is_too_long = says_too_long(event)};
    if (is_mere_news(event))
        return;
    if (!find_probe(p, event->quoted, event->quoted_destination, &news.probe)) {
        count_stray(p, event->quoted, event->quoted_destination);
        return;
    }
    if (p->fragmented > 0)
        return;
    if (news.is_too_long) {
        news.is_believed = pmtu_too_long(&p->pmtu, news.probe, event->from, event->mtu);
    } else {
        pmtu_failed(&p->pmtu, news.probe, event->read);
        p->run->ping.trouble = (struct ping_trouble){
            .target = p->target,
            .from = event->from,
            .words = {.is_ip6 = event->from.version == 6, .type = event->type, .code = event->code}
        };
    }
    p->report->news(p, &news);
}

/* What the kernel says of the packet that it just refused. */
static void take_local(struct pmtu_run *p, const struct pkt_icmp_event *event)
{
    unsigned last = p->pmtu.count - 1;
    if (event->system_errno == EMSGSIZE && p->pmtu.count > 0 && p->pmtu.probes[last].fate == PMTU_UNDER_WAY &&
        p->pmtu.probes[last].size > event->mtu)
        pmtu_unsendable(&p->pmtu, last, event->mtu);
}

static void receive_from(struct pmtu_run *p, struct pkt_icmp_socket *socket)
{
    static void (*const takers[])(struct pmtu_run *, const struct pkt_icmp_event *) = {
        [PKT_ICMP_EVENT_MESSAGE] = take_message,
        [PKT_ICMP_EVENT_ERROR] = take_error,
        [PKT_ICMP_EVENT_LOCAL] = take_local,
    };
    struct pkt_icmp_event *events = p->run->wire.events;
    unsigned count;
    while ((count = pkt_icmp_socket_receive(socket, events, WIRE_EVENTS)) > 0)
        for (unsigned i = 0; i < count; i++)
            if (events[i].kind >= PKT_ICMP_EVENT_MESSAGE && events[i].kind <= PKT_ICMP_EVENT_LOCAL)
                takers[events[i].kind](p, &events[i]);
}

/* Also what comes late for a target of the other family: a socket that is not read wakes us for ever. */
static void receive(struct pmtu_run *p)
{
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        if (p->run->wire.sockets[i] != NULL)
            receive_from(p, p->run->wire.sockets[i]);
}

/* --- what is sent --- */

/* An echo request; returns the errno of one that was not sent. */
static int send_echo(struct pmtu_run *p, uint64_t number, uint32_t size)
{
    uint16_t sequence = htons((uint16_t)(number + 1));
    size_t len = size - (pmtu_headers(p->target) - ICMP_HEADER_LEN);
    int error = ENOBUFS;
    memset(p->message, 0, ICMP_HEADER_LEN);
    p->message[0] = p->target->address.version == 6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST;
    memcpy(p->message + SEQUENCE_OFF, &sequence, sizeof sequence);
    (void)pkt_echo_payload_write(p->message + ICMP_HEADER_LEN, len - ICMP_HEADER_LEN,
                                 tag_of(p, p->target->address, number), number);
    const struct pkt_icmp_outgoing packet = {
        .message = {p->message, len},
          .destination = p->target->address, .scope = p->target->scope
    };
    p->sent++;
    return pkt_icmp_socket_send(socket_of(p), &packet, 1, &error) == 1 ? error : ENOBUFS;
}

static void send_probe(struct pmtu_run *p)
{
    struct pmtu_news news = {.probe = p->pmtu.count - 1};
    const struct pmtu_probe *probe = &p->pmtu.probes[news.probe];
    news.send_errno = send_echo(p, p->first + news.probe, probe->size);
    receive(p);
    if (news.send_errno == 0)
        return;
    if (news.send_errno == EMSGSIZE && probe->fate == PMTU_UNDER_WAY)
        pmtu_unsendable(&p->pmtu, news.probe, 0);
    if (news.send_errno != EMSGSIZE) {
        pmtu_failed(&p->pmtu, news.probe, pkt_mono_now());
        p->run->ping.trouble = (struct ping_trouble){.target = p->target, .send_errno = news.send_errno};
    }
    p->report->news(p, &news);
}

/* Goes on with the search as far as it goes without waiting. False: it is over. */
static bool advance(struct pmtu_run *p)
{
    enum pmtu_step step;
    do {
        unsigned last = p->pmtu.count;
        bool was_under_way = last > 0 && p->pmtu.probes[last - 1].fate == PMTU_UNDER_WAY;
        step = pmtu_turn(&p->pmtu, pkt_mono_now());
        if (was_under_way && p->pmtu.probes[last - 1].fate == PMTU_VANISHED)
            p->report->news(p, &(struct pmtu_news){.probe = last - 1});
        if (step == PMTU_SEND)
            send_probe(p);
    } while (step == PMTU_SEND);
    return step != PMTU_OVER;
}

/* --- in fragments --- */

/* Routers fragment IPv4 packets alone, and those that this machine does not fragment itself. */
static bool may_be_fragmented(const struct pmtu_run *p)
{
    struct pmtu_result result;
    pmtu_result(&p->pmtu, &result);
    return p->target->address.version == 4 && p->pmtu.limit > result.mtu &&
           (result.way == PMTU_BY_REPORT || result.way == PMTU_BY_SILENCE);
}

static void set_discovery(const struct pmtu_run *p, int how)
{
    (void)setsockopt(pkt_icmp_socket_fd(socket_of(p)), SOL_IP, IP_MTU_DISCOVER, &how, sizeof how);
}

/* Sends what is too long, up to three times, without DF and in one piece. True: an answer may come yet. */
static bool try_fragments(struct pmtu_run *p)
{
    struct pkt_mono now = pkt_mono_now();
    if (p->fragments_pass || !may_be_fragmented(p))
        return false;
    if (p->fragmented > 0 && now.ns < p->due.ns)
        return true;
    if (p->fragmented == FRAGMENTED_MAX)
        return false;
    set_discovery(p, IP_PMTUDISC_INTERFACE);
    (void)send_echo(p, p->first + p->pmtu.count + p->fragmented, p->pmtu.limit);
    set_discovery(p, IP_PMTUDISC_PROBE);
    p->fragmented++;
    p->due = (struct pkt_mono){now.ns + pmtu_wait(&p->pmtu)};
    return true;
}

/* --- the targets, one after the other --- */

/* The interface, as far as the routes tell; without, the first packet that is too long for it does. */
static void find_interface(struct pmtu_run *p)
{
    struct pkt_route route;
    struct pkt_error error;
    p->interface = (struct pkt_interface){.index = 0};
    if (!run_ask_route(p->run, p->target, &route) ||
        pkt_interface_get(p->run->host, route.interface, &p->interface, &error) != 0)
        p->interface = (struct pkt_interface){.index = 0};
}

static void begin_target(struct pmtu_run *p)
{
    const struct ping_options *options = p->run->ping.options;
    find_interface(p);
    p->fragmented = 0;
    p->fragments_pass = false;
    pmtu_start(&p->pmtu, p->target->address.version, p->interface.mtu, options->wait_ns);
    p->report->begin(p);
}

static void end_target(struct pmtu_run *p)
{
    pmtu_result(&p->pmtu, &p->result);
    p->reached += p->result.mtu > 0;
    p->unclear += p->result.mtu > 0 && p->result.way == PMTU_BY_NOTHING;
    p->report->result(p);
    if (p->result.mtu == 0 && !p->run->ping.interrupted)
        run_explain(p->run, p->target);
    p->first += p->pmtu.count + p->fragmented;
}

/* False: there is no further one. */
static bool next_target(struct pmtu_run *p)
{
    const struct ping *ping = &p->run->ping;
    if (p->target == &ping->targets[ping->target_count - 1])
        return false;
    p->target++;
    begin_target(p);
    return true;
}

static void turn(struct pmtu_run *p)
{
    bool goes_on = true;
    receive(p);
    while (goes_on && !advance(p) && !try_fragments(p)) {
        end_target(p);
        goes_on = next_target(p);
    }
    flush(p);
    p->run->ping.complete = !goes_on;
    if (!goes_on || out_has_failed(p->run->ping.out))
        loop_stop(p->run->loop, 0);
    else
        (void)loop_timer_start(p->run->loop, &p->timer, p->fragmented > 0 ? p->due : p->pmtu.due);
}

static void on_timer(struct loop *loop, void *context, int64_t late_ns)
{
    (void)loop, (void)late_ns;
    turn(context);
}

static void on_ready(struct loop *loop, void *context, int fd, short events)
{
    (void)loop, (void)fd, (void)events;
    turn(context);
}

static void on_quit(struct loop *loop, void *context, int number)
{
    const struct pmtu_run *p = context;
    (void)loop, (void)number;
    (void)fprintf(stderr, "%s: %u echoes; %u bytes pass, %u do not\n", words_of_address(p->target->address),
                  p->pmtu.count, p->pmtu.proved, pmtu_refused(&p->pmtu)->size);
}

static bool watch(struct pmtu_run *p)
{
    struct run *run = p->run;
    p->timer = (struct loop_timer){.on_timer = on_timer, .context = p};
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        if (run->wire.sockets[i] != NULL &&
            !loop_watch(run->loop, pkt_icmp_socket_fd(run->wire.sockets[i]), POLLIN, on_ready, p))
            return false;
    return loop_signal(run->loop, SIGQUIT, on_quit, p) &&
           loop_timer_start(run->loop, &p->timer, loop_now(run->loop));
}

static int prepare(struct pmtu_run *p)
{
    const struct ping *ping = &p->run->ping;
    for (uint32_t i = 0; i < ping->target_count; i++)
        if (ping->targets[i].is_group)
            return fail(p, EINVAL, "a group has no path MTU: name hosts");
    p->message = malloc(MESSAGE_MAX);
    if (p->message == NULL)
        return fail(p, ENOMEM, "no memory for an echo");
    for (size_t i = 0; i < MESSAGE_MAX; i++)
        p->message[i] = (uint8_t)i;
    if (getrandom(p->key, sizeof p->key, 0) != (ssize_t)sizeof p->key)
        return fail(p, errno, "no random numbers from the kernel");
    return run_confine(p->run);
}

static enum tool_status search(struct pmtu_run *p)
{
    struct ping *ping = &p->run->ping;
    if (prepare(p) != 0)
        return run_fail(p->run);
    if (!watch(p)) {
        (void)fail(p, errno, "no memory for the event loop");
        return run_fail(p->run);
    }
    if (ping->options->verbose > 0)
        message_notice("%s socket, sandbox: %s", ping->socket_kind, ping->sandbox);
    if (ping->options->json)
        ping->report->begin(ping);
    p->target = ping->targets;
    begin_target(p);
    int result = loop_run(p->run->loop);
    if (result < 0)
        (void)snprintf(ping->failure, sizeof ping->failure, "waiting failed: %s", strerror(-result));
    if (!ping->complete)
        end_target(p);
    p->report->end(p);
    flush(p);
    if (result < 0)
        return TOOL_ERROR;
    bool found = p->reached == ping->target_count && p->unclear == 0 && ping->unresolved == 0;
    return found ? TOOL_OK : TOOL_NO;
}

enum tool_status pmtu_run(struct run *run)
{
    static struct pmtu_run p;
    p = (struct pmtu_run){.run = run,
                          .report = run->ping.options->json ? &pmtu_report_json : &pmtu_report_text};
    enum tool_status status = search(&p);
    free(p.message);
    return status;
}
