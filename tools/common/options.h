/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table a tool, from which parsing, --help, bash completion and the test of the man page all come.
 *
 * A tool's options.c defines `tool_options`, a const table of rows. A row says how an option is spelled, what
 * it takes, what it means in one short line, and where its value goes: a member of the tool's own options
 * structure, checked against the kind of the row when compiled. Parsing follows getopt_long(3), which does
 * it: bundled letters
 * (-nvv), values joined or apart (-c5, -c 5, --packets=5, --packets 5), unambiguous beginnings of long names,
 * `--`, and operands between options unless the table says otherwise or POSIXLY_CORRECT is set.
 *
 * The last of several values wins, so that an alias can be overridden, except where a row says `.once`.
 *
 * Every mistake is one line on standard error that names the option as typed, quotes the value, and says what
 * to give instead; the status is TOOL_ERROR.
 */
#ifndef TOOLS_COMMON_OPTIONS_H
#define TOOLS_COMMON_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "status.h"

enum {
    OPTIONS_ROWS_MAX = 128,      /* rows of one table, headings included */
    OPTIONS_HELP_WIDTH = 79,     /* columns of --help */
    OPTIONS_EXAMPLE_COLUMN = 38, /* width of an example's command, where it is shorter */
};

enum option_kind {
    OPTION_KIND_HEADING,  /* no option: the title of the group that follows */
    OPTION_KIND_FLAG,     /* bool: becomes true */
    OPTION_KIND_COUNT,    /* unsigned: one more each time */
    OPTION_KIND_SET,      /* unsigned or enum: becomes `.value` */
    OPTION_KIND_STRING,   /* const char *; not empty with a `.least` above 0 */
    OPTION_KIND_U64,      /* uint64_t from `.least` to `.most` */
    OPTION_KIND_DURATION, /* int64_t nanoseconds from `.least` to `.most` */
    OPTION_KIND_SIZE,     /* uint64_t bytes from `.least` to `.most` */
    OPTION_KIND_RATE,     /* uint64_t a second up to `.most`, or NUMBER_RATE_MAX */
    OPTION_KIND_CHOICE,   /* unsigned or enum: index of the word in `.choices` */
    OPTION_KIND_CALL,     /* whatever `.call` does */
    OPTION_KIND_HELP,     /* prints the help; --help=all shows every row */
    OPTION_KIND_VERSION,  /* prints the version */
};

/* What an argument completes to; choices complete to their words anyway. */
enum option_completion {
    OPTION_COMPLETES_NOTHING,
    OPTION_COMPLETES_FILES,
    OPTION_COMPLETES_DIRECTORIES,
    OPTION_COMPLETES_INTERFACES,
};

/* Why a value is refused, as a predicate that follows the quoted value: "is not the name of a field". */
struct option_problem {
    char text[256];
};

/* Describe a problem; longer text is cut. */
void option_problem_set(struct option_problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Handler of an OPTION_KIND_CALL row; called once each time the option is given, in the order of the command
 * line.
 * @param options   the structure given to options_parse()
 * @param argument  the value, living as long as argv; NULL where the row takes none
 * @return false to refuse, with `reterr_problem` set
 */
typedef bool option_call(void *options, const char *argument, struct option_problem *reterr_problem);

/* One option. Zero members mean: absent, no lower limit, no upper limit. */
struct option_row {
    char letter;                /* short spelling, 0: none */
    const char *name;           /* long spelling, NULL: none */
    const char *synonym;        /* second long spelling, accepted but not shown in --help */
    const char *argument;       /* name of the value in --help ("FILE"), NULL: takes none */
    const char *when_missing;   /* not NULL: the value may be left out, and this is taken then */
    const char *help;           /* what it does, without full stop; about 50 characters make one line */
    const char *expect;         /* follows "give" in errors: "packets per second such as 1000 (or max)" */
    const char *const *choices; /* words, ended by NULL */
    enum option_completion completes; /* what the value completes to */
    bool more;                        /* only in --help=all, to keep --help on one screen */
    bool once;                        /* a second use is a mistake */
    bool hex;                         /* OPTION_KIND_U64: 0x is allowed */
    uint64_t least;                   /* range of numbers; nanoseconds, bytes or as they are */
    uint64_t most;                    /* 0: no limit; for counts the most times it may be given */
    unsigned value;                   /* OPTION_KIND_SET */
    unsigned mode;                    /* a bit: giving the option chooses this mode of the tool */
    unsigned modes;                   /* bits of the modes in which it means something; 0: in all */
    option_call *call;                /* OPTION_KIND_CALL */
    enum option_kind kind;
    size_t offset; /* of the member in the options structure */
};

/* Offset of a member, which must have the given type: anything else does not compile. */
#define OPTION_OFFSET(structure, member, type) \
    _Generic(&((structure *)0)->member, type * : offsetof(structure, member)) /* NOLINT: `type` is a type */

/* Kind and destination of a row: {.letter = 'c', ..., OPTION_TO_U64(struct sniff_options, packets)}. */
#define OPTION_TO_FLAG(s, m)     .kind = OPTION_KIND_FLAG, .offset = OPTION_OFFSET(s, m, bool)
#define OPTION_TO_COUNT(s, m)    .kind = OPTION_KIND_COUNT, .offset = OPTION_OFFSET(s, m, unsigned)
#define OPTION_TO_SET(s, m, v)   .kind = OPTION_KIND_SET, .offset = OPTION_OFFSET(s, m, unsigned), .value = (v)
#define OPTION_TO_STRING(s, m)   .kind = OPTION_KIND_STRING, .offset = OPTION_OFFSET(s, m, const char *)
#define OPTION_TO_U64(s, m)      .kind = OPTION_KIND_U64, .offset = OPTION_OFFSET(s, m, uint64_t)
#define OPTION_TO_DURATION(s, m) .kind = OPTION_KIND_DURATION, .offset = OPTION_OFFSET(s, m, int64_t)
#define OPTION_TO_SIZE(s, m)     .kind = OPTION_KIND_SIZE, .offset = OPTION_OFFSET(s, m, uint64_t)
#define OPTION_TO_RATE(s, m)     .kind = OPTION_KIND_RATE, .offset = OPTION_OFFSET(s, m, uint64_t)
#define OPTION_TO_CHOICE(s, m)   .kind = OPTION_KIND_CHOICE, .offset = OPTION_OFFSET(s, m, unsigned)
#define OPTION_TO_CALL(function) .kind = OPTION_KIND_CALL, .call = (function)

/* Title of a group: OPTION_HEADING("What to print"). */
#define OPTION_HEADING(title)                        \
    {                                                \
        .kind = OPTION_KIND_HEADING, .help = (title) \
    }

/* The rows that every table ends with; letters as the tool's users expect them, 0: none. */
#define OPTION_ROWS_ABOUT(help_letter, version_letter)                             \
    {.letter = (help_letter),                                                      \
     .name = "help",                                                               \
     .argument = "all",                                                            \
     .when_missing = "",                                                           \
     .help = "show this help; =all shows every option",                            \
     .kind = OPTION_KIND_HELP},                                                    \
    {                                                                              \
        .letter = (version_letter), .name = "version", .help = "show the version", \
        .kind = OPTION_KIND_VERSION                                                \
    }

/* A command line that --help shows, and what it does. */
struct option_example {
    const char *command;
    const char *meaning;
};

/* Everything that a tool's command line is. */
struct option_table {
    const char *tool;                      /* "pktsniff" */
    const char *purpose;                   /* what it is for, one line below the usage */
    const char *version;                   /* "0.1.0" */
    void (*version_more)(struct out *out); /* further lines of --version, NULL: none */
    const char *operands;                  /* as in the usage line: "[EXPRESSION]"; NULL: takes none */
    unsigned operands_least;
    unsigned operands_most; /* 0: no limit */
    enum option_completion operands_complete;
    unsigned mode;        /* bit of the mode that no option chooses; 0: the tool has no modes */
    bool stop_at_operand; /* what follows the first operand is not ours: `pktbroker run -- COMMAND -x` */
    const struct option_row *rows;
    size_t row_count;
    const struct option_example *examples;
    size_t example_count;
};

/* The table of the tool that a program is linked with; each tool's options.c defines it. */
extern const struct option_table tool_options;

/* What is left of argv behind the options. */
struct option_operands {
    char **words; /* into argv */
    int count;
};

/* The operands joined by blanks, "" for none; to be freed. NULL without memory. */
char *options_join(const struct option_operands *operands);

/*
 * Read a command line into the tool's structure, which holds the defaults.
 *
 * Reorders argv as getopt_long does; stores into `options` as it goes, so after a mistake part of it is set.
 * --help and --version act when they are met, and write to standard output.
 *
 * @param options  the structure that the rows' offsets mean; strings stored there point into argv
 * @param ret_operands  the words behind the options; set if the tool is to run
 * @param ret_status  the exit status; set if the tool is to end: TOOL_OK after help or version, TOOL_ERROR
 * after a mistake (said) or where help could not be written (said)
 * @return true: run; false: end with *ret_status
 */
bool options_parse(const struct option_table *table, int argc, char **argv, void *options,
                   struct option_operands *ret_operands, enum tool_status *ret_status);

/*
 * Whether the options that were given go together by their modes; the part of options_parse() that knows
 * modes.
 * @param times  how often each row was given
 * @return false, and said, where two modes were chosen, or an option means nothing in the mode
 */
bool option_modes_fit(const struct option_table *table, const unsigned *times);

/*
 * Store one value as the row says; the part of options_parse() that knows kinds and units.
 * @param argument  NULL where the row takes none
 * @return false with `reterr_problem` set where the value is refused
 */
bool option_store(const struct option_row *row, void *options, const char *argument,
                  struct option_problem *reterr_problem);

/*
 * What the row wants, as it follows "give" in an error: the row's `.expect` or a sentence made from kind and
 * range.
 * @param to  receives the text, cut at `size` bytes
 */
void option_describe_expected(const struct option_row *row, char *to, size_t size);

/* Write --help; `all` includes the rows marked `.more`. */
void options_write_help(const struct option_table *table, bool all, struct out *out);

/*
 * Write the list that a man page is tested against: one line a spelling, in the order of the table,
 * `-c<TAB>N` or `--packets<TAB>N`; an optional value stands in brackets, no value is `-`.
 */
void options_write_list(const struct option_table *table, struct out *out);

/*
 * Look for mistakes in the table itself: a spelling used twice, a value without a name, choices without
 * words, a range upside down, text too wide for a terminal. For each tool's unit test.
 * @return NULL if it is sound, else what is wrong, in a static buffer that the next call overwrites
 */
const char *options_check(const struct option_table *table);

#endif
