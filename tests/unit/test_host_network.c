/*
 * Interfaces, addresses, routes and neighbours: what works for everybody, what is refused, and messages that
 * are cut or lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/interface.h"
#include "host/neighbour.h"
#include "host/route.h"
#include "pkt/watch.h"

static struct pkt_host *host;
static struct pkt_error error;

static int open_host(void **state)
{
    (void)state;
    return pkt_host_open(&host, &error);
}

static int close_host(void **state)
{
    (void)state;
    pkt_host_close(host);
    pkt_host_close(NULL);
    return 0;
}

static struct pkt_ip ip(const char *text)
{
    struct pkt_ip address = {0};
    if (pkt_ip4_parse(text, strlen(text), &address.ip4))
        return pkt_ip_from4(address.ip4);
    assert_true(pkt_ip6_parse(text, strlen(text), &address.ip6));
    return pkt_ip_from6(address.ip6);
}

/* --- the machine, whatever it has --- */

static void test_loopback(void **state)
{
    (void)state;
    struct pkt_interface lo, same;
    assert_int_equal(pkt_interface_find(host, "lo", &lo, &error), 0);
    assert_int_equal(lo.index, if_nametoindex("lo"));
    assert_string_equal(lo.name, "lo");
    assert_true(lo.flags & PKT_INTERFACE_LOOPBACK);
    assert_int_equal(lo.type, 772);
    assert_int_equal(lo.mac_len, 6);
    assert_true(lo.mtu >= 1500);
    assert_int_equal(pkt_interface_get(host, lo.index, &same, &error), 0);
    assert_memory_equal(&lo, &same, sizeof lo);
}

static void test_list(void **state)
{
    (void)state;
    struct pkt_interface first[1];
    size_t count = 0, again = 0;
    struct if_nameindex *names = if_nameindex();
    assert_int_equal(pkt_interface_list(host, NULL, 0, &count, &error), 0);
    assert_true(count >= 1);
    struct pkt_interface *all = calloc(count + 1, sizeof *all);
    assert_int_equal(pkt_interface_list(host, all, count, &again, &error), 0);
    assert_int_equal(again, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].index, names[i].if_index);
        assert_string_equal(all[i].name, names[i].if_name);
    }
    assert_int_equal(names[count].if_index, 0);
    assert_int_equal(pkt_interface_list(host, first, 1, &again, &error), 0);
    assert_int_equal(again, count);
    assert_memory_equal(first, all, sizeof *first);
    if_freenameindex(names);
    free(all);
}

static void test_no_interface(void **state)
{
    (void)state;
    struct pkt_interface none = {.index = 77};
    char longest[300];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(pkt_interface_find(host, "no\nsuch", &none, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    assert_null(strchr(error.sentence, '\n'));
    assert_int_equal(pkt_interface_find(host, "a-name-for-nothing-at-all", &none, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    assert_int_equal(pkt_interface_find(host, "", &none, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_find(host, NULL, &none, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_find(host, longest, &none, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_get(host, 0, &none, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_get(host, UINT32_MAX, &none, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_get(host, INT32_MAX, &none, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    assert_int_equal(none.index, 77);
}

static void test_addresses(void **state)
{
    (void)state;
    struct pkt_interface lo;
    struct pkt_interface_address found[4];
    size_t count = 0;
    assert_int_equal(pkt_interface_find(host, "lo", &lo, &error), 0);
    assert_int_equal(pkt_interface_addresses(host, lo.index, 4, found, 4, &count, &error), 0);
    if (count > 0) {
        assert_true(pkt_ip_equal(found[0].address, ip("127.0.0.1")));
        assert_int_equal(found[0].prefix_len, 8);
        assert_int_equal(found[0].peer.version, 0);
        assert_int_equal(found[0].interface, lo.index);
        assert_true(found[0].valid_s == UINT32_MAX);
    }
    assert_int_equal(pkt_interface_addresses(host, lo.index, 5, found, 4, &count, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_interface_addresses(host, INT32_MAX, 0, found, 4, &count, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
}

static int route(const char *destination, const char *source, uint32_t interface)
{
    struct pkt_route_request request = {.size = sizeof request, .interface = interface};
    struct pkt_route found = {.type = 77};
    if (destination != NULL)
        request.destination = ip(destination);
    if (source != NULL)
        request.source = ip(source);
    error = (struct pkt_error){0};
    int result = pkt_route_get(host, &request, &found, &error);
    assert_true(result == 0 || found.type == 77);
    return result == 0 ? found.type : result;
}

static void test_routes(void **state)
{
    (void)state;
    struct pkt_interface lo;
    assert_int_equal(pkt_interface_find(host, "lo", &lo, &error), 0);
    if (lo.flags & PKT_INTERFACE_UP)
        assert_int_equal(route("127.0.0.1", NULL, 0), PKT_ROUTE_LOCAL);
    assert_int_equal(route(NULL, NULL, 0), PKT_E_ARGUMENT);
    assert_int_equal(route("127.0.0.1", "::1", 0), PKT_E_ARGUMENT);
    assert_int_equal(route("127.0.0.1", "255.255.255.255", 0), PKT_E_ARGUMENT);
    assert_int_equal(route("::1", "ff02::1", 0), PKT_E_ARGUMENT);
    assert_int_equal(route("fe80::1", NULL, 0), PKT_E_ARGUMENT);
    assert_int_equal(route("192.0.2.1", NULL, INT32_MAX), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    struct pkt_route_request request = {.size = 0};
    struct pkt_route found;
    assert_int_equal(pkt_route_get(host, &request, &found, &error), PKT_E_ARGUMENT);
}

static void test_neighbours(void **state)
{
    (void)state;
    struct pkt_neighbour found;
    struct pkt_mac mac;
    size_t count;
    struct pkt_interface lo;
    assert_int_equal(pkt_interface_find(host, "lo", &lo, &error), 0);
    assert_int_equal(pkt_neighbour_get(host, 0, ip("192.0.2.1"), &found, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_neighbour_get(host, lo.index, (struct pkt_ip){0}, &found, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_neighbour_get(host, lo.index, ip("192.0.2.1"), &found, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENOENT);
    assert_int_equal(pkt_neighbour_get(host, INT32_MAX, ip("192.0.2.1"), &found, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    assert_int_equal(pkt_neighbour_list(host, 0, 3, NULL, 0, &count, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_neighbour_list(host, 0, 0, NULL, 0, &count, &error), 0);
    assert_int_equal(pkt_neighbour_resolve(host, lo.index, ip("192.0.2.1"), -1, &mac, &error),
                     PKT_E_ARGUMENT);
    assert_int_equal(pkt_neighbour_resolve(host, INT32_MAX, ip("192.0.2.1"), 0, &mac, &error), PKT_E_SYSTEM);
    assert_int_equal(error.system_errno, ENODEV);
    assert_string_equal(pkt_neighbour_state_name(PKT_NEIGHBOUR_STALE), "STALE");
    assert_string_equal(pkt_neighbour_state_name(3), "UNKNOWN");
}

static void test_watch(void **state)
{
    (void)state;
    struct pkt_watch_options options = {.size = sizeof options};
    struct pkt_watch *watch = NULL;
    assert_int_equal(pkt_watch_open(&options, &watch, &error), PKT_E_ARGUMENT);
    options.what = 16;
    assert_int_equal(pkt_watch_open(&options, &watch, &error), PKT_E_ARGUMENT);
    options.what = PKT_WATCH_INTERFACES;
    options.receive_buffer_size = UINT32_MAX;
    assert_int_equal(pkt_watch_open(&options, &watch, &error), PKT_E_ARGUMENT);
    assert_null(watch);
    options.receive_buffer_size = 65536;
    assert_int_equal(pkt_watch_open(&options, &watch, &error), 0);
    assert_true(pkt_watch_get_fd(watch) >= 0);
    pkt_watch_close(watch);
    pkt_watch_close(NULL);
}

/* --- messages that are cut or lie --- */

/* A message in memory of exactly its length, so that a sanitizer sees each byte too many that is read. */
static void read_exactly(const struct nlmsghdr *message, size_t len)
{
    struct nlmsghdr *copy = malloc(len);
    struct pkt_interface interface;
    struct pkt_interface_address address;
    struct pkt_watch_route way;
    struct pkt_neighbour neighbour;
    memcpy(copy, message, len);
    copy->nlmsg_len = (uint32_t)len;
    if (interface_read(copy, &interface))
        assert_int_equal(interface.name[PKT_INTERFACE_NAME_SIZE - 1], '\0');
    if (interface_address_read(copy, &address))
        assert_true(address.address.version == 4 || address.address.version == 6);
    if (route_read_entry(copy, &way))
        assert_true(way.destination.version == 4 || way.destination.version == 6);
    if (neighbour_read(copy, &neighbour))
        assert_true(neighbour.address.version == 4 || neighbour.address.version == 6);
    free(copy);
}

/* A message of each kind with attributes of many types. */
static size_t fill(uint8_t family, uint16_t type, struct netlink_request *request)
{
    static const uint8_t bytes[16] = "0123456789abcde";
    uint8_t *header = netlink_begin(request, type, 0, sizeof(struct ifinfomsg));
    header[0] = family;
    header[4] = 5;
    for (uint16_t attribute = 0; attribute < 20; attribute++)
        netlink_put(request, attribute, bytes, attribute % 3 == 0 ? 4 : attribute % 3 == 1 ? 6 : 16);
    return request->message.header.nlmsg_len;
}

static void test_damaged_messages(void **state)
{
    (void)state;
    enum { DAMAGED = 240 }; /* bytes behind the header, of nearly 300 */
    static const uint16_t types[] = {RTM_NEWLINK,  RTM_DELLINK,  RTM_NEWADDR,  RTM_DELADDR,
                                     RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH, RTM_DELNEIGH};
    static const uint8_t families[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_BRIDGE, 255};
    struct netlink_request request;
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof types / sizeof *types * sizeof families; i++) {
        size_t len = fill(families[i % sizeof families], types[i / sizeof families], &request);
        for (size_t cut = sizeof(struct nlmsghdr); cut <= len; cut++)
            read_exactly(&request.message.header, cut);
        for (int round = 0; round < 200; round++) {
            struct netlink_request damaged = request;
            for (int flips = 0; flips < 4; flips++) {
                random = random * 1664525 + 1013904223;
                damaged.message.bytes[sizeof(struct nlmsghdr) + (random >> 8) % DAMAGED] =
                    (uint8_t)(random >> 24);
            }
            read_exactly(&damaged.message.header, len);
        }
    }
}

/* The attributes of a route's message, as the kernel writes them. */
static void test_route_entry(void **state)
{
    (void)state;
    struct netlink_request request;
    struct pkt_watch_route found;
    uint8_t via[18] = {[0] = AF_INET6, [2] = 0xfe, 0x80, [17] = 9};
    uint16_t family = AF_INET6;
    memcpy(via, &family, sizeof family);
    struct rtmsg *header = netlink_begin(&request, RTM_NEWROUTE, 0, sizeof *header);
    header->rtm_family = AF_INET;
    header->rtm_type = RTN_UNICAST;
    header->rtm_dst_len = 24;
    header->rtm_table = RT_TABLE_MAIN;
    netlink_put_ip(&request, RTA_DST, ip("198.51.100.0"));
    netlink_put(&request, RTA_VIA, via, sizeof via);
    netlink_put_u32(&request, RTA_OIF, 3);
    netlink_put_u32(&request, RTA_PRIORITY, 100);
    assert_true(route_read_entry(&request.message.header, &found));
    assert_true(pkt_ip_equal(found.destination, ip("198.51.100.0")));
    assert_true(pkt_ip_equal(found.gateway, ip("fe80::9")));
    assert_int_equal(found.prefix_len, 24);
    assert_int_equal(found.table, 254);
    assert_int_equal(found.interface, 3);
    assert_int_equal(found.priority, 100);
    header->rtm_flags = RTM_F_CLONED;
    assert_false(route_read_entry(&request.message.header, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_no_interface),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_route_entry),
        cmocka_unit_test(test_damaged_messages),
    };
    return cmocka_run_group_tests(tests, open_host, close_host);
}
