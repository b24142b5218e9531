/*
 * Prints the registry: name and kind of value, a row a line.
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

int main(void)
{
    const struct pkt_field *field;
    for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++)
        printf("%s\t%s\n", field->name, kind_name(field->type));
    return ferror(stdout) != 0;
}
