/* SPDX-License-Identifier: BSD-2-Clause */
#include "rewrite_rules.h"

#include "common/numbers.h"

#include <stdio.h>
#include <string.h>

enum {
    VLAN_ID_MAX = 4095,
    TEXT_MAX = 64, /* of OLD and NEW */
};

/* A word before the colon. Addresses find their family themselves. */
static const struct {
    const char *word;
    uint8_t family;
    uint8_t sides;
} words[] = {
    {"ip",      RULE_IP4,  RULE_SOURCE | RULE_DESTINATION},
    {"src",     RULE_IP4,  RULE_SOURCE                   },
    {"dst",     RULE_IP4,  RULE_DESTINATION              },
    {"mac",     RULE_MAC,  RULE_SOURCE | RULE_DESTINATION},
    {"src-mac", RULE_MAC,  RULE_SOURCE                   },
    {"dst-mac", RULE_MAC,  RULE_DESTINATION              },
    {"port",    RULE_PORT, RULE_SOURCE | RULE_DESTINATION},
    {"sport",   RULE_PORT, RULE_SOURCE                   },
    {"dport",   RULE_PORT, RULE_DESTINATION              },
    {"vlan",    RULE_VLAN, RULE_SOURCE | RULE_DESTINATION},
};

size_t rule_len(int family)
{
    static const uint8_t lens[] = {
        [RULE_IP4] = 4, [RULE_IP6] = 16, [RULE_MAC] = 6, [RULE_PORT] = 2, [RULE_VLAN] = 2};
    return lens[family];
}

static void set_number(struct rule_value *value, uint64_t number)
{
    value->byte[0] = (uint8_t)(number >> 8);
    value->byte[1] = (uint8_t)number;
}

/* An address of either family, and behind it perhaps a prefix length; *ret_bits stays when there is none. */
static bool parse_address(const char *text, struct rewrite_rule *rule, struct rule_value *ret_value,
                          uint64_t *ret_bits)
{
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    size_t len = strcspn(text, "/");
    bool is_ip4 = pkt_ip4_parse(text, len, &ip4);
    if (!is_ip4 && !pkt_ip6_parse(text, len, &ip6))
        return false;
    rule->family = is_ip4 ? RULE_IP4 : RULE_IP6;
    memcpy(ret_value->byte, is_ip4 ? ip4.byte : ip6.byte, rule_len(rule->family));
    uint64_t most = rule_len(rule->family) * 8;
    return text[len] == '\0' ||
           number_parse_u64(text + len + 1, 0, most, false, ret_bits).reason == NUMBER_OK;
}

static bool parse_mac(const char *text, struct rule_value *ret_value)
{
    struct pkt_mac mac;
    if (!pkt_mac_parse(text, strlen(text), &mac))
        return false;
    memcpy(ret_value->byte, mac.byte, sizeof mac.byte);
    return true;
}

static bool parse_number(const char *text, bool is_vlan, struct rule_value *ret_value)
{
    uint64_t number = RULE_NO_TAG;
    if (!(is_vlan && strcmp(text, "none") == 0) &&
        number_parse_u64(text, 0, is_vlan ? VLAN_ID_MAX : UINT16_MAX, false, &number).reason != NUMBER_OK)
        return false;
    set_number(ret_value, number);
    return true;
}

static bool parse_value(const char *text, struct rewrite_rule *rule, struct rule_value *ret_value,
                        uint64_t *ret_bits)
{
    if (rule->family == RULE_MAC)
        return parse_mac(text, ret_value);
    if (rule->family == RULE_PORT || rule->family == RULE_VLAN)
        return parse_number(text, rule->family == RULE_VLAN, ret_value);
    return parse_address(text, rule, ret_value, ret_bits);
}

static const char *form_of(int family)
{
    static const char *const forms[] = {[RULE_IP4] = "an address or prefix such as 10.0.0.0/8",
                                        [RULE_IP6] = "an address or prefix such as 2001:db8::/32",
                                        [RULE_MAC] = "a MAC address such as 02:00:00:00:00:01",
                                        [RULE_PORT] = "a port from 0 to 65535",
                                        [RULE_VLAN] = "a VLAN identifier from 0 to 4095, or none"};
    return forms[family];
}

/* Both sides of the equals sign. */
static bool parse_sides(const char *old_text, const char *new_text, struct rewrite_rule *rule,
                        struct option_problem *reterr_problem)
{
    uint64_t old_bits = UINT64_MAX, new_bits = UINT64_MAX;
    int family = rule->family;
    rule->any = strcmp(old_text, "*") == 0;
    if (!rule->any && !parse_value(old_text, rule, &rule->old_value, &old_bits)) {
        option_problem_set(reterr_problem, "'%s' is not %s, or *", old_text, form_of(family));
        return false;
    }
    family = rule->family;
    if (!parse_value(new_text, rule, &rule->new_value, &new_bits) || (!rule->any && rule->family != family)) {
        option_problem_set(reterr_problem, "'%s' is not %s", new_text, form_of(family));
        return false;
    }
    if (old_bits != UINT64_MAX && new_bits != UINT64_MAX && old_bits != new_bits) {
        option_problem_set(reterr_problem, "the prefixes %s and %s differ in length", old_text, new_text);
        return false;
    }
    uint64_t bits = old_bits != UINT64_MAX ? old_bits : new_bits;
    rule->bits = (uint8_t)(bits == UINT64_MAX ? rule_len(rule->family) * 8 : bits);
    return true;
}

static bool find_word(const char *text, size_t len, struct rewrite_rule *rule)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == len && memcmp(words[i].word, text, len) == 0) {
            rule->family = words[i].family;
            rule->sides = words[i].sides;
            return true;
        }
    return false;
}

bool rule_parse(const char *text, struct rewrite_rule *ret_rule, struct option_problem *reterr_problem)
{
    char old_text[TEXT_MAX];
    size_t word = strcspn(text, ":");
    const char *old_start = text[word] == '\0' ? text + word : text + word + 1;
    size_t old_len = strcspn(old_start, "=");
    *ret_rule = (struct rewrite_rule){.family = 0};
    if (!find_word(text, word, ret_rule) || old_start[old_len] == '\0' || old_len >= sizeof old_text) {
        option_problem_set(
            reterr_problem,
            "is no rule: WHAT:OLD=NEW, where WHAT is ip, src, dst, mac, src-mac, dst-mac, port, "
            "sport, dport or vlan");
        return false;
    }
    memcpy(old_text, old_start, old_len);
    old_text[old_len] = '\0';
    return parse_sides(old_text, old_start + old_len + 1, ret_rule, reterr_problem);
}

/* Whether the first `bits` bits are the same. */
static bool starts_alike(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;
    return memcmp(a, b, bits / 8) == 0 && (rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0);
}

/* A tag is not "any" when there is none: vlan:*=5 puts none on. */
static bool is_no_tag(int family, const struct rule_value *value)
{
    return family == RULE_VLAN && value->byte[0] == RULE_NO_TAG >> 8;
}

bool rule_apply(const struct rewrite_rule *rule, int family, unsigned side, const struct rule_value *value,
                struct rule_value *ret_value)
{
    if (rule->family != family || (rule->sides & side) == 0)
        return false;
    if (rule->any ? is_no_tag(family, value) : !starts_alike(rule->old_value.byte, value->byte, rule->bits))
        return false;
    *ret_value = *value;
    memcpy(ret_value->byte, rule->new_value.byte, rule->bits / 8);
    if (rule->bits % 8 != 0) {
        uint8_t mask = (uint8_t)(0xff00 >> rule->bits % 8);
        uint8_t *last = &ret_value->byte[rule->bits / 8];
        *last = (uint8_t)((*last & ~mask) | (rule->new_value.byte[rule->bits / 8] & mask));
    }
    return true;
}
