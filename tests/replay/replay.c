/*
 * Every capture in captures/ gives its expected lines and JSON (captures/expected/NAME.txt and .json), and
 * the messages and exit status recorded at their ends. One test a file and form, named after it.
 * scripts/expected.sh writes the expectations anew; what changed in them is to be read before it is
 * committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CASES_MAX = 1024,
};

struct replay_case {
    char name[300];
    char *arguments;
    const char *suffix;
};

static struct replay_case cases[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];
static size_t case_count;

/* All of a stream, terminated; to be freed. */
static char *read_all(FILE *stream, size_t *ret_len)
{
    size_t size = 1 << 16, len = 0, got;
    char *text = malloc(size);
    assert_non_null(text);
    while ((got = fread(text + len, 1, size - len - 1, stream)) > 0) {
        len += got;
        if (size - len < 4096) {
            size *= 2;
            text = realloc(text, size);
            assert_non_null(text);
        }
    }
    text[len] = '\0';
    *ret_len = len;
    return text;
}

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s: there is no expected output: run scripts/expected.sh and read it", path);
    char *text = read_all(file, ret_len);
    fclose(file);
    return text;
}

/* What pktsniff prints, both streams, and its exit status as the last line. */
static char *run(const struct replay_case *replay, size_t *ret_len)
{
    char command[2048];
    snprintf(command, sizeof command, "cd '%s' && { '%s' -r '%s' %s 2>&1; echo \"exit status $?\"; }",
             getenv("PKT_CAPTURES"), getenv("PKTSNIFF"), replay->name, replay->arguments);
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    char *text = read_all(stream, ret_len);
    assert_int_equal(pclose(stream), 0);
    return text;
}

static void say_difference(const char *expected, const char *got)
{
    unsigned line = 1;
    const char *start = expected, *got_start = got;
    while (*expected != '\0' && *expected == *got) {
        if (*expected == '\n') {
            line++;
            start = expected + 1;
            got_start = got + 1;
        }
        expected++;
        got++;
    }
    fprintf(stderr, "line %u\n  expected: %.*s\n  got:      %.*s\n", line, (int)strcspn(start, "\n"), start,
            (int)strcspn(got_start, "\n"), got_start);
}

static void replays(void **state)
{
    const struct replay_case *replay = *state;
    char path[1024];
    size_t expected_len, got_len;
    snprintf(path, sizeof path, "%s/expected/%s.%s", getenv("PKT_CAPTURES"), replay->name, replay->suffix);
    char *expected = read_file(path, &expected_len);
    char *got = run(replay, &got_len);
    bool equal = expected_len == got_len && memcmp(expected, got, got_len) == 0;
    if (!equal)
        say_difference(expected, got);
    free(expected);
    free(got);
    assert_true(equal);
}

static void add(const char *name, const char *suffix, char *arguments)
{
    struct replay_case *replay = &cases[case_count];
    static char test_names[CASES_MAX][320];
    assert_true(case_count < CASES_MAX);
    snprintf(replay->name, sizeof replay->name, "%s", name);
    replay->arguments = arguments;
    replay->suffix = suffix;
    snprintf(test_names[case_count], sizeof test_names[0], "%s.%s", name, suffix);
    tests[case_count] = (struct CMUnitTest){test_names[case_count], replays, NULL, NULL, replay};
    case_count++;
}

static int is_capture(const struct dirent *entry)
{
    return strstr(entry->d_name, ".pcap") != NULL;
}

int main(void)
{
    struct dirent **entries;
    static char text[] = "-nvve -tttt --diag", json[] = "--json";
    const char *captures = getenv("PKT_CAPTURES");
    if (captures == NULL || getenv("PKTSNIFF") == NULL) {
        fprintf(stderr, "PKT_CAPTURES and PKTSNIFF name the captures and the program\n");
        return 2;
    }
    int count = scandir(captures, &entries, is_capture, alphasort);
    for (int i = 0; i < count; i++) {
        add(entries[i]->d_name, "txt", text);
        add(entries[i]->d_name, "json", json);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
    if (case_count == 0) {
        fprintf(stderr, "%s holds no captures\n", captures);
        return 2;
    }
    return _cmocka_run_group_tests("replay", tests, case_count, NULL, NULL);
}
