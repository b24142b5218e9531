/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build-time program: copies a man page, with every diagnosis of diagnosis_list.h in place of the line
 * @DIAGNOSES@.
 *
 *     diagnosis_page pkt-diagnosis.7.in > pkt-diagnosis.7
 */
#include "pkt/diagnosis_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct diagnosis {
    const char *name;
    const char *severity;
    const char *section;
    const char *sentence;
};

#define NOTE                                            "note"
#define WARN                                            "warning"
#define ERROR                                           "error"
#define XX(constant, name, severity, section, sentence) {name, severity, section, sentence},
static const struct diagnosis diagnoses[] = {PKT_DIAGNOSIS_MAP(XX)};
#undef XX

enum { DIAGNOSES = sizeof diagnoses / sizeof *diagnoses };

/* What stands before the first dot: the protocol, or the group. */
static size_t group_len(const struct diagnosis *diagnosis)
{
    return strcspn(diagnosis->name, ".");
}

static bool is_same_group(const struct diagnosis *a, const struct diagnosis *b)
{
    return group_len(a) == group_len(b) && strncmp(a->name, b->name, group_len(a)) == 0;
}

static void print_diagnosis(const struct diagnosis *diagnosis)
{
    const char *section = diagnosis->section;
    bool has_section = section[0] != '\0';
    printf(".It Sy %s Pq %s\n%s", diagnosis->name, diagnosis->severity, diagnosis->sentence);
    printf("%s%s%s\n", has_section ? " [" : "", section, has_section ? "]" : "");
}

/* The list is in order of age; readers look for a protocol. */
static void print_group_of(size_t first)
{
    for (size_t i = 0; i < first; i++)
        if (is_same_group(&diagnoses[i], &diagnoses[first]))
            return;
    printf(".Ss %.*s\n.Bl -tag -width Ds\n", (int)group_len(&diagnoses[first]), diagnoses[first].name);
    for (size_t i = first; i < DIAGNOSES; i++)
        if (is_same_group(&diagnoses[i], &diagnoses[first]))
            print_diagnosis(&diagnoses[i]);
    printf(".El\n");
}

static void print_groups(void)
{
    for (size_t i = 0; i < DIAGNOSES; i++)
        print_group_of(i);
}

int main(int argc, char **argv)
{
    char line[512];
    FILE *page = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (page == NULL) {
        perror(argc == 2 ? argv[1] : "diagnosis_page");
        return 2;
    }
    while (fgets(line, sizeof line, page) != NULL) {
        if (strcmp(line, "@DIAGNOSES@\n") == 0)
            print_groups();
        else
            fputs(line, stdout);
    }
    bool ok = ferror(page) == 0;
    ok = fclose(page) == 0 && ok;
    return fflush(stdout) == 0 && ok ? 0 : 2;
}
