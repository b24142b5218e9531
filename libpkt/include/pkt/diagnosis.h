/*
 * Diagnoses: data, never text. One list makes the enum, the names, the JSON strings and the table in the
 * manual.
 *
 * XX(CONSTANT, "stable.name", SEVERITY, "where the rule stands", "one sentence")
 *
 * Names and numbers are ABI once released: append at the end of the list only.
 * Severity: NOTE (capture limit or offload), WARN (legal but odd), ERROR (violates a MUST).
 */
#ifndef PKT_DIAGNOSIS_H
#define PKT_DIAGNOSIS_H

#include "base.h"
#include "diagnosis_list.h"

PKT_BEGIN

enum pkt_severity {
    PKT_SEVERITY_NOTE,
    PKT_SEVERITY_WARN,
    PKT_SEVERITY_ERROR,
};

enum pkt_diagnosis_code {
    PKT_D_NONE = 0,
#define XX(constant, name, severity, section, sentence) PKT_D_##constant,
    PKT_DIAGNOSIS_MAP(XX)
#undef XX
        PKT_D_COUNT,
};

/* One finding: which rule, in which layer, where, and what was needed against what there was. */
struct pkt_diagnosis {
    uint16_t code;         /* enum pkt_diagnosis_code */
    uint8_t layer;         /* row of the layer table */
    uint8_t length_source; /* enum pkt_length_source: which length said so */
    uint32_t off;          /* of the offending bytes, from the start of the frame */
    uint32_t need;         /* bytes or value required; 0 where the rule has none */
    uint32_t have;         /* bytes or value found */
};

/* "cap.truncated"; "unknown" for a code out of range. Static storage, like those below. */
PKT_API const char *pkt_diagnosis_name(unsigned code);
PKT_API enum pkt_severity pkt_diagnosis_severity(unsigned code);
/* The section of the standard, such as "RFC 9776 4.2.7"; empty where none applies. */
PKT_API const char *pkt_diagnosis_section(unsigned code);
PKT_API const char *pkt_diagnosis_sentence(unsigned code);
/* "note", "warning", "error". */
PKT_API const char *pkt_severity_name(enum pkt_severity severity);

PKT_END

#endif
