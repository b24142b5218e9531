/*
 * Tables of names that lines print. A table ends with a row without a name.
 */
#ifndef PRINT_NAMES_H
#define PRINT_NAMES_H

#include <stdint.h>

struct text_name {
    uint32_t value;
    const char *name;
};

/* The name of value; NULL when it has none. */
const char *text_name(const struct text_name *table, uint32_t value);

extern const struct text_name text_ethertypes[];
extern const struct text_name text_ip_protocols[];
extern const struct text_name text_arp_hardware[];
extern const struct text_name text_arp_operations[];
extern const struct text_name text_address_families[];
extern const struct text_name text_llc_saps[];
extern const struct text_name text_ouis[];
extern const struct text_name text_cisco_pids[];
extern const struct text_name text_bridged_pids[];
extern const struct text_name text_ppp_protocols[];

#endif
