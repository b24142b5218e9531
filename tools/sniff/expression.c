/* SPDX-License-Identifier: BSD-2-Clause */
#include "expression.h"

#include "common/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXPRESSION_MAX = 1 << 20,
};

static bool out_of_memory(void)
{
    message_error("out of memory");
    return false;
}

/* A comment runs from # to the end of the line, as in tcpdump's -F. */
static void blank_comments(char *text)
{
    for (bool comment = false; *text != '\0'; text++) {
        comment = *text != '\n' && (comment || *text == '#');
        if (comment)
            *text = ' ';
    }
}

static bool read_stream(FILE *file, const char *path, char *text)
{
    size_t len = fread(text, 1, EXPRESSION_MAX, file);
    if (ferror(file)) {
        message_error("%s: %s", path, strerror(errno));
        return false;
    }
    if (len == EXPRESSION_MAX) {
        message_error("%s: longer than 1 MiB: give a shorter filter expression", path);
        return false;
    }
    text[len] = '\0';
    blank_comments(text);
    return true;
}

static bool read_file(const char *path, char **ret_expression)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (file == NULL) {
        message_error("%s: %s", path, strerror(errno));
        return false;
    }
    char *text = malloc(EXPRESSION_MAX);
    bool ok = text != NULL ? read_stream(file, path, text) : out_of_memory();
    if (!standard)
        (void)fclose(file);
    if (!ok)
        free(text);
    else
        *ret_expression = text;
    return ok;
}

bool expression_read(const char *path, const struct option_operands *operands, char **ret_expression)
{
    if (path == NULL) {
        *ret_expression = options_join(operands);
        return *ret_expression != NULL || out_of_memory();
    }
    if (operands->count > 0) {
        message_error("option -F: an expression is on the command line too: give one of them");
        return false;
    }
    return read_file(path, ret_expression);
}
