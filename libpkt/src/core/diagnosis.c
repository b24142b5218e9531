/*
 * The diagnosis list as tables, and adding to a packet's.
 */
#include "pkt/diagnosis.h"
#include "protocol.h"

struct entry {
    const char *name;
    enum pkt_severity severity;
    const char *section;
    const char *sentence;
};

/* clang-format off */
static const struct entry entries[PKT_D_COUNT] = {
    [PKT_D_NONE] = {"none", PKT_SEVERITY_NOTE, "", "nothing was found"},
#define XX(constant, name, severity, section, sentence) \
    [PKT_D_##constant] = {name, PKT_SEVERITY_##severity, section, sentence},
    PKT_DIAGNOSIS_MAP(XX)
#undef XX
};
/* clang-format on */

static const struct entry *entry_of(unsigned code)
{
    static const struct entry unknown = {"unknown", PKT_SEVERITY_NOTE, "", "an unknown diagnosis"};
    return code < PKT_D_COUNT ? &entries[code] : &unknown;
}

const char *pkt_diagnosis_name(unsigned code)
{
    return entry_of(code)->name;
}

enum pkt_severity pkt_diagnosis_severity(unsigned code)
{
    return entry_of(code)->severity;
}

const char *pkt_diagnosis_section(unsigned code)
{
    return entry_of(code)->section;
}

const char *pkt_diagnosis_sentence(unsigned code)
{
    return entry_of(code)->sentence;
}

const char *pkt_severity_name(enum pkt_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return (unsigned)severity < sizeof names / sizeof *names ? names[severity] : "note";
}

void pkt_diagnosis_add(struct pkt_packet *packet, struct pkt_diagnosis diagnosis)
{
    if (packet->diagnosis_count < PKT_MAX_DIAGNOSES)
        packet->diagnosis[packet->diagnosis_count++] = diagnosis;
    else if (packet->diagnoses_lost < UINT8_MAX)
        packet->diagnoses_lost++;
}

void pkt_rule_broken(struct pkt_packet *packet, unsigned layer, uint16_t code, uint32_t off_in_layer,
                     uint32_t need, uint32_t have)
{
    struct pkt_diagnosis diagnosis = {
        .code = code,
        .layer = (uint8_t)layer,
        .length_source = packet->layer[layer].length_source,
        .off = packet->layer[layer].off + off_in_layer,
        .need = need,
        .have = have,
    };
    pkt_diagnosis_add(packet, diagnosis);
}
