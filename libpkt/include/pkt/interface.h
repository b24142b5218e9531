/*
 * Interfaces of this machine and their addresses.
 */
#ifndef PKT_INTERFACE_H
#define PKT_INTERFACE_H

#include "host.h"
#include "ip.h"

PKT_BEGIN

#define PKT_INTERFACE_NAME_SIZE 16 /* bytes of a name with its NUL (IFNAMSIZ) */

/* Flags of an interface, as the kernel numbers them (netdevice(7)). */
enum pkt_interface_flag {
    PKT_INTERFACE_UP = 0x1, /* switched on by the administrator */
    PKT_INTERFACE_BROADCAST = 0x2,
    PKT_INTERFACE_LOOPBACK = 0x8,
    PKT_INTERFACE_POINT_TO_POINT = 0x10,
    PKT_INTERFACE_RUNNING = 0x40, /* operational: RFC 2863's state is up, or unknown */
    PKT_INTERFACE_NO_ARP = 0x80,  /* neighbours are not resolved */
    PKT_INTERFACE_PROMISCUOUS = 0x100,
    PKT_INTERFACE_ALL_MULTICAST = 0x200,
    PKT_INTERFACE_MULTICAST = 0x1000,
    PKT_INTERFACE_LOWER_UP = 0x10000, /* has carrier */
};

/* Operational state (RFC 2863 3.1.12), as the kernel numbers it. */
enum pkt_interface_state {
    PKT_INTERFACE_STATE_UNKNOWN = 0,
    PKT_INTERFACE_STATE_NOT_PRESENT,
    PKT_INTERFACE_STATE_DOWN,
    PKT_INTERFACE_STATE_LOWER_LAYER_DOWN,
    PKT_INTERFACE_STATE_TESTING,
    PKT_INTERFACE_STATE_DORMANT,
    PKT_INTERFACE_STATE_UP,
};

struct pkt_interface {
    uint32_t index;
    uint32_t flags;    /* enum pkt_interface_flag, and others of the kernel's */
    uint32_t mtu;      /* bytes of the largest network packet */
    uint32_t master;   /* index of the bridge, bond or VRF that it is a port of; 0: none */
    uint32_t peer;     /* index of what it stands on or is joined with (VLAN's device, veth's other end) */
    bool peer_outside; /* peer is an index of another network namespace */
    uint16_t type;     /* ARPHRD_... of <linux/if_arp.h> */
    uint8_t state;     /* enum pkt_interface_state */
    uint8_t mac_len;   /* bytes of its link-layer address; only those of 6 are in mac and broadcast */
    struct pkt_mac mac;
    struct pkt_mac broadcast;
    char name[PKT_INTERFACE_NAME_SIZE];
    char kind[PKT_INTERFACE_NAME_SIZE]; /* of a virtual one, such as "veth"; else "" */
};

/* Flags of an address, as the kernel numbers them (IFA_F_...). */
enum pkt_interface_address_flag {
    PKT_INTERFACE_ADDRESS_SECONDARY = 0x1,  /* IPv4; in IPv6 the same bit means temporary (RFC 8981) */
    PKT_INTERFACE_ADDRESS_OPTIMISTIC = 0x4, /* RFC 4429 */
    PKT_INTERFACE_ADDRESS_DUPLICATE = 0x8,  /* duplicate address detection failed (RFC 4862 5.4) */
    PKT_INTERFACE_ADDRESS_DEPRECATED = 0x20,
    PKT_INTERFACE_ADDRESS_TENTATIVE = 0x40, /* duplicate address detection is under way: not to be used yet */
    PKT_INTERFACE_ADDRESS_PERMANENT = 0x80,
};

struct pkt_interface_address {
    uint32_t interface; /* index */
    uint32_t flags;     /* enum pkt_interface_address_flag, and others of the kernel's */
    uint8_t prefix_len; /* bits; of peer where there is one */
    uint8_t scope;      /* RT_SCOPE_... of <linux/rtnetlink.h>: 0 global, 253 link, 254 host */
    struct pkt_ip address;
    struct pkt_ip peer;      /* at the other end of a point-to-point link; version 0: none */
    struct pkt_ip broadcast; /* version 0: none */
    uint32_t valid_s;        /* seconds that it stays; UINT32_MAX: for ever */
    uint32_t preferred_s;    /* seconds until it is deprecated; UINT32_MAX: for ever */
};

/*
 * All interfaces.
 *
 * max        how many ret_interfaces holds
 * ret_count  how many there are; where that is more than max, the first max are given
 *
 * Fails with PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_interface_list(struct pkt_host *host, struct pkt_interface *ret_interfaces,
                                             size_t max, size_t *ret_count, struct pkt_error *reterr_error);

/*
 * The interface of a name, or of an alternative name (ip-link(8), altname).
 *
 * Fails with PKT_E_SYSTEM (ENODEV: there is none) or PKT_E_ARGUMENT (it cannot be a name).
 */
PKT_API PKT_NODISCARD int pkt_interface_find(struct pkt_host *host, const char *name,
                                             struct pkt_interface *ret_interface,
                                             struct pkt_error *reterr_error);

/* The interface of an index. Fails with PKT_E_SYSTEM (ENODEV: it is gone, or never was) or PKT_E_ARGUMENT
 * (0).
 */
PKT_API PKT_NODISCARD int pkt_interface_get(struct pkt_host *host, uint32_t index,
                                            struct pkt_interface *ret_interface,
                                            struct pkt_error *reterr_error);

/*
 * Addresses of one interface, or of all.
 *
 * interface  index; 0: all
 * version    4 or 6; 0: both, IPv4 first
 * max        how many ret_addresses holds
 * ret_count  how many there are; where that is more than max, the first max are given
 *
 * Fails with PKT_E_SYSTEM (ENODEV: that interface is gone) or PKT_E_ARGUMENT.
 */
PKT_API PKT_NODISCARD int pkt_interface_addresses(struct pkt_host *host, uint32_t interface, uint8_t version,
                                                  struct pkt_interface_address *ret_addresses, size_t max,
                                                  size_t *ret_count, struct pkt_error *reterr_error);

PKT_END

#endif
