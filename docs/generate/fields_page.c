/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build-time program: copies a man page, with every field of the registry in place of the line @FIELDS@ and
 * every alias in place of @ALIASES@.
 *
 *     fields_page pkt-fields.7.in > pkt-fields.7
 */
#include "pkt/field.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *type_name(unsigned type)
{
    static const char *const names[] = {
        [PKT_FIELD_UINT] = "uint",
        [PKT_FIELD_INT] = "int",
        [PKT_FIELD_BOOL] = "bool",
        [PKT_FIELD_IP4] = "ip4",
        [PKT_FIELD_IP6] = "ip6",
        [PKT_FIELD_MAC] = "mac",
        [PKT_FIELD_BYTES] = "bytes",
        [PKT_FIELD_STRING] = "string",
        [PKT_FIELD_TIME] = "time",
        [PKT_FIELD_CHECKSUM_STATE] = "checksum",
        [PKT_FIELD_PROTOCOLS] = "protocols",
    };
    return type < sizeof names / sizeof *names ? names[type] : "?";
}

/* The protocol: what stands before the first dot, or before the second behind "pkt.". */
static size_t group_len(const char *name)
{
    size_t start = strncmp(name, "pkt.", 4) == 0 ? 4 : 0;
    return start + strcspn(name + start, ".");
}

static bool is_same_group(const char *a, const char *b)
{
    return group_len(a) == group_len(b) && strncmp(a, b, group_len(a)) == 0;
}

/* Whether an earlier row has the same name, or with by_group the same protocol. */
static bool seen_before(unsigned index, bool by_group)
{
    const char *name = pkt_field_at(index)->name;
    for (unsigned i = 0; i < index; i++) {
        const char *earlier = pkt_field_at(i)->name;
        if (by_group ? is_same_group(earlier, name) : strcmp(earlier, name) == 0)
            return true;
    }
    return false;
}

static void print_field(const struct pkt_field *field)
{
    printf(".It Sy %s\n%s", field->name, type_name(field->type));
    if (field->unit != NULL)
        printf(", in %s", field->unit);
    printf("\n");
}

static void print_group_of(unsigned first)
{
    const char *name = pkt_field_at(first)->name;
    printf(".Ss %.*s\n.Bl -tag -width Ds -compact\n", (int)group_len(name), name);
    for (unsigned i = first; pkt_field_at(i) != NULL; i++)
        if (is_same_group(pkt_field_at(i)->name, name) && !seen_before(i, false))
            print_field(pkt_field_at(i));
    printf(".El\n");
}

static void print_fields(void)
{
    for (unsigned i = 0; pkt_field_at(i) != NULL; i++)
        if (!seen_before(i, true))
            print_group_of(i);
}

static void print_aliases(void)
{
    for (unsigned i = 0; pkt_field_alias_at(i) != NULL; i++)
        printf(".It Sy %s\n.Sy %s\n", pkt_field_alias_at(i)->alias, pkt_field_alias_at(i)->name);
}

int main(int argc, char **argv)
{
    char line[512];
    FILE *page = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (page == NULL) {
        perror(argc == 2 ? argv[1] : "fields_page");
        return 2;
    }
    while (fgets(line, sizeof line, page) != NULL) {
        if (strcmp(line, "@FIELDS@\n") == 0)
            print_fields();
        else if (strcmp(line, "@ALIASES@\n") == 0)
            print_aliases();
        else
            fputs(line, stdout);
    }
    bool ok = ferror(page) == 0;
    ok = fclose(page) == 0 && ok;
    return fflush(stdout) == 0 && ok ? 0 : 2;
}
