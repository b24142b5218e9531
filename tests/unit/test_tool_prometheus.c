/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metrics in text: what is written, and that readers only ever see whole files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "test_tool_capture.h"

#include "../../tools/common/prometheus.h"

static struct prometheus_file file;
static struct capture capture;
static char folder[64];
static char path[128];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/pkt-prometheus-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ping.prom", folder);
    return 0;
}

static int tear_down(void **state)
{
    DIR *open_folder = opendir(folder);
    (void)state;
    for (struct dirent *entry; (entry = readdir(open_folder)) != NULL;)
        (void)unlinkat(dirfd(open_folder), entry->d_name, 0);
    closedir(open_folder);
    return rmdir(folder);
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *open_folder = opendir(folder);
    while (readdir(open_folder) != NULL)
        count++;
    closedir(open_folder);
    return count - 2;
}

static void assert_holds(const char *name, const char *expected)
{
    static char text[8192];
    FILE *stream = fopen(name, "r");
    assert_non_null(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    assert_string_equal(text, expected);
}

static void write_small(void)
{
    prometheus_begin(&file);
    prometheus_family(&file, "up", PROMETHEUS_GAUGE, "One.");
    prometheus_u64(&file, NULL, 0, 1);
}

#define SMALL "# HELP up One.\n# TYPE up gauge\nup 1\n"

/* Against the format's description, line by line. */
static void samples_are_as_the_format_says(void **state)
{
    static const int64_t bounds[] = {1000, 500000, 2000000000};
    static const uint64_t counts[] = {0, 3, 9};
    static const struct prometheus_label labels[] = {
        {"target", "a\"b\\c\nd\x01\xff\xc3\xa4"},
        {"family", "4"                         },
    };
    const struct prometheus_histogram histogram = {bounds, counts, 3, 10, 12345678901};
    (void)state;
    assert_true(prometheus_open(&file, path));
    prometheus_begin(&file);
    prometheus_family(&file, "pkt_sent_total", PROMETHEUS_COUNTER, "Sent \\ \"so\"\nmany.");
    prometheus_u64(&file, labels, 2, UINT64_MAX);
    prometheus_u64(&file, NULL, 0, 0);
    prometheus_family(&file, "pkt_loss", PROMETHEUS_GAUGE, "Part.");
    prometheus_fixed(&file, NULL, 0, 333, 3);
    prometheus_fixed(&file, NULL, 0, -1005, 2);
    prometheus_fixed(&file, NULL, 0, INT64_MIN, 18);
    prometheus_fixed(&file, NULL, 0, 0, 9);
    prometheus_seconds(&file, &labels[1], 1, 1500000);
    prometheus_seconds(&file, NULL, 0, 20000000000);
    prometheus_unknown(&file, NULL, 0);
    prometheus_family(&file, "pkt_rtt_seconds", PROMETHEUS_HISTOGRAM, "RTT.");
    prometheus_histogram(&file, &labels[1], 1, &histogram);
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    prometheus_close(&file);
    assert_holds(path, "# HELP pkt_sent_total Sent \\\\ \"so\"\\nmany.\n"
                       "# TYPE pkt_sent_total counter\n"
                       "pkt_sent_total{target=\"a\\\"b\\\\c\\nd\\\\x01\\\\xff\xc3\xa4\",family=\"4\"} "
                       "18446744073709551615\n"
                       "pkt_sent_total 0\n"
                       "# HELP pkt_loss Part.\n"
                       "# TYPE pkt_loss gauge\n"
                       "pkt_loss 0.333\n"
                       "pkt_loss -10.05\n"
                       "pkt_loss -9.223372036854775808\n"
                       "pkt_loss 0\n"
                       "pkt_loss{family=\"4\"} 0.0015\n"
                       "pkt_loss 20\n"
                       "pkt_loss NaN\n"
                       "# HELP pkt_rtt_seconds RTT.\n"
                       "# TYPE pkt_rtt_seconds histogram\n"
                       "pkt_rtt_seconds_bucket{family=\"4\",le=\"0.000001\"} 0\n"
                       "pkt_rtt_seconds_bucket{family=\"4\",le=\"0.0005\"} 3\n"
                       "pkt_rtt_seconds_bucket{family=\"4\",le=\"2\"} 9\n"
                       "pkt_rtt_seconds_bucket{family=\"4\",le=\"+Inf\"} 10\n"
                       "pkt_rtt_seconds_sum{family=\"4\"} 12.345678901\n"
                       "pkt_rtt_seconds_count{family=\"4\"} 10\n");
    assert_int_equal(entries(), 1);
}

static void the_old_file_stays_until_the_new_is_whole(void **state)
{
    struct stat status;
    mode_t mask = umask(027);
    (void)state;
    assert_true(prometheus_open(&file, path));
    write_small();
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    umask(mask);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    prometheus_begin(&file);
    prometheus_family(&file, "down", PROMETHEUS_GAUGE, "None.");
    out_flush(&file.out);
    assert_holds(path, SMALL);
    assert_int_equal(entries(), 2);
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    assert_holds(path, "# HELP down None.\n# TYPE down gauge\n");
    prometheus_begin(&file);
    prometheus_close(&file);
    assert_int_equal(entries(), 1);
    assert_holds(path, "# HELP down None.\n# TYPE down gauge\n");
}

static void a_failed_write_keeps_the_old_file(void **state)
{
    struct rlimit limit, small = {.rlim_cur = 10000};
    (void)state;
    assert_true(prometheus_open(&file, path));
    write_small();
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small.rlim_max = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    write_small();
    for (unsigned i = 0; i < 10000; i++)
        prometheus_u64(&file, NULL, 0, i);
    capture_begin(&capture, 2);
    enum tool_status status = prometheus_commit(&file);
    const char *said = capture_end(&capture);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(status, TOOL_ERROR);
    assert_non_null(strstr(said, "cannot write /tmp/pkt-prometheus-"));
    assert_non_null(strstr(said, "File too large"));
    assert_int_equal(entries(), 1);
    assert_holds(path, SMALL);
    write_small();
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    prometheus_close(&file);
}

static void a_link_is_followed(void **state)
{
    char link[128];
    struct stat status;
    (void)state;
    snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(symlink("ping.prom", link), 0);
    capture_begin(&capture, 2);
    assert_false(prometheus_open(&file, link)); /* to nothing */
    assert_non_null(strstr(capture_end(&capture), "No such file"));
    prometheus_close(&file);
    fclose(fopen(path, "w"));
    assert_true(prometheus_open(&file, link));
    write_small();
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    prometheus_close(&file);
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_holds(path, SMALL);
}

static void what_is_no_file_is_refused(void **state)
{
    char fifo[128], nowhere[128];
    (void)state;
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    snprintf(nowhere, sizeof nowhere, "%s/none/x", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const char *const paths[] = {fifo, folder, "/dev/full", "/dev/null", nowhere, "/tmp/", ""};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        capture_begin(&capture, 2);
        bool is_open = prometheus_open(&file, paths[i]);
        const char *said = capture_end(&capture);
        assert_false(is_open);
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
        prometheus_close(&file);
    }
    assert_int_equal(entries(), 1);
}

/* The folder is held: where it is moved to, the file goes too. */
static void the_folder_stays_open(void **state)
{
    char moved[80], told[256], inside[128];
    (void)state;
    snprintf(moved, sizeof moved, "%s-moved", folder);
    assert_true(prometheus_open(&file, path));
    assert_true(prometheus_folder(&file, told, sizeof told));
    assert_string_equal(told, folder);
    assert_false(prometheus_folder(&file, told, 5));
    assert_int_equal(rename(folder, moved), 0);
    write_small();
    assert_int_equal(prometheus_commit(&file), TOOL_OK);
    snprintf(inside, sizeof inside, "%s/ping.prom", moved);
    assert_holds(inside, SMALL);
    assert_int_equal(rename(moved, folder), 0);
    unlink(path);
    rmdir(folder);
    capture_begin(&capture, 2);
    write_small();
    enum tool_status status = prometheus_commit(&file);
    assert_non_null(strstr(capture_end(&capture), "cannot create a file beside"));
    assert_int_equal(status, TOOL_ERROR);
    prometheus_close(&file);
    assert_int_equal(mkdir(folder, 0700), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(samples_are_as_the_format_says),    TEST(the_old_file_stays_until_the_new_is_whole),
        TEST(a_failed_write_keeps_the_old_file), TEST(a_link_is_followed),
        TEST(what_is_no_file_is_refused),        TEST(the_folder_stays_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
