/*
 * Addresses: what does not fit on one line of the header.
 */
#include "pkt/ip.h"

#include <string.h>

bool pkt_ip6_is_unspecified(struct pkt_ip6 a)
{
    static const struct pkt_ip6 unspecified;
    return pkt_ip6_equal(a, unspecified);
}

struct pkt_mac pkt_mac_of_ip4_group(struct pkt_ip4 group)
{
    struct pkt_mac mac = {
        {0x01, 0x00, 0x5e, group.byte[1] & 0x7f, group.byte[2], group.byte[3]}
    };
    return mac;
}

struct pkt_ip6 pkt_ip6_solicited_node(struct pkt_ip6 target)
{
    struct pkt_ip6 group = {
        {0xff, 2, [11] = 1, [12] = 0xff, target.byte[13], target.byte[14], target.byte[15]}
    };
    return group;
}

struct pkt_mac pkt_mac_of_ip6_group(struct pkt_ip6 group)
{
    struct pkt_mac mac = {
        {0x33, 0x33, group.byte[12], group.byte[13], group.byte[14], group.byte[15]}
    };
    return mac;
}

bool pkt_ip_is_in_prefix(struct pkt_ip address, struct pkt_ip network, unsigned bits)
{
    const uint8_t *a = address.version == 4 ? address.ip4.byte : address.ip6.byte;
    const uint8_t *b = network.version == 4 ? network.ip4.byte : network.ip6.byte;
    unsigned most = address.version == 4 ? 32 : 128;
    unsigned whole = (bits < most ? bits : most) / 8, rest = bits < most ? bits % 8 : 0;
    if (address.version != network.version || memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) & (0xff00 >> rest) & 0xff) == 0;
}
