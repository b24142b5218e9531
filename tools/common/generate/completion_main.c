/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build-time program, linked with one tool's options.c: writes what is made from its table.
 *
 *     TOOL-generate bash [FILE]    bash completion
 *     TOOL-generate list [FILE]    the list of options for the test of the man page
 *     TOOL-generate help [FILE]    --help=all
 *     TOOL-generate check          is the table sound?
 */
#include <string.h>

#include "../completion.h"
#include "../message.h"
#include "../options.h"
#include "../startup.h"

static int check(void)
{
    const char *mistake = options_check(&tool_options);

    if (mistake == NULL) {
        return TOOL_OK;
    }
    message_error("the table of %s: %s", tool_options.tool, mistake);
    return TOOL_ERROR;
}

static int generate(const char *what, const char *path)
{
    static struct out out;

    if (!out_create(&out, path)) {
        return (int)out_finish(&out);
    }
    if (strcmp(what, "bash") == 0) {
        completion_write_bash(&tool_options, &out);
    } else if (strcmp(what, "list") == 0) {
        options_write_list(&tool_options, &out);
    } else {
        options_write_help(&tool_options, true, &out);
    }
    return (int)out_finish(&out);
}

static bool is_known(const char *what)
{
    return strcmp(what, "bash") == 0 || strcmp(what, "list") == 0 || strcmp(what, "help") == 0;
}

int main(int argc, char **argv)
{
    tool_start(argv[0]);
    if (argc == 2 && strcmp(argv[1], "check") == 0) {
        return check();
    }
    if (argc < 2 || argc > 3 || !is_known(argv[1])) {
        message_error("give bash, list, help or check, then a file if wanted");
        return TOOL_ERROR;
    }
    return generate(argv[1], argc == 3 ? argv[2] : "-");
}
