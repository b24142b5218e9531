#include "sim/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/numbers.h"

enum {
    LINE_SIZE = 2048,
    LINE_WORDS = 96,
    PPM_ALL = 1000000,
    PACKET_LEN_MAX = 65535,
};

#define TIME_MAX_NS (INT64_C(3600) * 1000000000)

/* The words of one line. */
struct reader {
    struct sim_scene *scene;
    struct sim_scene_error *error;
    unsigned line;
    unsigned count;
    unsigned at; /* the next word */
    char *word[LINE_WORDS];
    char text[LINE_SIZE];
};

static bool fail(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    reader->error->line = reader->line;
    vsnprintf(reader->error->sentence, sizeof reader->error->sentence, format, arguments);
    va_end(arguments);
    return false;
}

/* --- words --- */

static bool has_word(const struct reader *reader)
{
    return reader->at < reader->count;
}

/* The next word; NULL, and the failure told, where the line ends. */
static const char *take(struct reader *reader, const char *what)
{
    if (has_word(reader))
        return reader->word[reader->at++];
    fail(reader, "%s is missing", what);
    return NULL;
}

/* Takes the next word if it is this one. */
static bool take_if(struct reader *reader, const char *word)
{
    if (!has_word(reader) || strcmp(reader->word[reader->at], word) != 0)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    if (take_if(reader, word))
        return true;
    if (!has_word(reader))
        return fail(reader, "'%s' is missing", word);
    return fail(reader, "'%s' stands where '%s' is due", reader->word[reader->at], word);
}

static bool take_number(struct reader *reader, const char *what, uint32_t least, uint32_t most,
                        uint32_t *ret_number)
{
    const char *word = take(reader, what);
    uint64_t number = 0;
    if (word == NULL)
        return false;
    if (number_parse_u64(word, least, most, false, &number).reason != NUMBER_OK)
        return fail(reader, "%s '%s' is not a number from %u to %u", what, word, least, most);
    *ret_number = (uint32_t)number;
    return true;
}

static bool take_time(struct reader *reader, uint64_t *ret_time_ns)
{
    const char *word = take(reader, "a time");
    int64_t time_ns = 0;
    if (word == NULL)
        return false;
    if (number_parse_duration(word, 0, TIME_MAX_NS, &time_ns).reason != NUMBER_OK)
        return fail(reader, "'%s' is not a time from 0 to 1h, such as 20ms", word);
    *ret_time_ns = (uint64_t)time_ns;
    return true;
}

static bool read_address(const char *text, size_t len, struct pkt_ip *ret_address)
{
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    if (pkt_ip4_parse(text, len, &ip4))
        *ret_address = pkt_ip_from4(ip4);
    else if (pkt_ip6_parse(text, len, &ip6))
        *ret_address = pkt_ip_from6(ip6);
    else
        return false;
    return true;
}

static bool take_address(struct reader *reader, struct pkt_ip *ret_address)
{
    const char *word = take(reader, "an address");
    if (word == NULL)
        return false;
    return read_address(word, strlen(word), ret_address) || fail(reader, "'%s' is not an address", word);
}

/* One address of each family at most, each in its place. */
static bool take_pair(struct reader *reader, struct pkt_ip pair[2])
{
    struct pkt_ip address;
    if (!take_address(reader, &address))
        return false;
    for (;;) {
        struct pkt_ip *place = &pair[address.version == 6];
        if (place->version != 0)
            return fail(reader, "two addresses of one family");
        *place = address;
        if (!has_word(reader) ||
            !read_address(reader->word[reader->at], strlen(reader->word[reader->at]), &address))
            return true;
        reader->at++;
    }
}

/* --- which probes --- */

/* Digits, up to four decimals and a per cent sign. */
static bool read_percent(const char *word, uint32_t *ret_ppm)
{
    uint64_t ppm = 0;
    unsigned decimals = 0;
    bool point = false;
    const char *at = word;
    for (; (*at >= '0' && *at <= '9') || (*at == '.' && !point && at != word); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        ppm = ppm * 10 + (uint64_t)(*at - '0');
        decimals += point;
        if (ppm > UINT64_C(100) * 10000 || decimals > 4)
            return false;
    }
    for (; decimals < 4; decimals++)
        ppm *= 10;
    if (at == word || strcmp(at, "%") != 0 || (point && at[-1] == '.') || ppm > PPM_ALL)
        return false;
    *ret_ppm = (uint32_t)ppm;
    return true;
}

/* "3", "7-9" or "20-". */
static bool read_range(char *text, struct sim_range *ret_range)
{
    char *hyphen = strchr(text, '-');
    if (hyphen != NULL)
        *hyphen = '\0';
    const char *last = hyphen == NULL ? text : hyphen + 1;
    ret_range->last = UINT64_MAX;
    bool ok =
        number_parse_u64(text, 1, UINT64_MAX, false, &ret_range->first).reason == NUMBER_OK &&
        (*last == '\0' ||
         number_parse_u64(last, ret_range->first, UINT64_MAX, false, &ret_range->last).reason == NUMBER_OK);
    if (hyphen != NULL)
        *hyphen = '-';
    return ok;
}

static bool read_ranges(char *word, struct sim_which *which)
{
    for (char *text = word; text != NULL;) {
        char *comma = strchr(text, ',');
        if (comma != NULL)
            *comma = '\0';
        bool ok =
            which->range_count < SIM_SCENE_RANGES && read_range(text, &which->range[which->range_count++]);
        if (comma != NULL)
            *comma = ',';
        if (!ok)
            return false;
        text = comma == NULL ? NULL : comma + 1;
    }
    return true;
}

static void which_all(struct sim_which *ret_which)
{
    *ret_which = (struct sim_which){
        .range_count = 1, .range[0] = {1, UINT64_MAX}
    };
}

static bool take_which(struct reader *reader, struct sim_which *ret_which)
{
    if (!has_word(reader))
        return fail(reader, "which probes is missing");
    char *word = reader->word[reader->at++];
    *ret_which = (struct sim_which){0};
    if (strcmp(word, "all") == 0)
        which_all(ret_which);
    else if (!read_percent(word, &ret_which->ppm) && !read_ranges(word, ret_which))
        return fail(reader,
                    "'%s' is neither a share such as 10%% nor a list of at most %d probes such as 3,7-9",
                    word, SIM_SCENE_RANGES);
    return true;
}

/* "for WHICH" where it stands; all probes where not. */
static bool take_for(struct reader *reader, struct sim_which *ret_which)
{
    which_all(ret_which);
    return !take_if(reader, "for") || take_which(reader, ret_which);
}

/* --- statements --- */

static bool read_target(struct reader *reader, const char *word)
{
    struct sim_scene *scene = reader->scene;
    struct sim_target target = {0};
    const char *slash = strchr(word, '/');
    uint64_t prefix_len = 0;
    if (!read_address(word, slash == NULL ? strlen(word) : (size_t)(slash - word), &target.address))
        return fail(reader, "'%s' is not an address", word);
    unsigned bits = target.address.version == 4 ? 32 : 128;
    if (slash == NULL)
        prefix_len = bits;
    else if (number_parse_u64(slash + 1, 0, bits, false, &prefix_len).reason != NUMBER_OK)
        return fail(reader, "'%s' has a prefix length that is not from 0 to %u", word, bits);
    if (pkt_ip_is_multicast(target.address))
        return fail(reader, "'%s' is a multicast address: say who answers it", word);
    if (scene->target_count == SIM_SCENE_TARGETS)
        return fail(reader, "more than %d targets", SIM_SCENE_TARGETS);
    target.prefix_len = (unsigned)prefix_len;
    scene->target[scene->target_count++] = target;
    return true;
}

static bool parse_target(struct reader *reader, struct sim_rule *rule)
{
    (void)rule;
    const char *word = take(reader, "an address");
    while (word != NULL && read_target(reader, word)) {
        if (!has_word(reader))
            return true;
        word = take(reader, "an address");
    }
    return false;
}

static bool parse_answer(struct reader *reader, struct sim_rule *rule)
{
    (void)rule;
    struct sim_scene *scene = reader->scene;
    if (scene->group_count == SIM_SCENE_GROUPS)
        return fail(reader, "more than %d groups", SIM_SCENE_GROUPS);
    struct sim_group *group = &scene->group[scene->group_count];
    if (!take_address(reader, &group->address) || !take_word(reader, "from"))
        return false;
    do {
        if (group->member_count == SIM_SCENE_MEMBERS)
            return fail(reader, "more than %d answer", SIM_SCENE_MEMBERS);
        if (!take_address(reader, &group->member[group->member_count]))
            return false;
        if (group->member[group->member_count++].version != group->address.version)
            return fail(reader, "an address of another family than the group's");
    } while (has_word(reader));
    scene->group_count++;
    return true;
}

static bool parse_delay(struct reader *reader, struct sim_rule *rule)
{
    if (take_if(reader, "uniform"))
        rule->spread = SIM_SPREAD_UNIFORM;
    else if (take_if(reader, "normal"))
        rule->spread = SIM_SPREAD_NORMAL;
    if (!take_time(reader, &rule->time_ns[0]))
        return false;
    if (rule->spread != SIM_SPREAD_FIXED && !take_time(reader, &rule->time_ns[1]))
        return false;
    if (rule->spread == SIM_SPREAD_UNIFORM && rule->time_ns[1] < rule->time_ns[0])
        return fail(reader, "the second time is below the first");
    return take_for(reader, &rule->which);
}

static bool take_share(struct reader *reader, uint32_t *ret_ppm)
{
    const char *word = take(reader, "a share");
    if (word == NULL)
        return false;
    return read_percent(word, ret_ppm) || fail(reader, "'%s' is not a share such as 10%%", word);
}

static bool parse_loss(struct reader *reader, struct sim_rule *rule)
{
    if (!take_if(reader, "burst"))
        return take_share(reader, &rule->which.ppm);
    rule->kind = SIM_RULE_BURST;
    if (!take_share(reader, &rule->which.ppm))
        return false;
    if (rule->which.ppm == PPM_ALL)
        return fail(reader, "bursts have a share below 100%%");
    return take_number(reader, "length of a burst", 1, 1000000, &rule->number);
}

static bool parse_lose(struct reader *reader, struct sim_rule *rule)
{
    return take_which(reader, &rule->which);
}

static bool parse_duplicate(struct reader *reader, struct sim_rule *rule)
{
    rule->number = 2;
    if (!take_which(reader, &rule->which))
        return false;
    if (!has_word(reader))
        return true;
    if (reader->word[reader->at][0] != 'x')
        return fail(reader, "'%s' stands where a number of replies such as x3 is due",
                    reader->word[reader->at]);
    reader->word[reader->at]++;
    return take_number(reader, "number of replies", 2, 1000, &rule->number);
}

static bool parse_hold(struct reader *reader, struct sim_rule *rule)
{
    return take_which(reader, &rule->which) && take_time(reader, &rule->time_ns[0]);
}

static bool parse_corrupt(struct reader *reader, struct sim_rule *rule)
{
    if (take_if(reader, "checksum"))
        rule->kind = SIM_RULE_CHECKSUM;
    return take_which(reader, &rule->which);
}

static const char *const forgeries[SIM_FORGE_COUNT] = {
    [SIM_FORGE_TAG] = "tag",       [SIM_FORGE_ID] = "id",     [SIM_FORGE_SEQUENCE] = "sequence",
    [SIM_FORGE_SOURCE] = "source", [SIM_FORGE_TIME] = "time", [SIM_FORGE_SHORT] = "short",
    [SIM_FORGE_LONG] = "long",     [SIM_FORGE_CUT] = "cut",
};

static const char *const errors[SIM_ERROR_COUNT] = {
    [SIM_ERROR_TTL] = "ttl",           [SIM_ERROR_HOST] = "host",           [SIM_ERROR_NET] = "net",
    [SIM_ERROR_PORT] = "port",         [SIM_ERROR_ADMIN] = "admin",         [SIM_ERROR_TOOBIG] = "toobig",
    [SIM_ERROR_REDIRECT] = "redirect", [SIM_ERROR_PARAMETER] = "parameter",
};

static bool take_one_of(struct reader *reader, const char *what, const char *const *words, unsigned count,
                        unsigned *ret_index)
{
    const char *word = take(reader, what);
    for (unsigned i = 0; word != NULL && i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return word != NULL && fail(reader, "'%s' is not %s", word, what);
}

static bool parse_flood(struct reader *reader, struct sim_rule *rule)
{
    rule->kind = SIM_RULE_FLOOD;
    rule->time_ns[0] = UINT64_MAX;
    which_all(&rule->which);
    for (unsigned i = 0; i < reader->scene->rule_count; i++)
        if (reader->scene->rule[i].kind == SIM_RULE_FLOOD)
            return fail(reader, "a second flood");
    return take_number(reader, "rate", 1, 10000000, &rule->number) &&
           (!take_if(reader, "during") || take_time(reader, &rule->time_ns[0]));
}

static bool parse_forge(struct reader *reader, struct sim_rule *rule)
{
    unsigned kind = 0;
    if (take_if(reader, "flood"))
        return parse_flood(reader, rule);
    if (!take_one_of(reader, "a kind of forgery", forgeries, SIM_FORGE_COUNT, &kind))
        return false;
    rule->forgery = (enum sim_forgery)kind;
    rule->number = 1;
    if (has_word(reader) && strcmp(reader->word[reader->at], "for") != 0 &&
        !take_number(reader, "number of forgeries", 1, 10000, &rule->number))
        return false;
    return take_for(reader, &rule->which);
}

static bool take_label(struct reader *reader, struct sim_error *error)
{
    uint32_t label = 0;
    uint32_t traffic_class = 0;
    uint32_t ttl = 0;
    if (error->label_count == SIM_SCENE_LABELS)
        return fail(reader, "more than %d labels", SIM_SCENE_LABELS);
    if (!take_number(reader, "label", 0, 0xfffff, &label) ||
        !take_number(reader, "traffic class", 0, 7, &traffic_class) ||
        !take_number(reader, "time to live", 0, 255, &ttl))
        return false;
    error->label[error->label_count++] =
        (struct pkt_mpls_entry){.label = label, .traffic_class = (uint8_t)traffic_class, .ttl = (uint8_t)ttl};
    return true;
}

static bool take_interface(struct reader *reader, struct sim_error *error)
{
    if (!take_number(reader, "index", 1, UINT32_MAX, &error->interface_index))
        return false;
    const char *name = take(reader, "name of the interface");
    if (name == NULL)
        return false;
    if (strlen(name) >= sizeof error->interface_name)
        return fail(reader, "'%s' is too long for a name", name);
    strcpy(error->interface_name, name);
    error->has_interface = true;
    return true;
}

/* RFC 4884 gives these a length attribute, or a place behind the quotation. */
static bool may_extend(const struct sim_error *error)
{
    return error->kind != SIM_ERROR_REDIRECT && error->kind != SIM_ERROR_TOOBIG;
}

/* from, for, quote, mpls and interface, in any order. */
static bool take_details(struct reader *reader, struct sim_rule *rule)
{
    which_all(&rule->which);
    struct sim_error *error = &rule->error;
    bool ok = true;
    while (ok && has_word(reader)) {
        if (take_if(reader, "from"))
            ok = take_pair(reader, error->from);
        else if (take_if(reader, "for"))
            ok = take_which(reader, &rule->which);
        else if (take_if(reader, "quote"))
            ok = take_number(reader, "bytes to quote", 28, 1232, &error->quote_len);
        else if (may_extend(error) && take_if(reader, "mpls"))
            ok = take_label(reader, error);
        else if (may_extend(error) && take_if(reader, "interface"))
            ok = take_interface(reader, error);
        else
            ok = fail(reader, "'%s' cannot stand here", reader->word[reader->at]);
    }
    return ok;
}

static bool parse_error(struct reader *reader, struct sim_rule *rule)
{
    unsigned kind = 0;
    struct sim_error *error = &rule->error;
    bool ok = take_one_of(reader, "a kind of error", errors, SIM_ERROR_COUNT, &kind);
    error->kind = (enum sim_error_kind)kind;
    if (ok && error->kind == SIM_ERROR_TOOBIG)
        ok = take_number(reader, "MTU", 0, PACKET_LEN_MAX, &error->argument);
    else if (ok && error->kind == SIM_ERROR_PARAMETER)
        ok = take_number(reader, "pointer", 0, 255, &error->argument);
    else if (ok && error->kind == SIM_ERROR_REDIRECT)
        ok = take_pair(reader, error->gateway);
    return ok && take_details(reader, rule);
}

static bool parse_mtu(struct reader *reader, struct sim_rule *rule)
{
    rule->error.kind = SIM_ERROR_TOOBIG;
    bool ok = take_number(reader, "MTU", 68, PACKET_LEN_MAX, &rule->number);
    rule->error.argument = rule->number;
    return ok && take_details(reader, rule);
}

static bool parse_blackhole(struct reader *reader, struct sim_rule *rule)
{
    return take_word(reader, "above") && take_number(reader, "length", 0, PACKET_LEN_MAX, &rule->number) &&
           take_for(reader, &rule->which);
}

static bool parse_silence(struct reader *reader, struct sim_rule *rule)
{
    which_all(&rule->which);
    if (!take_word(reader, "from") || !take_time(reader, &rule->time_ns[0]) || !take_word(reader, "to") ||
        !take_time(reader, &rule->time_ns[1]))
        return false;
    return rule->time_ns[0] < rule->time_ns[1] || fail(reader, "the silence ends before it begins");
}

static bool parse_octet(struct reader *reader, struct sim_rule *rule)
{
    return take_number(reader, "value", rule->kind == SIM_RULE_TTL, 255, &rule->number) &&
           take_for(reader, &rule->which);
}

static const struct statement {
    const char *name;
    bool (*parse)(struct reader *reader, struct sim_rule *rule);
    bool is_rule;
    enum sim_rule_kind kind;
} statements[] = {
    {"target",    parse_target,    false, 0                 },
    {"answer",    parse_answer,    false, 0                 },
    {"delay",     parse_delay,     true,  SIM_RULE_DELAY    },
    {"loss",      parse_loss,      true,  SIM_RULE_LOSS     },
    {"lose",      parse_lose,      true,  SIM_RULE_LOSS     },
    {"silence",   parse_silence,   true,  SIM_RULE_SILENCE  },
    {"blackhole", parse_blackhole, true,  SIM_RULE_BLACKHOLE},
    {"mtu",       parse_mtu,       true,  SIM_RULE_MTU      },
    {"error",     parse_error,     true,  SIM_RULE_ERROR    },
    {"duplicate", parse_duplicate, true,  SIM_RULE_DUPLICATE},
    {"reorder",   parse_hold,      true,  SIM_RULE_REORDER  },
    {"late",      parse_hold,      true,  SIM_RULE_LATE     },
    {"corrupt",   parse_corrupt,   true,  SIM_RULE_CORRUPT  },
    {"forge",     parse_forge,     true,  SIM_RULE_FORGE    },
    {"ttl",       parse_octet,     true,  SIM_RULE_TTL      },
    {"tos",       parse_octet,     true,  SIM_RULE_TOS      },
};

static const struct statement *find_statement(const char *name)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (strcmp(statements[i].name, name) == 0)
            return &statements[i];
    return NULL;
}

static bool parse_statement(struct reader *reader)
{
    struct sim_scene *scene = reader->scene;
    const char *name = reader->word[reader->at++];
    const struct statement *statement = find_statement(name);
    if (statement == NULL)
        return fail(reader, "'%s' is no statement", name);
    if (scene->rule_count == SIM_SCENE_RULES)
        return fail(reader, "more than %d rules", SIM_SCENE_RULES);
    struct sim_rule *rule = &scene->rule[scene->rule_count];
    rule->kind = statement->kind;
    if (!statement->parse(reader, rule))
        return false;
    if (has_word(reader))
        return fail(reader, "'%s' is too much", reader->word[reader->at]);
    scene->rule_count += statement->is_rule;
    return true;
}

/* --- lines --- */

/* Cuts a line into its words; a word that begins with # ends it. */
static bool split(struct reader *reader, const char *line, size_t len)
{
    reader->count = reader->at = 0;
    if (len >= sizeof reader->text || memchr(line, '\0', len) != NULL)
        return fail(reader, "the line is too long, or not text");
    memcpy(reader->text, line, len);
    reader->text[len] = '\0';
    char *rest = NULL;
    for (char *word = strtok_r(reader->text, " \t\r", &rest); word != NULL && word[0] != '#';
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (reader->count == LINE_WORDS)
            return fail(reader, "more than %d words", LINE_WORDS);
        reader->word[reader->count++] = word;
    }
    return true;
}

bool sim_scene_parse(const char *text, size_t len, struct sim_scene *ret_scene,
                     struct sim_scene_error *reterr_error)
{
    struct reader reader = {.scene = ret_scene, .error = reterr_error};
    memset(ret_scene, 0, sizeof *ret_scene);
    while (len != 0) {
        const char *end = memchr(text, '\n', len);
        size_t line_len = end == NULL ? len : (size_t)(end - text);
        reader.line++;
        if (!split(&reader, text, line_len) || (reader.count != 0 && !parse_statement(&reader)))
            return false;
        size_t taken = line_len + (end != NULL);
        text += taken;
        len -= taken;
    }
    reader.line = 0;
    return ret_scene->target_count + ret_scene->group_count != 0 || fail(&reader, "no target and no group");
}

/* --- questions --- */

bool sim_which_lists(const struct sim_which *which, uint64_t ordinal)
{
    for (unsigned i = 0; i < which->range_count; i++)
        if (ordinal >= which->range[i].first && ordinal <= which->range[i].last)
            return true;
    return false;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned len)
{
    unsigned rest = len % 8;
    return memcmp(a, b, len / 8) == 0 && (rest == 0 || (a[len / 8] ^ b[len / 8]) >> (8 - rest) == 0);
}

static bool target_holds(const struct sim_target *target, const struct pkt_ip *address)
{
    if (target->address.version != address->version)
        return false;
    return address->version == 4
               ? same_prefix(target->address.ip4.byte, address->ip4.byte, target->prefix_len)
               : same_prefix(target->address.ip6.byte, address->ip6.byte, target->prefix_len);
}

bool sim_scene_has_target(const struct sim_scene *scene, struct pkt_ip address)
{
    for (unsigned i = 0; i < scene->target_count; i++)
        if (target_holds(&scene->target[i], &address))
            return true;
    return false;
}

const struct sim_group *sim_scene_group(const struct sim_scene *scene, struct pkt_ip address)
{
    for (unsigned i = 0; i < scene->group_count; i++)
        if (pkt_ip_equal(scene->group[i].address, address))
            return &scene->group[i];
    return NULL;
}
