/*
 * Prints the registry, a row a line: name, kind of value, short name, and whether JSON has it always, only on
 * a fault of the checksum, or never.
 */
#include "pkt/field.h"

#include <stdio.h>

static const char *kind_name(uint8_t type)
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
        [PKT_FIELD_LINK_ADDRESS] = "link",
    };
    return type < sizeof names / sizeof *names ? names[type] : "unknown";
}

static const char *presence(uint8_t flags)
{
    if ((flags & PKT_FIELD_HIDDEN) != 0)
        return "never";
    return (flags & PKT_FIELD_ON_FAULT) != 0 ? "fault" : "always";
}

int main(void)
{
    const struct pkt_field *field;
    for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++) {
        size_t len;
        const char *short_name = pkt_field_short_name(field, &len);
        printf("%s\t%s\t%.*s\t%s\n", field->name, kind_name(field->type), (int)len, short_name,
               presence(field->flags));
    }
    return ferror(stdout) != 0;
}
