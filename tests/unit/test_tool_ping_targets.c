/*
 * Targets of pktping: what a text names, files with all kinds of damage, and the walk over the addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/resolver.h"
#include "ping/targets.h"

static struct pkt_error error;

static struct target_list *open_list(unsigned family, uint64_t most)
{
    const struct target_options options = {.size = sizeof options, .family = family, .most = most};
    struct target_list *list = targets_open(&options);
    assert_non_null(list);
    return list;
}

static const char *text_of(const struct target *target)
{
    static char text[INET6_ADDRSTRLEN];
    if (target->address.version == 4)
        inet_ntop(AF_INET, target->address.ip4.byte, text, sizeof text);
    else
        inet_ntop(AF_INET6, target->address.ip6.byte, text, sizeof text);
    return text;
}

/* --- single texts --- */

/* What a text comes to: how many, the first and the last. */
static const struct {
    const char *text;
    uint64_t count;
    const char *first;
    const char *last;
    bool is_swept;
} good[] = {
    {"192.0.2.1",                         1,        "192.0.2.1",       "192.0.2.1",          false},
    {"127.1",                             1,        "127.0.0.1",       "127.0.0.1",          false},
    {"0x7f000001",                        1,        "127.0.0.1",       "127.0.0.1",          false},
    {"2001:db8::1",                       1,        "2001:db8::1",     "2001:db8::1",        false},
    {"fe80::1%lo",                        1,        "fe80::1",         "fe80::1",            false},
    {"10.0.0.0/24",                       254,      "10.0.0.1",        "10.0.0.254",         true },
    {"10.0.0.77/24",                      254,      "10.0.0.1",        "10.0.0.254",         true },
    {"10.0.0.0/30",                       2,        "10.0.0.1",        "10.0.0.2",           true },
    {"10.0.0.3/31",                       2,        "10.0.0.2",        "10.0.0.3",           true },
    {"10.0.0.3/32",                       1,        "10.0.0.3",        "10.0.0.3",           true },
    {"255.255.255.255/32",                1,        "255.255.255.255", "255.255.255.255",    true },
    {"172.16.200.9/20",                   4094,     "172.16.192.1",    "172.16.207.254",     true },
    {"10.0.0.0/8",                        16777214, "10.0.0.1",        "10.255.255.254",     true },
    {"2001:db8::/120",                    256,      "2001:db8::",      "2001:db8::ff",       true },
    {"2001:db8::1:2:ff/113",              32768,    "2001:db8::1:2:0", "2001:db8::1:2:7fff", true },
    {"2001:db8::5/128",                   1,        "2001:db8::5",     "2001:db8::5",        true },
    {"fe80::%lo/126",                     4,        "fe80::",          "fe80::3",            true },
    {"10.0.0.5-10.0.0.99",                95,       "10.0.0.5",        "10.0.0.99",          true },
    {"10.0.0.5-99",                       95,       "10.0.0.5",        "10.0.0.99",          true },
    {"10.0.0.5-5",                        1,        "10.0.0.5",        "10.0.0.5",           true },
    {"10.0.0.250-10.0.1.3",               10,       "10.0.0.250",      "10.0.1.3",           true },
    {"255.255.255.250-255",               6,        "255.255.255.250", "255.255.255.255",    true },
    {"2001:db8::1-2001:db8::ff",          255,      "2001:db8::1",     "2001:db8::ff",       true },
    {"2001:db8::ffff-2001:db8::1:1",      3,        "2001:db8::ffff",  "2001:db8::1:1",      true },
    {"::ffff:ffff:ffff:ffff-::1:0:0:0:0", 2,        NULL,              NULL,                 true },
    {"fe80::1%lo-fe80::4",                4,        "fe80::1",         "fe80::4",            true },
    {"fe80::1%lo-fe80::4%lo",             4,        "fe80::1",         "fe80::4",            true },
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct target_list *list = open_list(0, 0);
        int result = targets_add(list, good[i].text, &error);
        if (good[i].first == NULL) { /* across 64 bits: refused, never miscounted */
            assert_int_equal(result, PKT_E_ARGUMENT);
            targets_close(list);
            continue;
        }
        if (result != 0)
            fail_msg("%s: %s", good[i].text, error.sentence);
        assert_int_equal(targets_count(list), good[i].count);
        assert_int_equal(targets_any_swept(list), good[i].is_swept);
        struct target target;
        uint64_t seen = 0;
        while (target_next(list, &target)) {
            if (seen++ == 0)
                assert_string_equal(text_of(&target), good[i].first);
            assert_int_equal(target.is_swept, good[i].is_swept);
            assert_int_equal(target.scope != 0, strchr(good[i].text, '%') != NULL);
        }
        assert_int_equal(seen, good[i].count);
        assert_string_equal(text_of(&target), good[i].last);
        targets_close(list);
    }
}

static const struct {
    const char *text;
    const char *sentence; /* a part of it */
} bad[] = {
    {"10.0.0.0/0",              "is too large: IPv4 prefixes are swept from /8 on"},
    {"10.0.0.0/7",              "is too large"                                    },
    {"10.0.0.0/33",             "a number of bits up to 32"                       },
    {"10.0.0.0/",               "a number of bits up to 32"                       },
    {"10.0.0.0/-1",             "a number of bits up to 32"                       },
    {"10.0.0.0/24x",            "a number of bits up to 32"                       },
    {"10.0.0.0/255.255.255.0",  "a number of bits up to 32"                       },
    {"10.0.0.0/24/24",          "a number of bits up to 32"                       },
    {"10/8",                    "no full address"                                 },
    {"/24",                     "no full address"                                 },
    {"host/24",                 "no full address"                                 },
    {"2001:db8::/64",           "IPv6 prefixes are swept from /96 on"             },
    {"::/0",                    "is too large"                                    },
    {"2001:db8::/129",          "a number of bits up to 128"                      },
    {"10.0.0.99-10.0.0.5",      "is reversed"                                     },
    {"10.0.0.99-5",             "is reversed"                                     },
    {"2001:db8::2-2001:db8::1", "is reversed"                                     },
    {"10.0.0.5-256",            "is not a range"                                  },
    {"10.0.0.5-",               "is not a range"                                  },
    {"10.0.0.5-1.9",            "is not a range"                                  },
    {"10.0.0.5-2001:db8::1",    "is not a range"                                  },
    {"2001:db8::1-10.0.0.1",    "is not a range"                                  },
    {"2001:db8::1-ff",          "is not a range"                                  },
    {"fe80::1-fe80::2%lo",      "is not a range"                                  },
    {"10.0.0.1-10.0.0.2-3",     "is not a range"                                  },
    {"::-ffff::",               "more than 16777216 targets"                      },
    {"0.0.0.0-255.255.255.255", "more than 16777216 targets"                      },
    {"2001:db8::/96",           "more than 16777216 targets"                      },
    {"",                        "is no host name"                                 },
    {"10.0.0.300",              "is no host name"                                 },
    {"10.0.0.1 ",               "is no host name"                                 },
    {"a b",                     "is no host name"                                 },
    {"-host",                   "is no host name"                                 },
    {"\x1b[31mred",             "'\\x1b[31mred' is no host name"                  },
    {"fe80::1%no-such",         "names an interface that does not exist"          },
    {"fe80::%no-such/120",      "names an interface that does not exist"          },
};

static void test_mistakes(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memset(&error, 0, sizeof error);
        assert_int_equal(targets_add(list, bad[i].text, &error), PKT_E_ARGUMENT);
        assert_int_equal(error.code, PKT_E_ARGUMENT);
        if (strstr(error.sentence, bad[i].sentence) == NULL)
            fail_msg("%s: %s", bad[i].text, error.sentence);
    }
    struct target target;
    assert_int_equal(targets_count(list), 0);
    assert_int_equal(targets_entries(list), 0);
    assert_false(target_next(list, &target));
    targets_close(list);
}

/* A sentence holds whatever is thrown at it. */
static void test_long_text(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    char *text = malloc(100001);
    for (int c = 1; c < 256; c++) {
        memset(text, c, 100000);
        text[100000] = '\0';
        if (c == '0')
            continue; /* inet_aton(3): a zero, however long */
        assert_int_equal(targets_add(list, text, &error), PKT_E_ARGUMENT);
        assert_true(strlen(error.sentence) < sizeof error.sentence);
    }
    free(text);
    targets_close(list);
}

static void test_family(void **state)
{
    (void)state;
    static const char *const texts[] = {"192.0.2.1", "10.0.0.0/30", "10.0.0.1-2", "::1", "::/127", "::1-::2"};
    for (unsigned i = 0; i < 6; i++) {
        unsigned version = i < 3 ? 4 : 6;
        struct target_list *list = open_list(version, 0);
        assert_int_equal(targets_add(list, texts[i], &error), 0);
        targets_close(list);
        list = open_list(10 - version, 0);
        assert_int_equal(targets_add(list, texts[i], &error), PKT_E_ARGUMENT);
        assert_non_null(strstr(error.sentence, "Address family for hostname not supported"));
        assert_int_equal(targets_count(list), 0);
        targets_close(list);
    }
}

static void test_total(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 300);
    assert_int_equal(targets_add(list, "10.0.0.0/24", &error), 0);
    assert_int_equal(targets_add(list, "10.0.1.1-46", &error), 0);
    assert_int_equal(targets_count(list), 300);
    assert_int_equal(targets_add(list, "host.example", &error), PKT_E_ARGUMENT);
    assert_string_equal(error.sentence, "'host.example' makes it more than 300 targets, the most of one run");
    assert_int_equal(targets_count(list), 300);
    assert_int_equal(targets_entries(list), 2);
    targets_close(list);
}

/* --- names --- */

static void answer(void *context, struct target_list *list, uint32_t entry, const char *name, unsigned family)
{
    char *story = context;
    assert_int_equal(family, 0);
    strcat(strcat(story, name), ";");
    struct pkt_ip ip;
    uint32_t scope;
    if (strcmp(name, "gone.example") == 0)
        target_fail(list, entry);
    else if (strcmp(name, "late-1.example") != 0) {
        assert_int_equal(resolver_numeric("2001:db8::7", &ip, &scope), RESOLVER_IS_ADDRESS);
        target_settle(list, entry, ip, 9);
    }
}

static void test_names(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    static const char *const texts[] = {"a.example",      "10.0.0.1",  "gone.example",
                                        "late-1.example", "a.example", "10-0-0-1.example."};
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(targets_add(list, texts[i], &error), 0);
    char story[256] = "";
    assert_int_equal(targets_count(list), 6);
    assert_int_equal(targets_resolve(list, answer, story), 5);
    assert_string_equal(story, "a.example;gone.example;late-1.example;a.example;10-0-0-1.example.;");
    assert_int_equal(targets_count(list), 5);
    static const char *const names[] = {"a.example", "10.0.0.1", "a.example", "10-0-0-1.example."};
    static const uint32_t entries[] = {0, 1, 4, 5};
    struct target target;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(target_next(list, &target));
        assert_string_equal(target.name, names[i]);
        assert_int_equal(target.entry, entries[i]);
        assert_int_equal(target.scope, i == 1 ? 0 : 9);
        assert_string_equal(text_of(&target), i == 1 ? "10.0.0.1" : "2001:db8::7");
        assert_false(target.is_swept);
    }
    assert_false(target_next(list, &target));
    story[0] = '\0';
    assert_int_equal(targets_resolve(list, answer, story), 1);
    assert_string_equal(story, "late-1.example;");
    target_settle(list, 3,
                  pkt_ip_from4((struct pkt_ip4){
                      {10, 9, 8, 7}
    }),
                  0);
    target_fail(list, 3); /* it is settled */
    assert_int_equal(targets_count(list), 5);
    targets_rewind(list);
    unsigned seen = 0;
    while (target_next(list, &target))
        seen++;
    assert_int_equal(seen, 5);
    char where[64];
    target_where(list, 3, where, sizeof where);
    assert_string_equal(where, "");
    target_rename(list, 4, "b.example");
    target_rename(list, 0, "a.example");
    targets_rewind(list);
    for (unsigned i = 0; i < 4; i++)
        assert_true(target_next(list, &target));
    assert_int_equal(target.entry, 4);
    assert_string_equal(target.name, "b.example");
    targets_rewind(list);
    assert_true(target_next(list, &target));
    assert_string_equal(target.name, "a.example");
    targets_close(list);
}

/* --- files --- */

static int fd_of(const char *bytes, size_t len)
{
    int fd = memfd_create("targets", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static int add_bytes(struct target_list *list, const char *bytes, size_t len)
{
    int fd = fd_of(bytes, len);
    memset(&error, 0, sizeof error);
    int result = targets_add_fd(list, fd, "hosts.txt", &error);
    close(fd);
    return result;
}

static int add_string(struct target_list *list, const char *text)
{
    return add_bytes(list, text, strlen(text));
}

static void test_file(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    assert_int_equal(add_string(list, "# all\r\n\r\n192.0.2.1\t127.1 # two\r\n  a.example\n\n10.0.0.0/30#x\n"
                                      "2001:db8::1"),
                     0);
    assert_int_equal(targets_count(list), 6);
    assert_int_equal(targets_entries(list), 5);
    assert_true(targets_any_swept(list));
    char where[64];
    target_where(list, 2, where, sizeof where);
    assert_string_equal(where, "hosts.txt:4:3: ");
    target_where(list, 3, where, sizeof where);
    assert_string_equal(where, "hosts.txt:6:1: ");
    target_settle(list, 2,
                  pkt_ip_from4((struct pkt_ip4){
                      {10, 9, 8, 7}
    }),
                  0);
    static const char *const expected[] = {"192.0.2.1", "127.0.0.1", "10.9.8.7",
                                           "10.0.0.1",  "10.0.0.2",  "2001:db8::1"};
    struct target target;
    for (unsigned i = 0; i < 6; i++) {
        assert_true(target_next(list, &target));
        assert_string_equal(text_of(&target), expected[i]);
        assert_true(target.is_swept);
        assert_int_equal(target.name != NULL, i == 2);
    }
    assert_false(target_next(list, &target));
    targets_close(list);
}

static void test_empty_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "\r\n\r\n", "# nothing", "   \t  ", "#\n#\n"};
    struct target_list *list = open_list(0, 0);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(add_string(list, texts[i]), 0);
    assert_int_equal(targets_entries(list), 0);
    targets_close(list);
}

static void test_file_mistakes(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    assert_int_equal(add_string(list, "10.0.0.1\n10.0.0.2  10.0.0.0/33 10.0.0.3\n"), PKT_E_FORMAT);
    assert_string_equal(error.sentence, "hosts.txt:2:11: '10.0.0.0/33' is not a prefix: behind the / goes a "
                                        "number of bits up to 32");
    assert_int_equal(targets_entries(list), 2);
    assert_int_equal(add_bytes(list, "10.0.0.1\nab\0c\n", 14), PKT_E_FORMAT);
    assert_string_equal(error.sentence, "hosts.txt:2:3: a NUL byte: this is no text");
    assert_int_equal(add_bytes(list, "10.0.0.1 # \0", 12), PKT_E_FORMAT);
    assert_string_equal(error.sentence, "hosts.txt:1:12: a NUL byte: this is no text");
    assert_int_equal(add_string(list, "-\n"), PKT_E_FORMAT); /* no file within a file */
    assert_int_equal(targets_add_file(list, "/nowhere/at all", &error), PKT_E_SYSTEM);
    assert_string_equal(error.sentence, "/nowhere/at all: cannot be opened: No such file or directory");
    assert_int_equal(targets_add_file(list, "/", &error), PKT_E_SYSTEM);
    assert_string_equal(error.sentence, "/: cannot be read: Is a directory");
    targets_close(list);
}

static void test_line_length(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    static char line[TARGET_LINE_MAX + 12];
    memset(line, ' ', sizeof line);
    memcpy(line + TARGET_LINE_MAX - 8, "10.0.0.1\n", 9);
    assert_int_equal(add_bytes(list, line, TARGET_LINE_MAX + 1), 0);
    assert_int_equal(add_bytes(list, line, TARGET_LINE_MAX), 0);
    assert_int_equal(targets_count(list), 2);
    memcpy(line + TARGET_LINE_MAX - 8, "10.0.0.1 \n", 10);
    assert_int_equal(add_bytes(list, line, TARGET_LINE_MAX + 2), PKT_E_FORMAT);
    assert_string_equal(error.sentence, "hosts.txt:1:1025: the line is longer than 1024 bytes");
    assert_int_equal(targets_count(list), 2);
    /* endless, and without any end of line: given up at once */
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_int_equal(targets_add_fd(list, zero, "/dev/zero", &error), PKT_E_FORMAT);
    close(zero);
    targets_close(list);
}

static void test_too_many_files(void **state)
{
    (void)state;
    struct target_list *list = open_list(0, 0);
    for (int i = 0; i < 64; i++)
        assert_int_equal(targets_add_file(list, "/dev/null", &error), 0);
    assert_int_equal(targets_add_file(list, "/dev/null", &error), PKT_E_ARGUMENT);
    assert_non_null(strstr(error.sentence, "one file too many"));
    targets_close(list);
}

/* A pipe gives lines in any pieces; "-" is standard input. */
static void *write_lines(void *context)
{
    static const char text[] = "10.0.0.1 10.0.0.2\n10.0.0.3";
    int fd = *(int *)context;
    for (size_t i = 0; i < sizeof text - 1; i++)
        if (write(fd, text + i, 1) != 1)
            abort();
    close(fd);
    return NULL;
}

static void test_standard_input(void **state)
{
    (void)state;
    int ends[2];
    int saved = dup(STDIN_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_lines, &ends[1]), 0);
    struct target_list *list = open_list(0, 0);
    int result = targets_add(list, "-", &error);
    pthread_join(writer, NULL);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    assert_int_equal(result, 0);
    assert_int_equal(targets_count(list), 3);
    assert_int_equal(add_string(list, "10.0.0.0/99"), PKT_E_FORMAT);
    targets_close(list);
}

/* --- chance --- */

static uint64_t chance_state = 0x9e3779b97f4a7c15;

static uint32_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(chance_state >> 32);
}

static uint32_t host_order(const struct target *target)
{
    uint32_t value;
    memcpy(&value, target->address.ip4.byte, sizeof value);
    return ntohl(value);
}

/* Prefixes and ranges of IPv4 against plain arithmetic. */
static void test_arithmetic(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        unsigned bits = 20 + i % 13;
        uint32_t address = chance();
        uint32_t mask = UINT32_MAX << (32 - bits);
        uint32_t first = (address & mask) + (bits <= 30);
        uint32_t last = (address | ~mask) - (bits <= 30);
        char text[64];
        if (i % 2 == 0)
            snprintf(text, sizeof text, "%u.%u.%u.%u/%u", address >> 24, address >> 16 & 255,
                     address >> 8 & 255, address & 255, bits);
        else
            snprintf(text, sizeof text, "%u.%u.%u.%u-%u.%u.%u.%u", first >> 24, first >> 16 & 255,
                     first >> 8 & 255, first & 255, last >> 24, last >> 16 & 255, last >> 8 & 255,
                     last & 255);
        struct target_list *list = open_list(0, 0);
        assert_int_equal(targets_add(list, text, &error), 0);
        struct target target;
        uint64_t expected = first;
        for (; target_next(list, &target); expected++)
            if (host_order(&target) != expected)
                fail_msg("%s: %s", text, text_of(&target));
        assert_int_equal(expected, (uint64_t)last + 1);
        targets_close(list);
    }
}

/* Whatever comes: a refusal changes nothing, and what is counted is what there is. */
static void test_noise(void **state)
{
    (void)state;
    static const char letters[] = "0123456789.:/-%abflo 1..::--//#\n\r\t\0\xff";
    struct target_list *list = open_list(0, 5000);
    unsigned taken = 0;
    for (unsigned i = 0; i < 100000; i++) {
        char text[40];
        size_t len = chance() % sizeof text;
        for (size_t j = 0; j < len; j++)
            text[j] = letters[chance() % (sizeof letters - 1)];
        text[len < sizeof text ? len : sizeof text - 1] = '\0';
        uint64_t count = targets_count(list);
        uint32_t entries = targets_entries(list);
        if (strcmp(text, "-") == 0)
            continue;
        if (targets_add(list, text, &error) == 0) {
            taken++;
            continue;
        }
        assert_int_equal(targets_count(list), count);
        assert_int_equal(targets_entries(list), entries);
    }
    assert_true(taken > 1000);
    for (unsigned i = 0; i < targets_entries(list); i++)
        target_settle(list, i,
                      pkt_ip_from4((struct pkt_ip4){
                          {10, 0, 0, 1}
        }),
                      0);
    struct target target;
    uint64_t seen = 0;
    while (target_next(list, &target))
        seen++;
    assert_int_equal(seen, targets_count(list));
    targets_close(list);
}

static void test_noise_in_files(void **state)
{
    (void)state;
    static const char letters[] = "0123456789.:/-%abflo 1..::--//#\n\n\n\r\t\0\xff";
    for (unsigned i = 0; i < 2000; i++) {
        char text[200];
        for (size_t j = 0; j < sizeof text; j++)
            text[j] = letters[chance() % (sizeof letters - 1)];
        struct target_list *list = open_list(0, 1000);
        int result = add_bytes(list, text, sizeof text);
        assert_true(result == 0 || result == PKT_E_FORMAT);
        assert_true(result == 0 || strncmp(error.sentence, "hosts.txt:", 10) == 0);
        assert_true(targets_count(list) <= 1000);
        targets_close(list);
    }
}

/* --- bounds --- */

/* 1,000,000 lines: 40 bytes each, half as much again for growth (a sanitizer counts none of them). */
static void test_many_lines(void **state)
{
    (void)state;
    enum { LINES = 1000000 };
    FILE *file = tmpfile();
    assert_non_null(file);
    for (unsigned i = 0; i < LINES; i++)
        fprintf(file, "10.%u.%u.%u\n", i >> 16, i >> 8 & 255, i & 255);
    fflush(file);
    lseek(fileno(file), 0, SEEK_SET);
    struct target_list *list = open_list(0, 0);
    struct mallinfo2 before = mallinfo2();
    assert_int_equal(targets_add_fd(list, fileno(file), "many", &error), 0);
    struct mallinfo2 after = mallinfo2();
    fclose(file);
    assert_int_equal(targets_count(list), LINES);
    assert_true(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd <= LINES * 60 + 65536);
    struct target target;
    unsigned seen = 0;
    while (target_next(list, &target)) {
        const uint8_t address[4] = {10, (uint8_t)(seen >> 16), (uint8_t)(seen >> 8), (uint8_t)seen};
        assert_memory_equal(target.address.ip4.byte, address, 4);
        seen++;
    }
    assert_int_equal(seen, LINES);
    targets_close(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),          cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_long_text),      cmocka_unit_test(test_family),
        cmocka_unit_test(test_total),          cmocka_unit_test(test_names),
        cmocka_unit_test(test_file),           cmocka_unit_test(test_empty_files),
        cmocka_unit_test(test_file_mistakes),  cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_too_many_files), cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_many_lines),     cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_noise),          cmocka_unit_test(test_noise_in_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
