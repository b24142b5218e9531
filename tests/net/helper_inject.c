/*
 * Sends and receives for inject.sh: each subcommand prints what became of each packet.
 *
 *     helper_inject send KIND [KEY=VALUE]... < HEX
 *         a packet a line; prints "sent BYTES" (completed, as hexadecimal) or "refused ERRNO-NAME", "error
 * ..." for what came back, and at the end one line of counts helper_inject stamp KIND COUNT [KEY=VALUE]... <
 * HEX sends the one packet COUNT times, with its number (32 bits, network order) as the last four bytes;
 * prints "stamp NUMBER POINT NS", "refused NUMBER ERRNO-NAME" and the counts helper_inject receive IFACE
 * FILTER-BYTES COUNT says "ready", then prints "NUMBER NS" of each received frame of that many bytes, by its
 * last four bytes, until there were COUNT or a second of silence helper_inject pace IFACE PACKETS TIME_NS
 * COUNT SPIN_NS [KEY=VALUE]... < HEX sends at a rate and prints what was achieved
 *
 * Keys: interface=NAME, to=ADDRESS (ICMP), hops=N, class=N, bypass=1, buffer=BYTES, stamps=POINTS, counted=1
 * (as on a kernel without marks), first=N (the first packet's number), pause_ns=N (between packets), repeat=N
 * (times the input is sent), raw=1 (not completed), settle_ms=N (wait for what comes back, after each
 * packet), patience_ms=N
 */
#include "inject/socket.h"
#include "pkt/pace.h"
#include "pkt/sender.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PACKETS_MAX = 4096, BYTES_MAX = 70000 };

/* Numbers that the command line sets, with their defaults. */
static struct settings {
    unsigned long hops, class, bypass, buffer, stamps, counted, first, pause_ns, repeat, raw, settle_ms,
        patience_ms, gone, adopt, replies;
} settings = {.patience_ms = 20000};

static const char *interface;
static struct pkt_outgoing addressed; /* all of a packet but the bytes */
static struct pkt_outgoing packets[PACKETS_MAX];
static unsigned packet_count;

static void die(const char *what)
{
    fprintf(stderr, "helper_inject: %s\n", what);
    exit(2);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * PKT_NS_PER_S + now.tv_nsec;
}

static void pause_for(long ns)
{
    nanosleep(&(struct timespec){ns / PKT_NS_PER_S, ns % PKT_NS_PER_S}, NULL);
}

static void set_destination(const char *text)
{
    if (inet_pton(AF_INET, text, &addressed.destination4) != 1 &&
        inet_pton(AF_INET6, text, &addressed.destination6) != 1)
        die("no address");
}

static unsigned long *find_number(const char *key)
{
    static const struct {
        const char *key;
        unsigned long *number;
    } numbers[] = {
        {"hops",        &settings.hops       },
        {"class",       &settings.class      },
        {"bypass",      &settings.bypass     },
        {"buffer",      &settings.buffer     },
        {"stamps",      &settings.stamps     },
        {"counted",     &settings.counted    },
        {"first",       &settings.first      },
        {"pause_ns",    &settings.pause_ns   },
        {"repeat",      &settings.repeat     },
        {"raw",         &settings.raw        },
        {"settle_ms",   &settings.settle_ms  },
        {"patience_ms", &settings.patience_ms},
        {"gone",        &settings.gone       },
        {"adopt",       &settings.adopt      },
        {"replies",     &settings.replies    }
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].key, key) == 0)
            return numbers[i].number;
    }
    die(key);
    return NULL;
}

static void take_setting(char *text)
{
    char *value = strchr(text, '=');
    if (value == NULL)
        die("KEY=VALUE is wanted");
    *value++ = '\0';
    if (strcmp(text, "interface") == 0)
        interface = value;
    else if (strcmp(text, "to") == 0)
        set_destination(value);
    else
        *find_number(text) = strtoul(value, NULL, 0);
}

static int kind_of(const char *name)
{
    for (int kind = PKT_SENDER_ICMP4; kind < PKT_SENDER_CUSTOM; kind++) {
        if (strcmp(pkt_sender_kind_name(kind), name) == 0)
            return kind;
    }
    die("no kind");
    return 0;
}

static void read_packet(const char *line)
{
    size_t len = strspn(line, "0123456789abcdef") / 2;
    uint8_t *bytes = malloc(len + 1);
    if (bytes == NULL || packet_count == PACKETS_MAX)
        die("too many packets");
    for (size_t i = 0; i < len; i++) {
        char digits[3] = {line[2 * i], line[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    packets[packet_count] = addressed;
    packets[packet_count].hop_limit = (uint8_t)settings.hops;
    packets[packet_count].traffic_class = (uint8_t)settings.class;
    packets[packet_count++].bytes = pkt_view_make(bytes, len);
}

static void read_packets(void)
{
    static char line[2 * BYTES_MAX];
    while (fgets(line, sizeof line, stdin) != NULL)
        read_packet(line);
}

static void on_error(void *context, const struct pkt_sender_error *error)
{
    char offender[INET6_ADDRSTRLEN] = "";
    (void)context;
    inet_ntop(error->is_ip6 ? AF_INET6 : AF_INET,
              error->is_ip6 ? (const void *)&error->offender6 : (const void *)&error->offender4, offender,
              sizeof offender);
    printf("error origin %d type %d code %d %s from %s, %zu bytes\n", error->origin, error->type, error->code,
           strerrorname_np(error->system_errno), offender, error->bytes.len);
}

/* As after the packets before settings.first. */
static void pretend(struct pkt_sender *sender)
{
    sender->number = settings.first;
}

/* In the place of the C library's: with counted=1 like a kernel before Linux 6.13, which knows no marks. */
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(&messages[0].msg_hdr);
    if (settings.counted && control != NULL && control->cmsg_level == SOL_SOCKET) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

/* As bare as a broker may hand it over. */
static int open_socket(int kind)
{
    switch (kind) {
    case PKT_SENDER_ICMP4:
        return socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    case PKT_SENDER_ICMP6:
        return socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6);
    case PKT_SENDER_RAW4:
        return socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    case PKT_SENDER_RAW6:
        return socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    default:
        return socket(AF_PACKET, SOCK_RAW, 0);
    }
}

static struct pkt_sender *open_sender(const char *kind)
{
    struct pkt_sender *sender;
    struct pkt_error error;
    struct pkt_sender_options options = {.size = sizeof options,
                                         .kind = kind_of(kind),
                                         .interface = interface,
                                         .qdisc_bypass = settings.bypass != 0,
                                         .stamps = (unsigned)settings.stamps,
                                         .send_buffer_size = settings.buffer,
                                         .keep_replies = settings.replies > 0,
                                         .receive_stamps = settings.replies > 0,
                                         .on_error = on_error};
    int result = settings.adopt ? pkt_sender_open_fd(open_socket(options.kind), &options, &sender, &error)
                                : pkt_sender_open(&options, &sender, &error);
    if (result < 0)
        die(error.sentence);
    pretend(sender);
    return sender;
}

static void print_counts(const struct pkt_sender *sender)
{
    struct pkt_sender_statistics s;
    pkt_sender_get_statistics(sender, &s);
    printf("counts packets %ju bytes %ju refused %ju buffer %ju queue %ju pending %ju errors %ju unlinked "
           "%ju stamps %ju/%ju "
           "unnumbered %ju\n",
           (uintmax_t)s.packets, (uintmax_t)s.bytes, (uintmax_t)s.refused, (uintmax_t)s.waits_buffer,
           (uintmax_t)s.waits_queue, (uintmax_t)s.errors_pending, (uintmax_t)s.errors_received,
           (uintmax_t)s.packets_unlinked, (uintmax_t)s.stamps_received, (uintmax_t)s.stamps_expected,
           (uintmax_t)s.stamps_unnumbered);
    fflush(stdout);
}

/* Sends them all, however long a queue stays full, up to the patience asked for. */
static void send_all(struct pkt_sender *sender, const struct pkt_outgoing *batch, unsigned count,
                     int *ret_errnos)
{
    int64_t deadline = clock_ns(CLOCK_MONOTONIC) + (int64_t)settings.patience_ms * 1000000;
    for (unsigned done = 0; done < count;) {
        done += pkt_sender_send(sender, batch + done, count - done, ret_errnos + done);
        if (done < count && settings.patience_ms > 0 && clock_ns(CLOCK_MONOTONIC) > deadline)
            die("a queue stays full");
        pkt_sender_wait(sender, 100 * 1000 * 1000);
    }
}

static void print_result(const struct pkt_outgoing *packet, int system_errno)
{
    if (system_errno != 0) {
        printf("refused %s\n", strerrorname_np(system_errno));
        return;
    }
    fputs("sent ", stdout);
    for (size_t i = 0; i < packet->bytes.len; i++)
        printf("%02x", packet->bytes.ptr[i]);
    putchar('\n');
}

/* Until something comes back on the error queue; it stays there for the next call to meet. */
static void settle(struct pkt_sender *sender)
{
    struct pollfd fd = {.fd = pkt_sender_fd(sender)};
    if (settings.settle_ms > 0)
        poll(&fd, 1, (int)settings.settle_ms);
}

static void send_one_by_one(struct pkt_sender *sender)
{
    int system_errno;
    for (unsigned i = 0; i < packet_count; i++) {
        send_all(sender, &packets[i], 1, &system_errno);
        print_result(&packets[i], system_errno);
        fflush(stdout);
        pause_for((long)settings.pause_ns);
        settle(sender);
    }
}

static void send_batch(struct pkt_sender *sender)
{
    static int errnos[PACKETS_MAX];
    send_all(sender, packets, packet_count, errnos);
    for (unsigned i = 0; i < packet_count; i++)
        print_result(&packets[i], errnos[i]);
}

/* Whether one came; counts those with a receive stamp. */
static bool take_reply(int fd, unsigned long *stamped)
{
    uint8_t bytes[2048];
    _Alignas(struct cmsghdr) uint8_t control[PKT_TIMESTAMP_CONTROL_SIZE];
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct pkt_receive_stamp stamp;
    if (recvmsg(fd, &message, MSG_DONTWAIT) < 0)
        return false;
    pkt_timestamp_read_receive(&message, &stamp);
    *stamped += stamp.has_time;
    return true;
}

static void take_replies(const struct pkt_sender *sender)
{
    unsigned long count = 0, stamped = 0;
    struct pollfd fd = {.fd = pkt_sender_fd(sender), .events = POLLIN};
    while (count < settings.replies && poll(&fd, 1, 5000) > 0)
        count += take_reply(fd.fd, &stamped);
    count += take_reply(fd.fd, &stamped); /* none more */
    printf("replies %lu stamped %lu\n", count, stamped);
}

static int run_send(int argc, char **argv)
{
    for (int i = 3; i < argc; i++)
        take_setting(argv[i]);
    read_packets();
    struct pkt_sender *sender = open_sender(argv[2]);
    for (unsigned i = 0; i < packet_count && !settings.raw; i++)
        pkt_sender_complete(sender,
                            pkt_room_make((void *)(uintptr_t)packets[i].bytes.ptr, packets[i].bytes.len));
    for (unsigned long i = 0; i <= settings.repeat; i++) {
        if (settings.gone > 0 && pkt_sender_get_refused(sender, ENXIO) >= settings.gone)
            break;
        if (settings.pause_ns > 0 || settings.settle_ms > 0)
            send_one_by_one(sender);
        else
            send_batch(sender);
    }
    take_replies(sender);
    pkt_sender_stamps(sender, NULL, 0);
    print_counts(sender);
    pkt_sender_close(sender);
    return 0;
}

/* --- stamps --- */

static void put_number(const struct pkt_outgoing *packet, uint32_t number)
{
    size_t len = packet->bytes.len;
    pkt_set_u32(pkt_room_make((void *)(uintptr_t)packet->bytes.ptr, len), len - 4, number);
}

static void print_stamps(struct pkt_sender *sender)
{
    struct pkt_transmit_stamp stamps[256];
    unsigned count;
    while ((count = pkt_sender_stamps(sender, stamps, 256)) > 0) {
        for (unsigned i = 0; i < count; i++)
            printf("stamp %ju %d %jd\n", (uintmax_t)stamps[i].number, stamps[i].point,
                   (intmax_t)stamps[i].time.ns);
    }
}

static void wait_for_stamps(struct pkt_sender *sender)
{
    struct pkt_sender_statistics statistics;
    int64_t deadline = clock_ns(CLOCK_MONOTONIC) + 5 * PKT_NS_PER_S;
    do {
        print_stamps(sender);
        pkt_sender_get_statistics(sender, &statistics);
    } while (statistics.stamps_received + statistics.stamps_unnumbered < statistics.stamps_expected &&
             clock_ns(CLOCK_MONOTONIC) < deadline);
}

static void copy_packets(unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        uint8_t *bytes = malloc(packets[0].bytes.len);
        if (bytes == NULL)
            die("out of memory");
        memcpy(bytes, packets[0].bytes.ptr, packets[0].bytes.len);
        packets[i] = packets[0];
        packets[i].bytes.ptr = bytes;
    }
}

static int run_stamp(int argc, char **argv)
{
    enum { AT_ONCE = 256 };
    static int errnos[AT_ONCE];
    unsigned total = (unsigned)strtoul(argv[3], NULL, 10);
    for (int i = 4; i < argc; i++)
        take_setting(argv[i]);
    read_packets();
    copy_packets(AT_ONCE);
    struct pkt_sender *sender = open_sender(argv[2]);
    for (unsigned done = 0; done < total; done += AT_ONCE) {
        unsigned count = total - done < AT_ONCE ? total - done : AT_ONCE;
        for (unsigned i = 0; i < count; i++)
            put_number(&packets[i], done + i);
        send_all(sender, packets, count, errnos);
        for (unsigned i = 0; i < count; i++) {
            if (errnos[i] != 0)
                printf("refused %u %s\n", done + i, strerrorname_np(errnos[i]));
        }
        print_stamps(sender);
    }
    wait_for_stamps(sender);
    print_counts(sender);
    pkt_sender_close(sender);
    return 0;
}

/* --- receiving --- */

static int open_receiver(const char *name)
{
    int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    int on = 1;
    int size = 64 << 20;
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        die("no receiver");
    return fd;
}

static int64_t stamp_of(struct msghdr *message)
{
    struct timespec time = {0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
            memcpy(&time, CMSG_DATA(c), sizeof time);
    }
    return time.tv_sec * PKT_NS_PER_S + time.tv_nsec;
}

/* One frame; false when it is none of ours. */
static bool receive_one(int fd, size_t wanted)
{
    uint8_t bytes[2048];
    _Alignas(struct cmsghdr) uint8_t control[256];
    struct iovec vector = {bytes, sizeof bytes};
    struct sockaddr_ll from;
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t len = recvmsg(fd, &message, 0);
    if (len < 0 || (size_t)len != wanted || from.sll_pkttype == PACKET_OUTGOING)
        return false;
    printf("%u %jd\n", pkt_u32(pkt_view_make(bytes, (size_t)len), (size_t)len - 4),
           (intmax_t)stamp_of(&message));
    return true;
}

static int run_receive(char **argv)
{
    int fd = open_receiver(argv[2]);
    size_t wanted = strtoul(argv[3], NULL, 10);
    unsigned long left = strtoul(argv[4], NULL, 10);
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int patience_ms = 20000; /* for the first one */
    puts("ready");
    fflush(stdout);
    while (left > 0 && poll(&pollfd, 1, patience_ms) > 0) {
        if (receive_one(fd, wanted)) {
            left--;
            patience_ms = 1000;
        }
    }
    return left == 0 ? 0 : 1;
}

/* --- pacing --- */

static int run_pace(int argc, char **argv)
{
    struct pkt_pace pace;
    struct pkt_pace_report report;
    struct pkt_pace_options options = {.size = sizeof options,
                                       .packets = (uint32_t)strtoul(argv[3], NULL, 10),
                                       .time_ns = (int64_t)strtoll(argv[4], NULL, 10)};
    unsigned long total = strtoul(argv[5], NULL, 10);
    int64_t spin_ns = strtoll(argv[6], NULL, 10);
    static int errnos[PACKETS_MAX];
    interface = argv[2];
    for (int i = 7; i < argc; i++)
        take_setting(argv[i]);
    prctl(PR_SET_TIMERSLACK, 1);
    read_packets();
    copy_packets(64);
    struct pkt_sender *sender = open_sender("packet");
    if (!pkt_pace_start(&pace, &options, (struct pkt_mono){clock_ns(CLOCK_MONOTONIC)}))
        die("no rate");
    while (pace.sent < total) {
        uint32_t due = pkt_pace_due(&pace, (struct pkt_mono){clock_ns(CLOCK_MONOTONIC)});
        due = due < total - pace.sent ? due : (uint32_t)(total - pace.sent);
        for (unsigned i = 0; i < due; i++)
            put_number(&packets[i], (uint32_t)pace.sent + i);
        send_all(sender, packets, due, errnos);
        pkt_pace_sent(&pace, due, (struct pkt_mono){clock_ns(CLOCK_MONOTONIC)});
        pkt_pace_sleep(&pace, spin_ns);
    }
    pkt_pace_get_report(&pace, &report);
    printf("pace packets %ju rate %.3f wanted %.3f late_max_us %.1f missed_ms %.3f stalls %ju\n",
           (uintmax_t)report.packets, report.packets_per_s, report.wanted_packets_per_s,
           (double)report.late_max_ns / 1e3, (double)report.missed_ns / 1e6, (uintmax_t)report.stalls);
    print_counts(sender);
    pkt_sender_close(sender);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "send") == 0)
        return run_send(argc, argv);
    if (argc >= 4 && strcmp(argv[1], "stamp") == 0)
        return run_stamp(argc, argv);
    if (argc == 5 && strcmp(argv[1], "receive") == 0)
        return run_receive(argv);
    if (argc >= 7 && strcmp(argv[1], "pace") == 0)
        return run_pace(argc, argv);
    die("send, stamp, receive or pace");
}
