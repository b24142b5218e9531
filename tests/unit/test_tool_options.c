/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option tables: every way of spelling, every kind of value, every mistake with the line it gives, the help,
 * the list for the man page, the completion, and the check that finds mistakes in a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "../../tools/common/completion.h"
#include "../../tools/common/message.h"
#include "../../tools/common/numbers.h"
#include "../../tools/common/options.h"
#include "test_tool_capture.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct test_options {
    bool json;
    unsigned verbose;
    unsigned times;
    unsigned family;
    const char *read;
    const char *interface;
    uint64_t packets;
    uint64_t type;
    int64_t wait_ns;
    uint64_t buffer;
    uint64_t rate;
    enum color color;
    unsigned calls;
    const char *called_with;
};

static bool take_fields(void *options, const char *argument, struct option_problem *reterr_problem)
{
    struct test_options *test = options;

    if (strcmp(argument, "bad") == 0) {
        option_problem_set(reterr_problem, "is not the name of a field");
        return false;
    }
    test->calls++;
    test->called_with = argument;
    return true;
}

static const char *const colors[] = {"auto", "always", "never", NULL};

static const struct option_row rows[] = {
    OPTION_HEADING("What to read"),
    {.letter = 'r',
                      .name = "read",
                      .argument = "FILE",
                      .help = "read packets from FILE (- is standard input)",
                      .completes = OPTION_COMPLETES_FILES,
                      .once = true,
                      OPTION_TO_STRING(struct test_options, read)},
    {.letter = 'i',
                      .name = "interface",
                      .argument = "NAME",
                      .help = "capture on this interface",
                      .completes = OPTION_COMPLETES_INTERFACES,
                      OPTION_TO_STRING(struct test_options, interface)},
    {.letter = 'c',
                      .name = "packets",
                      .synonym = "count-of",
                      .argument = "N",
                      .help = "stop after N packets",
                      .least = 1,
                      OPTION_TO_U64(struct test_options, packets)},
    {.name = "type",
                      .argument = "N",
                      .help = "only this type",
                      .least = 1,
                      .most = 255,
                      .hex = true,
                      .more = true,
                      OPTION_TO_U64(struct test_options, type)},
    {.letter = 'W',
                      .name = "wait",
                      .argument = "TIME",
                      .help = "wait this long for something that may or may not"
             " come, and give up when it did not come",                            .least = 1000000,
                      .most = 60000000000,
                      OPTION_TO_DURATION(struct test_options, wait_ns)},
    {.letter = 'B',
                      .name = "buffer-size",
                      .argument = "SIZE",
                      .help = "size of the ring",
                      .least = 65536,
                      OPTION_TO_SIZE(struct test_options, buffer)},
    {.name = "rate",
                      .argument = "N|max",
                      .help = "packets per second",
                      .expect = "packets per second such as 1000 (or max)",
                      OPTION_TO_RATE(struct test_options, rate)},
    OPTION_HEADING("What to print"),
    {.letter = 'v',
                      .name = "verbose",
                      .help = "more; -vv and -vvv still more",
                      OPTION_TO_COUNT(struct test_options,                                           verbose)},
    {.letter = 't',
                      .help = "-t to -ttttt: other ways to show the time",
                      .most = 5,
                      OPTION_TO_COUNT(struct test_options,             times)},
    {.letter = '#',
                      .name = "number",
                      .help = "number the lines",
                      OPTION_TO_SET(struct test_options,                                   family, 9)},
    {.letter = '4', .help = "IPv4 only",          OPTION_TO_SET(struct test_options,       family, 4)},
    {.name = "json",       .help = "one JSON object a line", OPTION_TO_FLAG(struct test_options,                  json)                   },
    {.name = "color",
                      .argument = "WHEN",
                      .when_missing = "always",
                      .help = "use color",
                      .choices = colors,
                      OPTION_TO_CHOICE(struct test_options, color)},
    {.name = "fields",                                  .argument = "NAME,...",                                      .help = "print these fields", OPTION_TO_CALL(take_fields)                                                   },
    OPTION_HEADING("About"),
    OPTION_ROWS_ABOUT('h', 0),
};

static const struct option_example examples[] = {
    {"pktsniff -r lan.pcap icmp", "print the ICMP packets of a capture"},
    {"pktsniff -c 10 --json",     "ten packets as JSON"                },
};

static void write_more(struct out *out)
{
    out_string(out, "libpcap 1.10\n");
}

static const struct option_table table = {
    .tool = "pktsniff",
    .purpose = "Print, filter and save what is on the wire.",
    .version = "1.2.3",
    .version_more = write_more,
    .operands = "[EXPRESSION]",
    .operands_complete = OPTION_COMPLETES_FILES,
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .examples = examples,
    .example_count = 2,
};

static struct test_options options;
static struct option_operands operands;
static enum tool_status status;
static struct capture errors;
static struct capture standard;

/* Parse words parted by single blanks; the copy stays, because options point into it. */
static bool parse_with(const struct option_table *with, const char *line)
{
    static char copy[1024];
    static char *argv[64];
    int argc = 0;
    char *rest = NULL;

    snprintf(copy, sizeof(copy), "pktsniff %s", line);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    options = (struct test_options){.packets = 77};
    status = TOOL_OK;
    message_set_program("pktsniff");
    capture_begin(&errors, STDERR_FILENO);
    bool run = options_parse(with, argc, argv, &options, &operands, &status);
    capture_end(&errors);
    return run;
}

static void assert_runs(const char *line)
{
    bool run = parse_with(&table, line);
    assert_string_equal(errors.text, "");
    assert_true(run);
}

static void assert_mistake_in(const struct option_table *with, const char *line, const char *said)
{
    char expected[512];
    bool run = parse_with(with, line);
    snprintf(expected, sizeof(expected), "pktsniff: %s\n", said);
    assert_string_equal(errors.text, expected);
    assert_false(run);
    assert_int_equal(status, TOOL_ERROR);
}

static void assert_mistake(const char *line, const char *said)
{
    assert_mistake_in(&table, line, said);
}

static void letters_bundle(void **state)
{
    (void)state;
    assert_runs("-vvtc5 -#");
    assert_int_equal(options.verbose, 2);
    assert_int_equal(options.times, 1);
    assert_int_equal(options.packets, 5);
    assert_int_equal(options.family, 9);
}

static void values_join_or_stand_apart(void **state)
{
    static const char *const lines[] = {"-c5",          "-c 5",     "--packets=5", "--packets 5",
                                        "--count-of=5", "--pack 5", "-c 9 -c 5",   "-v -c5"};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_runs(lines[i]);
        assert_int_equal(options.packets, 5);
    }
    assert_runs("-v");
    assert_int_equal(options.packets, 77);
}

static void every_kind_is_stored(void **state)
{
    (void)state;
    assert_runs(
        "--json -r - -ieth0 --type 0xff -W 1.5s -B 64k --rate max --color=never --fields ip.src --fields x");
    assert_true(options.json);
    assert_string_equal(options.read, "-");
    assert_string_equal(options.interface, "eth0");
    assert_int_equal(options.type, 255);
    assert_int_equal(options.wait_ns, 1500000000);
    assert_int_equal(options.buffer, 65536);
    assert_true(options.rate == NUMBER_RATE_MAX);
    assert_int_equal(options.color, COLOR_NEVER);
    assert_int_equal(options.calls, 2);
    assert_string_equal(options.called_with, "x");
}

static void an_optional_value_never_takes_the_next_word(void **state)
{
    (void)state;
    assert_runs("--color never");
    assert_int_equal(options.color, COLOR_ALWAYS);
    assert_int_equal(operands.count, 1);
    assert_string_equal(operands.words[0], "never");
}

static void operands_may_stand_anywhere(void **state)
{
    (void)state;
    assert_runs("host -v 10.0.0.1 -c 3 or icmp");
    assert_int_equal(operands.count, 4);
    assert_string_equal(operands.words[0], "host");
    assert_string_equal(operands.words[3], "icmp");
    assert_int_equal(options.verbose, 1);
    assert_runs("-v -- -c 3");
    assert_int_equal(operands.count, 2);
    assert_string_equal(operands.words[0], "-c");
    assert_runs("-");
    assert_string_equal(operands.words[0], "-");
    assert_runs("");
    assert_int_equal(operands.count, 0);
}

static void parsing_may_stop_at_the_first_operand(void **state)
{
    struct option_table stopping = table;
    (void)state;
    stopping.stop_at_operand = true;
    assert_true(parse_with(&stopping, "-v run -v --unknown"));
    assert_int_equal(options.verbose, 1);
    assert_int_equal(operands.count, 3);
    assert_mistake_in(&stopping, "-c", "option -c: needs a value: give a whole number of at least 1");
}

static void an_empty_argv_is_no_crash(void **state)
{
    char *argv[] = {NULL};
    (void)state;
    assert_true(options_parse(&table, 0, argv, &options, &operands, &status));
    assert_int_equal(operands.count, 0);
}

static void unknown_options(void **state)
{
    (void)state;
    assert_mistake("-Z", "unknown option -Z: see pktsniff --help");
    assert_mistake("-vZ", "unknown option -Z: see pktsniff --help");
    assert_mistake("--zzz", "unknown option --zzz: see pktsniff --help");
    assert_mistake("--zzz=1", "unknown option --zzz: see pktsniff --help");
    assert_mistake("--jason", "unknown option --jason: did you mean --json? See pktsniff --help");
    assert_mistake("--filds=x", "unknown option --filds: did you mean --fields? See pktsniff --help");
    assert_mistake("-\x1b", "unknown option -\\x1b: see pktsniff --help");
    assert_mistake("-?", "unknown option -?: see pktsniff --help");
    assert_mistake("-:", "unknown option -:: see pktsniff --help");
    assert_mistake("--x\x1b[2J", "unknown option --x\\x1b[2J: see pktsniff --help");
}

static void ambiguous_beginnings(void **state)
{
    (void)state;
    assert_mistake("--ver", "option --ver is ambiguous: give one of --verbose, --version");
    assert_mistake("--r=1", "option --r is ambiguous: give one of --read, --rate");
}

static void missing_and_unwanted_values(void **state)
{
    (void)state;
    assert_mistake("--rate", "option --rate: needs a value: give packets per second such as 1000 (or max)");
    assert_mistake("-r", "option -r: needs a value: give FILE");
    assert_mistake("--js=1", "option --json takes no value, '1' was given: leave it out");
    assert_mistake("--json=", "option --json takes no value, '' was given: leave it out");
}

static void bad_values_say_what_to_give(void **state)
{
    (void)state;
    assert_mistake("--rate 10x",
                   "option --rate: '10x' is not a number: give packets per second such as 1000 (or max)");
    assert_mistake("--ra=0",
                   "option --rate: '0' is too small: give packets per second such as 1000 (or max)");
    assert_mistake("-c x", "option -c: 'x' is not a number: give a whole number of at least 1");
    assert_mistake("--packets=0", "option --packets: '0' is too small: give a whole number of at least 1");
    assert_mistake("--packets=", "option --packets: '' is empty: give a whole number of at least 1");
    assert_mistake("-c-1", "option -c: '-1' has a sign: give a whole number of at least 1");
    assert_mistake("--type 256",
                   "option --type: '256' is too large: give a whole number from 1 to 255, decimal or "
                   "0x and hexadecimal");
    assert_mistake("-W 1d",
                   "option -W: '1d' has an unknown unit 'd': give a time from 1ms to 1m such as 10ms, 1.5s "
                   "or 2m");
    assert_mistake("-W 1us",
                   "option -W: '1us' is too small: give a time from 1ms to 1m such as 10ms, 1.5s or 2m");
    assert_mistake("-B 1k",
                   "option -B: '1k' is too small: give a number of bytes of at least 64k such as 64k, 1M or "
                   "1GiB");
    assert_mistake("--color=blue", "option --color: 'blue' is not known here: give auto, always or never");
    assert_mistake("--fields bad", "option --fields: 'bad' is not the name of a field: give NAME,...");
    assert_mistake("--help=me", "option --help: 'me' is not known here: give all or nothing");
    assert_mistake("-c \x1b]0;x\x07",
                   "option -c: '\\x1b]0;x\\x07' is not a number: give a whole number of at least 1");
}

static void too_often(void **state)
{
    (void)state;
    assert_mistake("-r a --read b", "option --read is given twice: give it once");
    assert_mistake("-ttt -ttt", "option -t is given 6 times: at most 5 mean anything");
    assert_runs("-vvvvvvvvvv -ttttt -4 -4 --json --json");
    assert_int_equal(options.verbose, 10);
}

static void counts_of_operands(void **state)
{
    struct option_table strict = table;
    (void)state;
    strict.operands = "HOST";
    strict.operands_least = 1;
    strict.operands_most = 2;
    assert_true(parse_with(&strict, "a b"));
    assert_mistake_in(&strict, "-v", "missing operand: give HOST, or see pktsniff --help");
    assert_mistake_in(&strict, "a b c d",
                      "'c' is one operand too many: leave it out, or see pktsniff --help");
    strict.operands = NULL;
    strict.operands_least = 0;
    assert_true(parse_with(&strict, "-v"));
    assert_mistake_in(&strict, "a", "'a' is one operand too many: leave it out, or see pktsniff --help");
}

/* In a child, because standard output is closed at the end of help. */
static int show_in_child(const char *line)
{
    fflush(NULL);
    capture_begin(&standard, STDOUT_FILENO);
    pid_t child = fork();
    if (child == 0) {
        bool run = parse_with(&table, line);
        _exit(run ? 99 : (int)status);
    }
    int child_status = status_of_child(child);
    capture_end(&standard);
    return child_status;
}

static void version_is_shown(void **state)
{
    (void)state;
    assert_int_equal(show_in_child("--version --unknown"), TOOL_OK);
    assert_string_equal(standard.text, "pktsniff (libpkt) 1.2.3\nlibpcap 1.10\n");
}

static void help_is_shown(void **state)
{
    static const char expected[] =
        "Usage: pktsniff [OPTION]... [EXPRESSION]\n"
        "Print, filter and save what is on the wire.\n"
        "What to read:\n"
        "  -r, --read FILE         read packets from FILE (- is standard input)\n"
        "  -i, --interface NAME    capture on this interface\n"
        "  -c, --packets N         stop after N packets\n"
        "  -W, --wait TIME         wait this long for something that may or may not\n"
        "                          come, and give up when it did not come\n"
        "  -B, --buffer-size SIZE  size of the ring\n"
        "      --rate N|max        packets per second\n"
        "What to print:\n"
        "  -v, --verbose           more; -vv and -vvv still more\n"
        "  -t                      -t to -ttttt: other ways to show the time\n"
        "  -#, --number            number the lines\n"
        "  -4                      IPv4 only\n"
        "      --json              one JSON object a line\n"
        "      --color[=WHEN]      use color\n"
        "      --fields NAME,...   print these fields\n"
        "About:\n"
        "  -h, --help[=all]        show this help; =all shows every option\n"
        "      --version           show the version\n"
        "Examples:\n"
        "  pktsniff -r lan.pcap icmp               print the ICMP packets of a capture\n"
        "  pktsniff -c 10 --json                   ten packets as JSON\n"
        "1 more: pktsniff --help=all. The manual: man pktsniff\n";
    (void)state;
    assert_int_equal(show_in_child("-h"), TOOL_OK);
    assert_string_equal(standard.text, expected);
    assert_int_equal(show_in_child("--help=all"), TOOL_OK);
    assert_non_null(strstr(standard.text, "      --type N            only this type\n"));
    assert_null(strstr(standard.text, "1 more"));
}

static void help_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    fflush(NULL);
    capture_begin(&standard, STDERR_FILENO);
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {(char[]){"pktsniff"}, (char[]){"--help"}, NULL};
        if (freopen("/dev/full", "w", stdout) == NULL) {
            _exit(98);
        }
        message_set_program("pktsniff");
        bool run = options_parse(&table, 2, argv, &options, &operands, &status);
        _exit(run ? 99 : (int)status);
    }
    int child_status = status_of_child(child);
    assert_non_null(strstr(capture_end(&standard), "cannot write standard output: No space left on device"));
    assert_int_equal(child_status, TOOL_ERROR);
}

static const char *written_by(void (*write)(const struct option_table *, struct out *))
{
    static struct out out;
    fflush(NULL);
    capture_begin(&standard, STDOUT_FILENO);
    out_open_fd(&out, dup(STDOUT_FILENO), "copy of standard output");
    write(&table, &out);
    assert_int_equal(out_finish(&out), TOOL_OK);
    return capture_end(&standard);
}

static void the_list_has_every_spelling(void **state)
{
    (void)state;
    assert_string_equal(
        written_by(options_write_list),
        "-r\tFILE\n--read\tFILE\n-i\tNAME\n--interface\tNAME\n-c\tN\n--packets\tN\n--count-of\tN\n"
        "--type\tN\n-W\tTIME\n--wait\tTIME\n-B\tSIZE\n--buffer-size\tSIZE\n--rate\tN|max\n"
        "-v\t-\n--verbose\t-\n-t\t-\n-#\t-\n--number\t-\n-4\t-\n--json\t-\n--color\t[WHEN]\n"
        "--fields\tNAME,...\n-h\t[all]\n--help\t[all]\n--version\t-\n");
}

/* Complete the last of some words in a real bash; returns the candidates, one a line. */
static const char *completed(const char *script, const char *words)
{
    static char text[4096];
    static char command[1024];
    snprintf(command, sizeof(command),
             "bash --norc -c 'source %s && COMP_WORDS=(%s) && COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) && "
             "_pktsniff && "
             "printf \"%%s\\n\" \"${COMPREPLY[@]}\"'",
             script, words);
    FILE *bash = popen(command, "r");
    assert_non_null(bash);
    size_t len = fread(text, 1, sizeof(text) - 1, bash);
    text[len] = '\0';
    assert_int_equal(pclose(bash), 0);
    return text;
}

static void bash_completes(void **state)
{
    char path[] = "/tmp/completion-XXXXXX";
    (void)state;
    if (system("bash -c exit 2>/dev/null") != 0) {
        print_message("bash is not installed\n");
        skip();
    }
    const char *script = written_by(completion_write_bash);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, script, strlen(script)), strlen(script));
    close(fd);
    assert_string_equal(completed(path, "pktsniff --pa"), "--packets\n");
    assert_string_equal(completed(path, "pktsniff --color = al"), "always\n");
    assert_string_equal(completed(path, "pktsniff --color ="), "auto\nalways\nnever\n");
    assert_non_null(strstr(completed(path, "pktsniff -r /etc/passw"), "/etc/passwd\n"));
    assert_string_equal(completed(path, "pktsniff -i lo"), "lo\n");
    assert_string_equal(completed(path, "pktsniff -c 1"), "\n");
    assert_string_equal(completed(path, "pktsniff --color /etc/host.con"), "/etc/host.conf\n");
    assert_non_null(strstr(completed(path, "pktsniff -"), "-#\n"));
    unlink(path);
}

static void the_table_is_sound(void **state)
{
    (void)state;
    assert_null(options_check(&table));
}

static void assert_unsound(struct option_row row, const char *mistake)
{
    struct option_row few[] = {
        row, {.letter = 'a', .name = "all", .synonym = "any", .help = "x"},
         OPTION_ROWS_ABOUT('h', 'V')
    };
    struct option_table unsound = table;
    unsound.rows = few;
    unsound.row_count = sizeof(few) / sizeof(few[0]);
    few[1].kind = OPTION_KIND_FLAG;
    const char *found = options_check(&unsound);
    assert_non_null(found);
    if (strstr(found, mistake) == NULL) {
        print_error("found '%s' instead of '%s'\n", found, mistake);
    }
    assert_non_null(strstr(found, mistake));
}

static void mistakes_in_a_table_are_found(void **state)
{
    static const char *const nothing[] = {NULL};
    const struct option_row flag = {.letter = 'x', .name = "xx", .help = "y", .kind = OPTION_KIND_FLAG};
    const struct option_row text = {.letter = 'x', .argument = "X", .help = "y", .kind = OPTION_KIND_STRING};
    struct option_row row;
    (void)state;
    assert_unsound((struct option_row){.help = "x", .kind = OPTION_KIND_FLAG}, "neither letter nor name");
    row = flag, row.help = NULL, assert_unsound(row, "no help");
    row = flag, row.help = "Full stop.", assert_unsound(row, "full stop");
    row = flag, row.letter = '?', assert_unsound(row, "letter that cannot");
    row = flag, row.name = "Upper", assert_unsound(row, "name that cannot");
    row = flag, row.name = "", assert_unsound(row, "name that cannot");
    row = flag, row.name = NULL, row.synonym = "s", assert_unsound(row, "synonym of no name");
    row = flag, row.argument = "X", assert_unsound(row, "names a value");
    row = flag, row.when_missing = "x", assert_unsound(row, "replaces a missing value");
    row = text, row.argument = NULL, assert_unsound(row, "without a name");
    row = text, row.kind = OPTION_KIND_CHOICE, assert_unsound(row, "no choices");
    row = text, row.kind = OPTION_KIND_CHOICE, row.choices = nothing, assert_unsound(row, "no choices");
    row = text, row.kind = OPTION_KIND_CALL, assert_unsound(row, "no handler");
    row = text, row.kind = OPTION_KIND_U64, row.least = 2, row.most = 1, assert_unsound(row, "upside down");
    row = flag, row.letter = 'a', assert_unsound(row, "another row");
    row = flag, row.name = "any", assert_unsound(row, "another row");
    row = flag, row.synonym = "all", assert_unsound(row, "another row");
    row = flag, row.name = "help", assert_unsound(row, "another row");
}

static void text_too_wide_for_a_terminal_is_found(void **state)
{
    static const char forty[] = "a command that is forty characters long.";
    static const char meaning[] = "a meaning of thirty-six characters..";
    struct option_table text = table;
    (void)state;
    text.example_count = 1;
    text.examples = &(struct option_example){forty, meaning};
    assert_string_equal(options_check(&text), "has an example too wide for a terminal");
    text.examples = &(struct option_example){forty, meaning + 1};
    assert_null(options_check(&text));
    text.examples = &(struct option_example){"-", "with a short command the meaning is aligned"};
    assert_string_equal(options_check(&text), "has an example too wide for a terminal");
    text = table;
    text.purpose = "A purpose of eighty characters is one too many for a line that holds seventy-nine";
    assert_string_equal(options_check(&text), "has a purpose too wide for a terminal");
}

static void tables_without_their_parts_are_found(void **state)
{
    struct option_table part = table;
    (void)state;
    part.row_count = 3;
    assert_string_equal(options_check(&part), "lacks --help or --version");
    part = table;
    part.purpose = NULL;
    assert_string_equal(options_check(&part), "lacks tool, purpose or version");
    part = table;
    part.operands = NULL;
    part.operands_least = 1;
    assert_string_equal(options_check(&part), "needs operands without a name");
    part = table;
    part.row_count = OPTIONS_ROWS_MAX + 1;
    assert_string_equal(options_check(&part), "has too many rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_bundle),
        cmocka_unit_test(values_join_or_stand_apart),
        cmocka_unit_test(every_kind_is_stored),
        cmocka_unit_test(an_optional_value_never_takes_the_next_word),
        cmocka_unit_test(operands_may_stand_anywhere),
        cmocka_unit_test(parsing_may_stop_at_the_first_operand),
        cmocka_unit_test(an_empty_argv_is_no_crash),
        cmocka_unit_test(unknown_options),
        cmocka_unit_test(ambiguous_beginnings),
        cmocka_unit_test(missing_and_unwanted_values),
        cmocka_unit_test(bad_values_say_what_to_give),
        cmocka_unit_test(too_often),
        cmocka_unit_test(counts_of_operands),
        cmocka_unit_test(version_is_shown),
        cmocka_unit_test(help_is_shown),
        cmocka_unit_test(help_that_cannot_be_written_is_an_error),
        cmocka_unit_test(the_list_has_every_spelling),
        cmocka_unit_test(bash_completes),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(mistakes_in_a_table_are_found),
        cmocka_unit_test(text_too_wide_for_a_terminal_is_found),
        cmocka_unit_test(tables_without_their_parts_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
