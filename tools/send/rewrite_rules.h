/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of --rewrite: what they say, and which of them a value meets. Internal to rewrite*.c.
 */
#ifndef TOOLS_SEND_REWRITE_RULES_H
#define TOOLS_SEND_REWRITE_RULES_H

#include "rewrite.h"

#include "pkt/address.h"

enum rule_family {
    RULE_IP4,
    RULE_IP6,
    RULE_MAC,
    RULE_PORT,
    RULE_VLAN,
};

enum rule_side {
    RULE_SOURCE = 1 << 0,
    RULE_DESTINATION = 1 << 1,
};

enum {
    RULE_VALUE_MAX = 16,
    RULE_NO_TAG = 0x1000, /* "none" of a vlan rule: no identifier is as large */
};

/* A value of any family as its bytes on the wire; a VLAN identifier, or RULE_NO_TAG, takes two. */
struct rule_value {
    uint8_t byte[RULE_VALUE_MAX];
};

struct rewrite_rule {
    uint8_t family;
    uint8_t sides;
    uint8_t bits; /* that must match, and are replaced */
    bool any;     /* OLD is "*" */
    struct rule_value old_value;
    struct rule_value new_value;
};

/* Bytes of a value of a family. */
size_t rule_len(int family);

/* Reads a rule; "ip:*=ADDRESS" has the family of its address. False: reterr_problem says what is wrong. */
bool rule_parse(const char *text, struct rewrite_rule *ret_rule, struct option_problem *reterr_problem);

/* Whether the rule is about such a value, and what becomes of it. */
bool rule_apply(const struct rewrite_rule *rule, int family, unsigned side, const struct rule_value *value,
                struct rule_value *ret_value);

#endif
