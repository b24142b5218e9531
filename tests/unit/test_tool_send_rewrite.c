/*
 * --rewrite: rules, and every capture rewritten there and back.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "send/rewrite.h"

static struct send_rewriter *open_rules(const char *const *rules, unsigned count)
{
    struct option_problem problem;
    struct send_rewriter *rewriter = rewrite_open(rules, count, &problem);
    if (rewriter == NULL)
        fail_msg("%s", problem.text);
    return rewriter;
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *rule;
        const char *words; /* of the sentence */
    } mistakes[] = {
        {"",                                     "is no rule"            },
        {"ip",                                   "is no rule"            },
        {"ip:10.0.0.1",                          "is no rule"            },
        {"ipx:1=2",                              "is no rule"            },
        {"ip:10.0.0.256=10.0.0.1",               "'10.0.0.256' is not an"},
        {"ip:10.0.0.1=2001:db8::1",              "is not an address"     },
        {"ip:10.0.0.0/33=10.0.0.0/33",           "'10.0.0.0/33' is not"  },
        {"ip:10.0.0.0/8=10.0.0.0/9",             "differ in length"      },
        {"ip:10.0.0.1=",                         "'' is not an address"  },
        {"mac:02:00:00:00:00=02:00:00:00:00:01", "is not a MAC"          },
        {"port:65536=1",                         "is not a port"         },
        {"port:80=none",                         "is not a port"         },
        {"vlan:4096=1",                          "is not a VLAN"         },
        {"dport:80=80 ",                         "is not a port"         },
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct option_problem problem = {""};
        assert_null(rewrite_open(&mistakes[i].rule, 1, &problem));
        if (strstr(problem.text, mistakes[i].words) == NULL)
            fail_msg("%s: %s", mistakes[i].rule, problem.text);
    }
}

/* A TCP segment between two addresses, tagged or not. */
static struct pkt_view build(uint8_t *buffer, size_t size, bool tagged, const char *last_octets,
                             uint16_t port)
{
    struct pkt_build build;
    struct pkt_view frame;
    pkt_build_init(&build, buffer, size, 0);
    pkt_build_ethernet(&build,
                       &(struct pkt_ethernet_spec){.src = {{2, 0, 0, 0, 0, 1}}, .dst = {{2, 0, 0, 0, 0, 2}}});
    if (tagged)
        pkt_build_vlan(&build, &(struct pkt_vlan_spec){.id = 7, .priority = 5});
    pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = {{10, 1, 2, (uint8_t)last_octets[0]}},
                                                   .dst = {{10, 9, 9, (uint8_t)last_octets[1]}}});
    pkt_build_tcp(&build, &(struct pkt_tcp_spec){.src = 1024, .dst = port});
    pkt_build_payload(&build, pkt_view_make("odd", 3));
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    return frame;
}

static void assert_rewritten(const char *const *rules, unsigned count, struct pkt_view from,
                             struct pkt_view to)
{
    struct send_rewriter *rewriter = open_rules(rules, count);
    struct pkt_view result = rewrite_apply(rewriter, from, PKT_LINKTYPE_ETHERNET);
    assert_int_equal(result.len, to.len);
    assert_memory_equal(result.ptr, to.ptr, to.len);
    bool is_same = from.len == to.len && memcmp(from.ptr, to.ptr, to.len) == 0;
    assert_true((result.ptr == from.ptr) == is_same);
    rewrite_close(rewriter);
}

/* What is rewritten equals what is built so from the start, checksums and all. */
static void test_equals_built(void **state)
{
    uint8_t a[128], b[128];
    static const char *const prefix[] = {"ip:10.1.2.0/30=10.1.2.8/30"};
    static const char *const host[] = {"dst:*=10.9.9.77", "dst:10.9.9.77=1.1.1.1"};
    static const char *const port[] = {"port:80=8080", "sport:*=1024"};
    static const char *const tag_on[] = {"vlan:none=7"};
    static const char *const tag_off[] = {"vlan:*=none"};
    static const char *const nothing[] = {"vlan:8=9", "src:10.9.9.2=1.1.1.1",
                                          "mac:02:00:00:00:00:09=02:00:00:00:00:01"};
    (void)state;
    assert_rewritten(prefix, 1, build(a, sizeof a, false, "\1\2", 80),
                     build(b, sizeof b, false, "\x9\2", 80));
    assert_rewritten(host, 2, build(a, sizeof a, true, "\1\2", 80), build(b, sizeof b, true, "\1\x4d", 80));
    assert_rewritten(port, 2, build(a, sizeof a, false, "\1\2", 80), build(b, sizeof b, false, "\1\2", 8080));
    assert_rewritten(tag_off, 1, build(a, sizeof a, true, "\1\2", 80), build(b, sizeof b, false, "\1\2", 80));
    assert_rewritten(nothing, 3, build(a, sizeof a, true, "\1\2", 80), build(b, sizeof b, true, "\1\2", 80));
    struct send_rewriter *rewriter = open_rules(tag_on, 1);
    struct pkt_view tagged =
        rewrite_apply(rewriter, build(a, sizeof a, false, "\1\2", 80), PKT_LINKTYPE_ETHERNET);
    struct pkt_view wanted = build(b, sizeof b, true, "\1\2", 80);
    assert_int_equal(tagged.len, wanted.len);
    assert_int_equal(pkt_u16(tagged, 14), 7); /* priority 0: there was none */
    assert_memory_equal(tagged.ptr + 16, wanted.ptr + 16, wanted.len - 16);
    rewrite_close(rewriter);
}

static void assert_same_checksums(const struct pkt_packet *before, const struct pkt_packet *after,
                                  const char *name)
{
    assert_int_equal(before->layer_count, after->layer_count);
    for (unsigned i = 0; i < before->layer_count; i++) {
        enum pkt_checksum_state was = pkt_checksum_verify(before, i).state;
        enum pkt_checksum_state is = pkt_checksum_verify(after, i).state;
        if (was != is)
            fail_msg("%s: checksum of layer %u was %s and is %s", name, i, pkt_checksum_state_name(was),
                     pkt_checksum_state_name(is));
    }
}

static unsigned rewritten;

/* There and back gives the same bytes; on the way every checksum is what it was. */
static void go_and_return(struct send_rewriter *go, struct send_rewriter *back, const struct pkt_frame *frame,
                          const char *name)
{
    struct pkt_packet before, after;
    uint8_t *copy = malloc(frame->bytes.len + 1);
    assert_non_null(copy);
    struct pkt_view there = rewrite_apply(go, frame->bytes, frame->linktype);
    rewritten += there.ptr != frame->bytes.ptr;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &before);
    pkt_decode(there, frame->wire_len, frame->linktype, frame->decode_flags, &after);
    assert_same_checksums(&before, &after, name);
    memcpy(copy, there.ptr, there.len);
    struct pkt_view again = rewrite_apply(back, pkt_view_make(copy, there.len), frame->linktype);
    assert_int_equal(again.len, frame->bytes.len);
    if (again.len != 0 && memcmp(again.ptr, frame->bytes.ptr, again.len) != 0)
        fail_msg("%s: packet %llu is another one after rewriting it there and back", name,
                 (unsigned long long)frame->number);
    free(copy);
}

typedef void frame_visitor(void *context, const struct pkt_frame *frame, const char *path);

static void each_frame_of(const char *path, frame_visitor *visit, void *context)
{
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    if (pkt_source_open_file(path, NULL, &source, &error) != 0)
        return;
    while (pkt_source_next(source, &event, &error) == 1)
        if (event.kind == PKT_EVENT_FRAME)
            visit(context, &event.frame, path);
    pkt_source_close(source);
}

/* Every frame of every capture. */
static void each_frame(frame_visitor *visit, void *context)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/captures", getenv("PKT_SOURCE_DIR"));
    DIR *captures = opendir(path);
    assert_non_null(captures);
    for (struct dirent *entry; (entry = readdir(captures)) != NULL;) {
        if (strstr(entry->d_name, ".pcap") == NULL)
            continue;
        (void)snprintf(path, sizeof path, "%s/captures/%s", getenv("PKT_SOURCE_DIR"), entry->d_name);
        each_frame_of(path, visit, context);
    }
    (void)closedir(captures);
}

static void visit_both_ways(void *context, const struct pkt_frame *frame, const char *path)
{
    struct send_rewriter **ways = context;
    go_and_return(ways[0], ways[1], frame, path);
}

static void test_captures(void **state)
{
    static const char *const there[] = {
        "ip:192.0.2.0/24=198.18.77.0/24", "ip:2001:db8::/48=2001:db8:ffff::/48",
        "mac:00:00:5e:00:53:02=02:12:34:56:78:9a", "port:40001=40501", "port:50001=50777"};
    static const char *const back[] = {
        "ip:198.18.77.0/24=192.0.2.0/24", "ip:2001:db8:ffff::/48=2001:db8::/48",
        "mac:02:12:34:56:78:9a=00:00:5e:00:53:02", "port:40501=40001", "port:50777=50001"};
    struct send_rewriter *ways[] = {open_rules(there, 5), open_rules(back, 5)};
    (void)state;
    each_frame(visit_both_ways, ways);
    assert_true(rewritten > 1000);
    rewrite_close(ways[0]);
    rewrite_close(ways[1]);
}

static void cut_each(void *context, const struct pkt_frame *frame, const char *path)
{
    struct send_rewriter *rewriter = context;
    (void)path;
    for (size_t len = 0; len <= frame->bytes.len && len <= 160; len++) {
        uint8_t *cut = malloc(len + (len == 0)); /* exactly as long: a read behind it is found */
        assert_non_null(cut);
        if (len != 0)
            memcpy(cut, frame->bytes.ptr, len);
        struct pkt_view result = rewrite_apply(rewriter, pkt_view_make(cut, len), frame->linktype);
        assert_true(result.len == len || result.len == len + 4 || result.len + 4 == len);
        assert_true(result.ptr != cut || memcmp(cut, frame->bytes.ptr, len) == 0);
        free(cut);
    }
}

/* Every prefix of every captured packet, with rules that fit everywhere. */
static void test_cut(void **state)
{
    static const char *const everything[] = {"ip:*=1.2.3.4", "ip:*=2001:db8::1", "mac:*=02:00:00:00:00:99",
                                             "port:*=4789",  "vlan:*=none",      "vlan:none=7"};
    struct send_rewriter *rewriter = open_rules(everything, 6);
    (void)state;
    each_frame(cut_each, rewriter);
    rewrite_close(rewriter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_equals_built),
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
