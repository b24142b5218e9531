/*
 * The words of a filter expression. libpcap's language has no named filters of its own and cannot see MLD:
 * its messages always stand behind a hop-by-hop options header (RFC 9777 5).
 */
#include "filter_text.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Types 130 to 132 and 143 (MLD), 151 to 153 (multicast router discovery) at offset `at` of the IPv6 header.
 */
#define MLD_TYPES(at) "(ip6[" at "] >= 130 and ip6[" at "] <= 132) or ip6[" at "] = 143"
#define MRD_TYPES(at) "(ip6[" at "] >= 151 and ip6[" at "] <= 153)"

/* With the headers in place: a hop-by-hop header of 8 bytes, as every sender of MLD makes it. */
#define BEHIND_HOPOPTS "ip6[6] = 0 and ip6[40] = 58 and ip6[41] = 0"

static const struct named_filter {
    const char *name;
    const char *stripped;
    const char *in_place;
} named_filters[] = {
    {"mld",               "(ip6[6] = 58 and (" MLD_TYPES("40") "))",                                         "(" BEHIND_HOPOPTS " and (" MLD_TYPES("48") "))"},
    {"multicast-control", "(igmp or pim or (ip6[6] = 58 and (" MLD_TYPES("40") " or " MRD_TYPES("40") ")))",
     "(igmp or pim or (" BEHIND_HOPOPTS " and (" MLD_TYPES("48") " or " MRD_TYPES("48") ")))"                                                                },
};

struct word {
    const char *start;
    size_t len;
};

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '\\';
}

/* The next word at or behind *at; *at moves behind it. Length 0 at the end. */
static struct word next_word(const char **at)
{
    while (**at != '\0' && !is_word_char(**at))
        (*at)++;
    struct word word = {*at, 0};
    while (is_word_char(word.start[word.len]))
        word.len++;
    *at += word.len;
    return word;
}

static bool is(struct word word, const char *text)
{
    return word.len == strlen(text) && strncmp(word.start, text, word.len) == 0;
}

static bool is_any(struct word word, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is(word, texts[i]))
            return true;
    return false;
}

/* Words behind which a name is somebody's, not ours: `host mld`. */
static bool takes_name(struct word word)
{
    static const char *const takers[] = {"host",      "net",   "gateway", "port",
                                         "portrange", "proto", "src",     "dst"};
    return is_any(word, takers, sizeof takers / sizeof *takers);
}

/* Numbers of tags and extension headers behind `proto`: who asks for what is taken out wants it left in. */
static bool names_removed_header(struct word word)
{
    static const unsigned long numbers[] = {0, 43, 44, 51, 60, 0x8100, 0x88a8, 0x9100};
    char *end;
    unsigned long number = strtoul(word.start, &end, 0);
    if (end != word.start + word.len || !isdigit((unsigned char)word.start[0]))
        return is(word, "ah") || is(word, "\\ah");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (number == numbers[i])
            return true;
    return false;
}

bool pkt_filter_text_is_strict(const char *expression)
{
    static const char *const keywords[] = {"vlan", "protochain"};
    static const char *const accessors[] = {"ether", "link", "ip6"};
    struct word last = {"", 0};
    for (const char *at = expression;;) {
        struct word word = next_word(&at);
        if (word.len == 0)
            return false;
        bool name = takes_name(last);
        if (is(last, "proto") ? names_removed_header(word) : !name && is(word, "ah"))
            return true;
        last = word;
        if (!name && is_any(word, keywords, sizeof keywords / sizeof *keywords))
            return true;
        const char *behind = at + strspn(at, " \t\n");
        if (*behind == '[' && is_any(word, accessors, sizeof accessors / sizeof *accessors))
            return true;
    }
}

static const struct named_filter *find_named(struct word word)
{
    for (size_t i = 0; i < sizeof named_filters / sizeof *named_filters; i++)
        if (is(word, named_filters[i].name))
            return &named_filters[i];
    return NULL;
}

/* One pass over the expression; writes to `to` unless it is NULL, and returns the length without the NUL. */
static size_t expand_into(char *to, const char *expression, bool see_through)
{
    size_t len = 0;
    struct word last = {"", 0};
    const char *copied = expression;
    for (const char *at = expression;;) {
        struct word word = next_word(&at);
        const struct named_filter *named = takes_name(last) ? NULL : find_named(word);
        last = word;
        if (word.len != 0 && named == NULL)
            continue;
        size_t before = (size_t)(word.start - copied);
        const char *text = named == NULL ? "" : see_through ? named->stripped : named->in_place;
        if (to != NULL) {
            memcpy(to + len, copied, before);
            memcpy(to + len + before, text, strlen(text) + 1);
        }
        len += before + strlen(text);
        copied = at;
        if (word.len == 0)
            return len;
    }
}

char *pkt_filter_text_expand(const char *expression, bool see_through)
{
    size_t len = expand_into(NULL, expression, see_through);
    char *expanded = malloc(len + 1);
    if (expanded != NULL)
        (void)expand_into(expanded, expression, see_through);
    return expanded;
}
