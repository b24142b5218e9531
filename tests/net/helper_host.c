/*
 * What libpkt says of this machine, in lines that a script can hold against those of ip(8).
 *
 *     helper_host interfaces | addresses | neighbours
 *     helper_host route DESTINATION [interface NAME] [source ADDRESS] [mark NUMBER] [port NUMBER]
 *     helper_host table INTERFACE VERSION
 *     helper_host resolve INTERFACE ADDRESS MILLISECONDS
 *     helper_host next-hop DESTINATION MILLISECONDS
 *     helper_host watch [BUFFER-SIZE]      (until it is killed; with a size: what waits at the end of input)
 *     helper_host socket NUMBER [MORE...]  (opens them, then says how)
 *     helper_host stamps icmp4|raw4|udp|packet INTERFACE ADDRESS COUNT
 *
 * Before them, "in WHICH" enters a network namespace.
 *
 * A failure is one line, "error ERRNO-NAME: SENTENCE", and exit status 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkt/pkt.h"

enum { MAX = 64, TEXT = 64 };

static struct pkt_host *host;

static int say_error(const struct pkt_error *error)
{
    const char *name = strerrorname_np(error->system_errno);
    printf("error %s: %s\n", error->system_errno == 0 || name == NULL ? pkt_error_name(error->code) : name,
           error->sentence);
    return 1;
}

static struct pkt_ip parse(const char *text)
{
    struct pkt_ip ip = {0};
    if (pkt_ip4_parse(text, strlen(text), &ip.ip4))
        ip.version = 4;
    else if (pkt_ip6_parse(text, strlen(text), &ip.ip6))
        ip.version = 6;
    return ip;
}

static const char *text_of(struct pkt_ip ip)
{
    static char texts[8][TEXT];
    static unsigned next;
    char *text = texts[next++ % 8];
    if (ip.version == 0)
        return "-";
    inet_ntop(ip.version == 4 ? AF_INET : AF_INET6,
              ip.version == 4 ? (void *)ip.ip4.byte : (void *)ip.ip6.byte, text, TEXT);
    return text;
}

static void print_mac(struct pkt_mac mac)
{
    for (int i = 0; i < 6; i++)
        printf(i == 0 ? "%02x" : ":%02x", mac.byte[i]);
}

static const char *name_of(uint32_t index)
{
    static struct pkt_interface interface;
    struct pkt_error error;
    return index != 0 && pkt_interface_get(host, index, &interface, &error) == 0 ? interface.name : "-";
}

static void print_interface(const struct pkt_interface *interface)
{
    static const char *const states[] = {"UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN",
                                         "TESTING", "DORMANT",    "UP"};
    printf("%u %s mtu %u %s up %d kind %s master %u peer %u outside %d type %u mac ", interface->index,
           interface->name, interface->mtu, states[interface->state], interface->flags & PKT_INTERFACE_UP,
           interface->kind[0] == '\0' ? "-" : interface->kind, interface->master, interface->peer,
           interface->peer_outside, interface->type);
    print_mac(interface->mac);
    printf("\n");
}

static int interfaces(char **arguments)
{
    (void)arguments;
    struct pkt_interface found[MAX];
    struct pkt_error error;
    size_t count;
    if (pkt_interface_list(host, found, MAX, &count, &error) < 0)
        return say_error(&error);
    for (size_t i = 0; i < count && i < MAX; i++)
        print_interface(&found[i]);
    return 0;
}

static int find(char **arguments)
{
    struct pkt_interface interface;
    struct pkt_error error;
    if (pkt_interface_find(host, arguments[0], &interface, &error) < 0)
        return say_error(&error);
    print_interface(&interface);
    return 0;
}

static int addresses(char **arguments)
{
    (void)arguments;
    struct pkt_interface_address found[MAX];
    struct pkt_error error;
    size_t count;
    if (pkt_interface_addresses(host, 0, 0, found, MAX, &count, &error) < 0)
        return say_error(&error);
    for (size_t i = 0; i < count && i < MAX; i++)
        printf("%s %s/%u scope %u broadcast %s peer %s tentative %d\n", name_of(found[i].interface),
               text_of(found[i].address), found[i].prefix_len, found[i].scope, text_of(found[i].broadcast),
               text_of(found[i].peer), (found[i].flags & PKT_INTERFACE_ADDRESS_TENTATIVE) != 0);
    return 0;
}

static int neighbours(char **arguments)
{
    (void)arguments;
    struct pkt_neighbour found[MAX];
    struct pkt_error error;
    size_t count;
    if (pkt_neighbour_list(host, 0, 0, found, MAX, &count, &error) < 0)
        return say_error(&error);
    for (size_t i = 0; i < count && i < MAX; i++) {
        printf("%s %s %s ", name_of(found[i].interface), text_of(found[i].address),
               pkt_neighbour_state_name(found[i].state));
        if (found[i].has_mac)
            print_mac(found[i].mac);
        else
            printf("-");
        printf("\n");
    }
    return 0;
}

static uint32_t index_of(const char *name)
{
    struct pkt_interface interface;
    struct pkt_error error;
    if (pkt_interface_find(host, name, &interface, &error) == 0)
        return interface.index;
    exit(say_error(&error));
}

static struct pkt_route_request read_route_request(char **arguments)
{
    struct pkt_route_request request = {.size = sizeof request, .destination = parse(arguments[0])};
    for (arguments++; arguments[0] != NULL && arguments[1] != NULL; arguments += 2) {
        if (strcmp(arguments[0], "interface") == 0)
            request.interface = index_of(arguments[1]);
        else if (strcmp(arguments[0], "source") == 0)
            request.source = parse(arguments[1]);
        else if (strcmp(arguments[0], "mark") == 0)
            request.mark = (uint32_t)strtoul(arguments[1], NULL, 0);
        else if (strcmp(arguments[0], "port") == 0) {
            request.protocol = 17;
            request.destination_port = (uint16_t)strtoul(arguments[1], NULL, 0);
        }
    }
    return request;
}

static int route(char **arguments)
{
    static const char *const types[] = {"-", "unicast", "local", "broadcast", "anycast", "multicast"};
    struct pkt_route_request request = read_route_request(arguments);
    struct pkt_route found;
    struct pkt_error error;
    if (pkt_route_get(host, &request, &found, &error) < 0)
        return say_error(&error);
    printf("%s dev %s source %s gateway %s mtu %u table %u\n", types[found.type], name_of(found.interface),
           text_of(found.source), text_of(found.gateway), found.mtu, found.table);
    return 0;
}

static int table(char **arguments)
{
    struct pkt_neighbour_table found;
    struct pkt_error error;
    if (pkt_neighbour_table_get(host, index_of(arguments[0]), (uint8_t)atoi(arguments[1]), &found, &error) <
        0)
        return say_error(&error);
    printf("thresh3 %u mcast_probes %u retrans %lld\n", found.most, found.questions,
           (long long)(found.retransmit_ns / 1000000));
    return found.entries > found.most ? 1 : 0;
}

static int resolve(char **arguments)
{
    struct pkt_mac mac;
    struct pkt_error error;
    int64_t timeout_ns = strtol(arguments[2], NULL, 10) * INT64_C(1000000);
    if (pkt_neighbour_resolve(host, index_of(arguments[0]), parse(arguments[1]), timeout_ns, &mac, &error) <
        0)
        return say_error(&error);
    print_mac(mac);
    printf("\n");
    return 0;
}

static int next_hop(char **arguments)
{
    char *to[] = {arguments[0], arguments[2] == NULL ? NULL : "interface", arguments[2], NULL};
    struct pkt_route_request request = read_route_request(to);
    struct pkt_route found;
    struct pkt_mac mac;
    struct pkt_error error;
    bool needed;
    int64_t timeout_ns = strtol(arguments[1], NULL, 10) * INT64_C(1000000);
    if (pkt_route_get(host, &request, &found, &error) < 0 ||
        pkt_neighbour_next_hop(host, &found, request.destination, timeout_ns, &mac, &needed, &error) < 0)
        return say_error(&error);
    if (needed)
        print_mac(mac);
    printf(needed ? "\n" : "none\n");
    return 0;
}

static void print_event(const struct pkt_watch_event *event)
{
    const char *change = event->removed ? "gone" : "there";
    if (event->kind == PKT_WATCH_INTERFACE)
        printf("interface %u %s %s up %d\n", event->is.interface.index, event->is.interface.name, change,
               (event->is.interface.flags & PKT_INTERFACE_UP) != 0);
    else if (event->kind == PKT_WATCH_ADDRESS)
        printf("address %u %s %s\n", event->is.address.interface, text_of(event->is.address.address), change);
    else if (event->kind == PKT_WATCH_ROUTE)
        printf("route %u %s/%u %s\n", event->is.route.interface, text_of(event->is.route.destination),
               event->is.route.prefix_len, change);
    else if (event->kind == PKT_WATCH_NEIGHBOUR)
        printf("neighbour %u %s %s %s\n", event->is.neighbour.interface, text_of(event->is.neighbour.address),
               pkt_neighbour_state_name(event->is.neighbour.state), change);
    else
        printf("lost\n");
    fflush(stdout);
}

/* Says "watching" when it does, then each event, until it is killed. */
static int watch(char **arguments)
{
    struct pkt_watch_options options = {
        .size = sizeof options,
        .what = PKT_WATCH_INTERFACES | PKT_WATCH_ADDRESSES | PKT_WATCH_ROUTES | PKT_WATCH_NEIGHBOURS,
        .receive_buffer_size = arguments[0] == NULL ? 0 : (uint32_t)strtoul(arguments[0], NULL, 10)};
    struct pkt_watch *watch;
    struct pkt_watch_event event;
    struct pkt_error error;
    if (pkt_watch_open(&options, &watch, &error) < 0)
        return say_error(&error);
    printf("watching\n");
    fflush(stdout);
    if (arguments[0] != NULL)
        (void)getchar(); /* events pile up meanwhile */
    for (;;) {
        int result = pkt_watch_next(watch, &event, &error);
        struct pollfd descriptor = {.fd = pkt_watch_get_fd(watch), .events = POLLIN};
        if (result == 0)
            print_event(&event);
        else if (result != PKT_E_AGAIN)
            return say_error(&error);
        else if (arguments[0] != NULL)
            break;
        else
            poll(&descriptor, 1, -1);
    }
    pkt_watch_close(watch);
    return 0;
}

/* --- sockets --- */

static int open_sockets(char **arguments)
{
    int status = 0;
    for (; *arguments != NULL; arguments++) {
        int kind = (int)strtol(*arguments, NULL, 10), fd;
        struct pkt_socket_request request = {
            .size = sizeof request,
            .kind = kind,
            .header_included = kind == PKT_SOCKET_RAW4 || kind == PKT_SOCKET_RAW6,
        };
        struct pkt_error error;
        if (pkt_socket_open(&request, &fd, &error) < 0)
            status = say_error(&error);
        else
            printf("%s is open\n", pkt_socket_kind_name(kind));
    }
    return status;
}

/* An echo request (RFC 792) behind what the kind of socket wants in front of it; its checksum is the
 * kernel's, or does not matter. Returns how many bytes. */
static size_t fill_packet(const char *kind, struct pkt_ip to, uint8_t *packet)
{
    static const uint8_t echo[8] = {8, 0, 0xf7, 0xff};
    static const uint8_t ip[20] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1};
    static const uint8_t link[14] = {[0] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, [12] = 0x88, 0xb5};
    if (strcmp(kind, "raw4") == 0) {
        memcpy(packet, ip, sizeof ip);
        memcpy(packet + 16, to.ip4.byte, 4);
        memcpy(packet + sizeof ip, echo, sizeof echo);
        return sizeof ip + sizeof echo;
    }
    if (strcmp(kind, "packet") == 0) {
        memset(packet, 0, 60);
        memcpy(packet, link, sizeof link);
        return 60;
    }
    memcpy(packet, echo, sizeof echo);
    return sizeof echo;
}

static int open_for(const char *kind)
{
    struct pkt_socket_request request = {.size = sizeof request};
    struct pkt_error error;
    int fd;
    if (strcmp(kind, "udp") == 0)
        return socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    request.kind = strcmp(kind, "icmp4") == 0  ? PKT_SOCKET_ICMP4_DATAGRAM
                   : strcmp(kind, "raw4") == 0 ? PKT_SOCKET_RAW4
                                               : PKT_SOCKET_PACKET;
    request.header_included = request.kind == PKT_SOCKET_RAW4;
    if (pkt_socket_open(&request, &fd, &error) < 0)
        exit(say_error(&error));
    return fd;
}

/* Takes what the error queue holds; counts each number and point. Returns how many were stamps. */
static unsigned take_stamps(int fd, unsigned sent, unsigned *scheduled, unsigned *left)
{
    _Alignas(struct cmsghdr) uint8_t control[PKT_TIMESTAMP_CONTROL_SIZE];
    uint8_t bytes[256];
    struct iovec vector = {bytes, sizeof bytes};
    unsigned taken = 0;
    for (;;) {
        struct msghdr message = {
            .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct pkt_timestamp_report report;
        uint64_t number;
        if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return taken;
        if (!pkt_timestamp_read_transmit(&message, &report))
            continue;
        if (!pkt_timestamp_number(report.mark, sent, &number)) {
            printf("a mark of %u after %u packets\n", report.mark, sent);
            exit(1);
        }
        (report.point == PKT_STAMP_SCHEDULED ? scheduled : left)[number]++;
        taken++;
    }
}

static int stamps(char **arguments)
{
    unsigned count = (unsigned)strtoul(arguments[3], NULL, 10), scheduled[MAX] = {0}, left[MAX] = {0},
             taken = 0;
    struct pkt_ip to = parse(arguments[2]);
    struct sockaddr_in ip = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_ifindex = (int)index_of(arguments[1])};
    struct pkt_timestamp_options options = {.size = sizeof options,
                                            .transmit = PKT_STAMP_SCHEDULED | PKT_STAMP_SOFTWARE};
    struct pkt_error error;
    uint8_t packet[64];
    bool by_link = strcmp(arguments[0], "packet") == 0;
    size_t len = fill_packet(arguments[0], to, packet);
    int fd = open_for(arguments[0]);
    memcpy(&ip.sin_addr, to.ip4.byte, 4);
    if (pkt_timestamp_enable(fd, &options, &error) < 0)
        return say_error(&error);
    for (unsigned i = 0; i < count; i++) {
        if (sendto(fd, packet, len, 0, by_link ? (struct sockaddr *)&link : (struct sockaddr *)&ip,
                   by_link ? sizeof link : sizeof ip) < 0) {
            printf("error: packet %u: %s\n", i, strerror(errno));
            return 1;
        }
        taken += take_stamps(fd, i + 1, scheduled, left);
    }
    struct pollfd descriptor = {.fd = fd};
    while (taken < 2 * count && poll(&descriptor, 1, 5000) > 0)
        taken += take_stamps(fd, count, scheduled, left);
    for (unsigned i = 0; i < count; i++)
        printf("%u %u %u\n", i, scheduled[i], left[i]);
    close(fd);
    return 0;
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        int needed;
        int (*run)(char **arguments);
    } commands[] = {
        {"interfaces", 0, interfaces  },
        {"find",       1, find        },
        {"addresses",  0, addresses   },
        {"neighbours", 0, neighbours  },
        {"route",      1, route       },
        {"table",      2, table       },
        {"resolve",    3, resolve     },
        {"next-hop",   2, next_hop    },
        {"watch",      0, watch       },
        {"socket",     1, open_sockets},
        {"stamps",     4, stamps      },
    };
    struct pkt_error error;
    if (count > 2 && strcmp(arguments[1], "in") == 0) {
        if (pkt_netns_enter(arguments[2], &error) < 0)
            return say_error(&error);
        arguments += 2;
        count -= 2;
    }
    if (pkt_host_open(&host, &error) < 0)
        return say_error(&error);
    for (size_t i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, arguments[1]) != 0 || count - 2 < commands[i].needed)
            continue;
        int status = commands[i].run(arguments + 2);
        pkt_host_close(host);
        return status;
    }
    fprintf(stderr, "helper_host: what?\n");
    return 2;
}
