/*
 * As much of cmocka's interface as tests/unit uses, in one header: Debian has no cmocka for a cross compiler.
 * Meant for one program a source file. What a test prints and how it fails reads like cmocka's; a failure
 * ends the test at once; a group ends in the line "GROUP: N passed, N failed, N skipped". CMOCKA_SHIM_SKIP in
 * the environment names tests to skip, with a blank around each.
 */
#ifndef TESTS_S390X_CMOCKA_H
#define TESTS_S390X_CMOCKA_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CMFixtureFunction(void **state);

struct CMUnitTest {
    const char *name;
    void (*test_func)(void **state);
    CMFixtureFunction *setup_func;
    CMFixtureFunction *teardown_func;
    void *initial_state; /* NULL: the group's */
};

/* The formatter takes the # of an argument for a directive. */
/* clang-format off */
#define cmocka_unit_test_setup_teardown(function, setup, teardown) {#function, function, setup, teardown, NULL}
/* clang-format on */
#define cmocka_unit_test_setup(function, setup) cmocka_unit_test_setup_teardown(function, setup, NULL)
#define cmocka_unit_test_teardown(function, teardown) \
    cmocka_unit_test_setup_teardown(function, NULL, teardown)
#define cmocka_unit_test(function) cmocka_unit_test_setup_teardown(function, NULL, NULL)

enum shim_end { SHIM_PASSED, SHIM_FAILED, SHIM_SKIPPED, SHIM_ENDS };

static jmp_buf shim_return;

#define print_error(...)   ((void)fprintf(stderr, __VA_ARGS__))
#define print_message(...) ((void)printf(__VA_ARGS__))

static inline _Noreturn void shim_end_test(enum shim_end end)
{
    longjmp(shim_return, (int)end);
}

static inline _Noreturn void _fail(const char *file, int line)
{
    print_error("%s:%d: failure\n", file, line);
    shim_end_test(SHIM_FAILED);
}

#define fail()        _fail(__FILE__, __LINE__)
#define fail_msg(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))
#define skip()        shim_end_test(SHIM_SKIPPED)

static inline void shim_true(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    print_error("does not hold: %s\n", what);
    _fail(file, line);
}

static inline void shim_integers(uint64_t a, uint64_t b, bool equal, const char *file, int line)
{
    if ((a == b) == equal)
        return;
    print_error("0x%" PRIx64 " %s 0x%" PRIx64 "\n", a, equal ? "is not" : "is", b);
    _fail(file, line);
}

static inline void shim_strings(const char *a, const char *b, bool equal, const char *file, int line)
{
    if ((strcmp(a, b) == 0) == equal)
        return;
    print_error("\"%s\" %s \"%s\"\n", a, equal ? "is not" : "is", b);
    _fail(file, line);
}

static inline void shim_memory(const void *a, const void *b, size_t len, const char *file, int line)
{
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < len; i++)
        if (left[i] != right[i]) {
            print_error("byte %zu: 0x%02x is not 0x%02x\n", i, left[i], right[i]);
            _fail(file, line);
        }
}

#define assert_true(c)           shim_true((c) != 0, #c, __FILE__, __LINE__)
#define assert_false(c)          shim_true((c) == 0, "not " #c, __FILE__, __LINE__)
#define assert_null(p)           shim_true((p) == NULL, #p " == NULL", __FILE__, __LINE__)
#define assert_non_null(p)       shim_true((p) != NULL, #p " != NULL", __FILE__, __LINE__)
#define assert_return_code(c, e) shim_true((c) >= 0, #c " succeeds", __FILE__, __LINE__)
#define assert_ptr_equal(a, b) \
    shim_true((const void *)(a) == (const void *)(b), #a " == " #b, __FILE__, __LINE__)
#define assert_int_equal(a, b)     shim_integers((uint64_t)(a), (uint64_t)(b), true, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) shim_integers((uint64_t)(a), (uint64_t)(b), false, __FILE__, __LINE__)
#define assert_in_range(a, low, high)                                                                \
    shim_true((uint64_t)(a) >= (uint64_t)(low) && (uint64_t)(a) <= (uint64_t)(high), #a " in range", \
              __FILE__, __LINE__)
#define test_malloc(len)               malloc(len)
#define test_free(bytes)               free(bytes)
#define assert_string_equal(a, b)      shim_strings((a), (b), true, __FILE__, __LINE__)
#define assert_string_not_equal(a, b)  shim_strings((a), (b), false, __FILE__, __LINE__)
#define assert_memory_equal(a, b, len) shim_memory((a), (b), (len), __FILE__, __LINE__)

static inline enum shim_end shim_run(const struct CMUnitTest *test, void *group_state)
{
    void *state = test->initial_state != NULL ? test->initial_state : group_state;
    const char *left_out = getenv("CMOCKA_SHIM_SKIP");
    char word[128];
    (void)snprintf(word, sizeof word, " %s ", test->name);
    if (left_out != NULL && strstr(left_out, word) != NULL)
        return SHIM_SKIPPED;
    switch (setjmp(shim_return)) {
    case SHIM_PASSED:
        break;
    case SHIM_SKIPPED:
        return SHIM_SKIPPED;
    default:
        return SHIM_FAILED;
    }
    if (test->setup_func != NULL && test->setup_func(&state) != 0)
        return SHIM_FAILED;
    test->test_func(&state);
    if (test->teardown_func != NULL && test->teardown_func(&state) != 0)
        return SHIM_FAILED;
    return SHIM_PASSED;
}

/* Returns how many failed. */
static inline int _cmocka_run_group_tests(const char *group, const struct CMUnitTest *tests, size_t count,
                                          CMFixtureFunction *setup, CMFixtureFunction *teardown)
{
    static const char *const names[SHIM_ENDS] = {"passed", "FAILED", "skipped"};
    int ends[SHIM_ENDS] = {0};
    void *state = NULL;
    if (setup != NULL && setup(&state) != 0) {
        ends[SHIM_FAILED]++;
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        enum shim_end end = shim_run(&tests[i], state);
        print_message("%s: %s\n", names[end], tests[i].name);
        (void)fflush(stdout);
        ends[end]++;
    }
    if (teardown != NULL && teardown(&state) != 0)
        ends[SHIM_FAILED]++;
    print_message("%s: %d passed, %d failed, %d skipped\n", group, ends[SHIM_PASSED], ends[SHIM_FAILED],
                  ends[SHIM_SKIPPED]);
    return ends[SHIM_FAILED];
}

#define cmocka_run_group_tests_name(group, tests, setup, teardown) \
    _cmocka_run_group_tests((group), (tests), sizeof(tests) / sizeof((tests)[0]), (setup), (teardown))
#define cmocka_run_group_tests(tests, setup, teardown) \
    cmocka_run_group_tests_name(#tests, tests, setup, teardown)

#endif
