/*
 * Pings through an ICMP socket for icmp_socket.sh, and prints what came back.
 *
 *     helper_icmp_socket FAMILY KIND [KEY=VALUE]... to=ADDRESS [to=ADDRESS]...
 *
 * KIND is auto, datagram or raw. Sends count=N echo requests to each address in turn, waits until wait=N
 * messages, errors and local errors came (all that were sent, by default) or timeout_ms=N passed, and prints
 * them sorted, with sequence numbers in place of numbers, then the counts. What the kinds do not share stands
 * behind " | ".
 *
 * Keys: count, size (payload bytes), ttl, class, label, identifier, stamps (points), pmtu, batch, rate_ns
 * (pause between batches), linger_ms (silence that is waited for at the end), broadcast, direct, keep (bytes
 * of a message that are kept), buffer (bytes), counted=1 (as on a kernel without marks), interface, source,
 * options (hexadecimal), sweep=N (N addresses from the first on, one echo each, no lines), ready=1 (says so
 * and waits for a line before it sends)
 */
#include "inject/icmp_socket.h"
#include "pkt/address.h"
#include "pkt/clock.h"
#include "pkt/icmp.h"
#include "pkt/icmp_socket.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINES_MAX = 20000, LINE_MAX_LEN = 900, BATCH = 64, SWEEP_MAX = 70000, TARGETS_MAX = 16, EVENTS = 128 };

static struct settings {
    unsigned long count, size, ttl, class, label, identifier, stamps, pmtu, batch, rate_ns, linger_ms,
        broadcast, direct, keep, sweep, wait, timeout_ms, ready, mark, buffer, counted;
} settings = {.count = 1, .size = 56, .batch = BATCH, .timeout_ms = 5000};

static const char *interface, *source, *ip_options;
static const char *targets[TARGETS_MAX];
static unsigned target_count;

static struct pkt_icmp_socket *icmp;
static unsigned family;
static char *lines[LINES_MAX];
static unsigned line_count;
static unsigned long answers, wakes, stamped, early, missing, doubled;
static struct pkt_wall left[SWEEP_MAX];
static uint8_t stamp_counts[SWEEP_MAX];
static uint8_t payload[65536];

static void die(const char *what)
{
    fprintf(stderr, "helper_icmp_socket: %s\n", what);
    exit(2);
}

static struct pkt_ip parse_ip(const char *text)
{
    struct pkt_ip ip = {0};
    if (pkt_ip4_parse(text, strlen(text), &ip.ip4))
        ip.version = 4;
    else if (pkt_ip6_parse(text, strcspn(text, "%"), &ip.ip6))
        ip.version = 6;
    else
        die(text);
    return ip;
}

/* --- the command line --- */

static bool set_number(const char *key, size_t len, const char *value)
{
    const struct {
        const char *key;
        unsigned long *number;
    } numbers[] = {
        {"count",      &settings.count     },
        {"size",       &settings.size      },
        {"ttl",        &settings.ttl       },
        {"class",      &settings.class     },
        {"label",      &settings.label     },
        {"stamps",     &settings.stamps    },
        {"pmtu",       &settings.pmtu      },
        {"batch",      &settings.batch     },
        {"rate_ns",    &settings.rate_ns   },
        {"linger_ms",  &settings.linger_ms },
        {"broadcast",  &settings.broadcast },
        {"direct",     &settings.direct    },
        {"keep",       &settings.keep      },
        {"sweep",      &settings.sweep     },
        {"wait",       &settings.wait      },
        {"ready",      &settings.ready     },
        {"mark",       &settings.mark      },
        {"buffer",     &settings.buffer    },
        {"counted",    &settings.counted   },
        {"identifier", &settings.identifier},
        {"timeout_ms", &settings.timeout_ms},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strlen(numbers[i].key) == len && memcmp(numbers[i].key, key, len) == 0) {
            *numbers[i].number = strtoul(value, NULL, 0);
            return true;
        }
    }
    return false;
}

static void set(const char *argument)
{
    size_t len = strcspn(argument, "=");
    if (argument[len] != '=')
        die(argument);
    const char *value = argument + len + 1;
    if (set_number(argument, len, value))
        return;
    if (strncmp(argument, "to=", 3) == 0 && target_count < TARGETS_MAX)
        targets[target_count++] = value;
    else if (strncmp(argument, "interface=", 10) == 0)
        interface = value;
    else if (strncmp(argument, "source=", 7) == 0)
        source = value;
    else if (strncmp(argument, "options=", 8) == 0)
        ip_options = value;
    else
        die(argument);
}

static size_t parse_hex(const char *text, uint8_t *ret_bytes)
{
    size_t len = 0;
    unsigned byte;
    for (; text != NULL && len < 40 && sscanf(text + 2 * len, "%2x", &byte) == 1; len++)
        ret_bytes[len] = (uint8_t)byte;
    return len;
}

static void open_socket(const char *kind)
{
    uint8_t option_bytes[40];
    struct pkt_error error;
    struct pkt_icmp_socket_options options = {
        .size = sizeof options,
        .family = family,
        .kind = strcmp(kind, "raw") == 0        ? PKT_ICMP_SOCKET_RAW
                : strcmp(kind, "datagram") == 0 ? PKT_ICMP_SOCKET_DATAGRAM
                                                : PKT_ICMP_SOCKET_AUTO,
        .interface = interface,
        .has_identifier = settings.identifier != 0,
        .identifier = (uint16_t)settings.identifier,
        .has_mark = settings.mark != 0,
        .mark = (uint32_t)settings.mark,
        .hop_limit = (uint8_t)settings.ttl,
        .traffic_class = (uint8_t)settings.class,
        .flow_label = (uint32_t)settings.label,
        .broadcast = settings.broadcast != 0,
        .direct = settings.direct != 0,
        .pmtu = (int)settings.pmtu,
        .stamps = (unsigned)settings.stamps,
        .message_max = settings.keep,
        .receive_buffer_size = settings.buffer,
    };
    options.ip_options = pkt_view_make(option_bytes, parse_hex(ip_options, option_bytes));
    if (source != NULL)
        options.source = parse_ip(source);
    if (pkt_icmp_socket_open(&options, &icmp, &error) < 0)
        die(error.sentence);
    icmp->stamps->counted = settings.counted != 0;
}

/* --- what came, as a line --- */

static const char *text_of(struct pkt_ip ip, char *text)
{
    if (ip.version == 0)
        return "-";
    return inet_ntop(ip.version == 4 ? AF_INET : AF_INET6, ip.version == 4 ? ip.ip4.byte : ip.ip6.byte, text,
                     INET6_ADDRSTRLEN);
}

static void put_hex(FILE *out, const char *what, struct pkt_view bytes)
{
    fprintf(out, " %s ", what);
    for (size_t i = 0; i < bytes.len && i < 128; i++)
        fprintf(out, "%02x", pkt_u8(bytes, i));
    if (bytes.len == 0)
        fputc('-', out);
}

/* Type, whether the identifier is ours, the sequence number, and whether the payload is what was sent. */
static void put_echo(FILE *out, const char *what, struct pkt_view message, bool whole)
{
    struct pkt_icmp_socket_info info;
    pkt_icmp_socket_get_info(icmp, &info);
    struct pkt_view data = pkt_view_from(message, 8);
    size_t compared = whole || data.len < 24 ? data.len : 24;
    fprintf(out, " %s %u/%u id %s seq %u payload %s", what, pkt_u8(message, 0), pkt_u8(message, 1),
            pkt_u16(message, 4) == info.identifier ? "ours" : "foreign", pkt_u16(message, 6),
            data.len <= sizeof payload && memcmp(data.ptr, payload, compared) == 0 ? "ok" : "BAD");
}

static void put_error(FILE *out, const struct pkt_icmp_event *event)
{
    char text[INET6_ADDRSTRLEN];
    fprintf(out, " mtu %u pointer %u gateway %s", (unsigned)event->mtu, (unsigned)event->pointer,
            text_of(event->gateway, text));
    fprintf(out, " to %s", text_of(event->quoted_destination, text));
    if (event->quoted.len > 0)
        put_echo(out, "quoted", event->quoted, false);
    fprintf(out, " len %zu", event->quoted.len);
    put_hex(out, "extensions", event->extensions);
}

static void put_event(FILE *out, const struct pkt_icmp_event *event)
{
    static const char *const kinds[] = {"-", "message", "error", "local", "stamp"};
    char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], name[IF_NAMESIZE] = "-";
    bool is_message = event->kind == PKT_ICMP_EVENT_MESSAGE;
    if (event->interface != 0)
        if_indextoname(event->interface, name);
    fprintf(out, "%s %u/%u from %s to %s by %s hops %d class %d%s", kinds[event->kind], event->type,
            event->code, text_of(event->from, from), text_of(event->to, to), name, event->hop_limit,
            event->traffic_class, event->truncated ? " truncated" : "");
    put_hex(out, "options", event->options);
    if (is_message) {
        put_echo(out, "echo", event->message, true);
        fprintf(out, " len %u checksum %s", (unsigned)event->wire_len,
                pkt_checksum_state_name(event->checksum));
    } else {
        put_error(out, event);
    }
    if (event->kind == PKT_ICMP_EVENT_LOCAL)
        fprintf(out, " errno %d", event->system_errno);
    fprintf(out, " | errno %d header %zu message %zu", event->system_errno, event->quoted_header.len,
            is_message ? 0 : event->message.len);
}

static void keep_line(const struct pkt_icmp_event *event)
{
    size_t len;
    if (settings.sweep != 0)
        return;
    if (line_count == LINES_MAX)
        die("too many lines");
    FILE *out = open_memstream(&lines[line_count], &len);
    put_event(out, event);
    fclose(out);
    line_count++;
}

static void check_times(const struct pkt_icmp_event *event)
{
    uint16_t seq = pkt_u16(event->message, 6);
    if (settings.stamps == 0 || settings.sweep != 0 || event->kind != PKT_ICMP_EVENT_MESSAGE)
        return;
    if (left[seq].ns == 0)
        missing++;
    if (event->stamp.has_time && pkt_wall_since(event->stamp.time, left[seq]) < 0)
        early++;
    stamped += event->stamp.has_time;
}

static void take(const struct pkt_icmp_event *event)
{
    if (event->kind == PKT_ICMP_EVENT_STAMP) {
        if (event->number >= SWEEP_MAX)
            die("a number that was not given");
        doubled += ++stamp_counts[event->number] > 1;
        left[event->number] = event->time;
        return;
    }
    answers++;
    check_times(event);
    keep_line(event);
}

static void receive(void)
{
    struct pkt_icmp_event events[EVENTS];
    unsigned count;
    while ((count = pkt_icmp_socket_receive(icmp, events, EVENTS)) > 0)
        for (unsigned i = 0; i < count; i++)
            take(&events[i]);
}

static bool wait_readable(int timeout_ms)
{
    struct pollfd fd = {.fd = pkt_icmp_socket_fd(icmp), .events = POLLIN};
    bool woken = poll(&fd, 1, timeout_ms) > 0;
    wakes += woken;
    return woken;
}

/* --- what is sent --- */

static struct pkt_ip nth_address(struct pkt_ip first, unsigned long n)
{
    uint32_t low;
    uint8_t *end = first.version == 4 ? first.ip4.byte : first.ip6.byte + 12;
    memcpy(&low, end, sizeof low);
    low = htonl(ntohl(low) + (uint32_t)n);
    memcpy(end, &low, sizeof low);
    return first;
}

static void make(struct pkt_icmp_outgoing *packet, uint8_t *bytes, unsigned long n)
{
    const char *target = targets[settings.sweep != 0 ? 0 : n % target_count];
    const char *zone = strchr(target, '%');
    packet->message = pkt_room_make(bytes, 8 + settings.size);
    packet->destination = nth_address(parse_ip(target), settings.sweep != 0 ? n : 0);
    packet->scope = zone == NULL ? 0 : if_nametoindex(zone + 1);
    packet->number = n;
    memset(bytes, 0, 8);
    bytes[0] = family == 4 ? PKT_ICMP_ECHO_REQUEST : PKT_ICMP6_ECHO_REQUEST;
    pkt_set_u16(packet->message, 6, (uint16_t)n);
    memcpy(bytes + 8, payload, settings.size);
}

static void pause_ns(long ns)
{
    struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    nanosleep(&time, NULL);
}

static unsigned offer(struct pkt_icmp_outgoing *packets, unsigned count)
{
    int errnos[BATCH];
    unsigned done = pkt_icmp_socket_send(icmp, packets, count, errnos);
    for (unsigned i = 0; i < done; i++)
        if (errnos[i] != 0)
            printf("refused %u %s\n", (unsigned)packets[i].number, strerrorname_np(errnos[i]));
    return done;
}

static void send_all(unsigned long total)
{
    static uint8_t bytes[BATCH][66000];
    struct pkt_icmp_outgoing packets[BATCH] = {0};
    for (unsigned long sent = 0; sent < total;) {
        unsigned count = total - sent < settings.batch ? (unsigned)(total - sent) : (unsigned)settings.batch;
        for (unsigned i = 0; i < count; i++)
            make(&packets[i], bytes[i], sent + i);
        unsigned done = 0;
        while ((done += offer(packets + done, count - done)) < count) {
            pause_ns(20000);
            receive();
        }
        sent += count;
        receive();
        if (settings.rate_ns != 0)
            pause_ns((long)settings.rate_ns);
    }
}

static void wait_all(unsigned long wanted)
{
    int64_t deadline = pkt_mono_now().ns + (int64_t)settings.timeout_ms * 1000000;
    receive();
    while (answers < wanted && pkt_mono_now().ns < deadline) {
        if (wait_readable((int)((deadline - pkt_mono_now().ns) / 1000000) + 1))
            receive();
    }
    deadline = pkt_mono_now().ns + (int64_t)settings.linger_ms * 1000000;
    while (pkt_mono_now().ns < deadline) {
        if (wait_readable((int)((deadline - pkt_mono_now().ns) / 1000000) + 1))
            receive();
    }
}

/* --- the end --- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void report(double seconds)
{
    struct pkt_icmp_socket_info info;
    struct pkt_icmp_socket_statistics s;
    pkt_icmp_socket_get_info(icmp, &info);
    pkt_icmp_socket_get_statistics(icmp, &s);
    qsort(lines, line_count, sizeof *lines, compare);
    for (unsigned i = 0; i < line_count; i++) {
        puts(lines[i]);
        free(lines[i]);
    }
    printf("socket %s identifier %u buffer %zu\n", info.name, info.identifier, info.receive_buffer);
    printf("counts sent %ju refused %ju messages %ju errors %ju locals %ju stamps %ju/%ju unnumbered %ju "
           "foreign %ju pending %ju waits %ju dropped %ju calls %ju %ju %ju wakes %lu stamped %lu early %lu "
           "missing %lu doubled %lu seconds %.3f\n",
           s.sent, s.refused, s.messages, s.errors, s.locals, s.stamps, s.stamps_expected,
           s.stamps_unnumbered, s.foreign, s.pending, s.waits, s.dropped, s.calls_send, s.calls_receive,
           s.calls_queue, wakes, stamped, early, missing, doubled, seconds);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("which family, which kind, what to do?");
    family = (unsigned)strtoul(argv[1], NULL, 10);
    for (int i = 3; i < argc; i++)
        set(argv[i]);
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7 + (i >> 8));
    open_socket(argv[2]);
    if (settings.ready != 0) {
        puts("ready");
        fflush(stdout);
        (void)getchar();
    }
    if (settings.batch == 0 || settings.batch > BATCH)
        settings.batch = BATCH;
    unsigned long total = settings.sweep != 0 ? settings.sweep : settings.count * target_count;
    if (total > SWEEP_MAX || settings.size > sizeof payload - 600)
        die("too much");
    struct pkt_mono start = pkt_mono_now();
    send_all(total);
    wait_all(settings.wait != 0 ? settings.wait : total);
    report((double)pkt_mono_since(pkt_mono_now(), start) / 1e9);
    pkt_icmp_socket_close(icmp);
    return 0;
}
