/*
 * Filters: named ones written out, the expression compiled by libpcap once a link type, and matching.
 */
#include "pkt/filter.h"
#include "filter_text.h"
#include "linktype_dlt.h"
#include "pkt/sink.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FILTER_LINKTYPES = 8, /* programs kept; a file with more link types compiles anew */
    FILTER_SNAPLEN = 262144,
};

struct program {
    uint16_t linktype;
    bool ready;
    struct bpf_program code;
};

struct pkt_filter {
    char *text; /* named filters written out */
    unsigned flags;
    bool sees_through;
    unsigned oldest; /* the program to replace next */
    struct program programs[FILTER_LINKTYPES];
    uint8_t *scratch;
    size_t scratch_size;
};

static int fail(struct pkt_error *error, int code, const char *what, const char *detail)
{
    *error = (struct pkt_error){.code = code};
    (void)snprintf(error->sentence, sizeof error->sentence, "%s%s", what, detail);
    return code;
}

static int compile(struct pkt_filter *filter, struct program *program, uint16_t linktype,
                   struct pkt_error *reterr_error)
{
    pcap_t *pcap = pcap_open_dead(pkt_linktype_to_dlt(linktype), FILTER_SNAPLEN);
    if (pcap == NULL)
        return fail(reterr_error, PKT_E_MEMORY, "out of memory", "");
    int optimise = (filter->flags & PKT_FILTER_UNOPTIMISED) == 0;
    int result = 0;
    if (pcap_compile(pcap, &program->code, filter->text, optimise, PCAP_NETMASK_UNKNOWN) != 0)
        result = fail(reterr_error, PKT_E_ARGUMENT, "filter expression: ", pcap_geterr(pcap));
    pcap_close(pcap);
    program->ready = result == 0;
    program->linktype = linktype;
    return result;
}

/* The program for a link type, compiled now when it is the first frame of it. */
static int program_for(struct pkt_filter *filter, uint16_t linktype, struct program **ret_program,
                       struct pkt_error *reterr_error)
{
    unsigned slot = filter->oldest;
    for (unsigned i = 0; i < FILTER_LINKTYPES; i++) {
        *ret_program = &filter->programs[i];
        if (filter->programs[i].ready && filter->programs[i].linktype == linktype)
            return 0;
    }
    *ret_program = &filter->programs[slot];
    if (filter->programs[slot].ready)
        pcap_freecode(&filter->programs[slot].code);
    filter->programs[slot].ready = false;
    filter->oldest = (slot + 1) % FILTER_LINKTYPES;
    return compile(filter, &filter->programs[slot], linktype, reterr_error);
}

int pkt_filter_compile(const char *expression, uint16_t linktype, unsigned flags,
                       struct pkt_filter **ret_filter, struct pkt_error *reterr_error)
{
    struct pkt_filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL)
        return fail(reterr_error, PKT_E_MEMORY, "out of memory", "");
    filter->flags = flags;
    filter->sees_through = (flags & PKT_FILTER_STRICT) == 0 && !pkt_filter_text_is_strict(expression);
    filter->text = pkt_filter_text_expand(expression, filter->sees_through);
    struct program *program;
    int result = filter->text == NULL ? fail(reterr_error, PKT_E_MEMORY, "out of memory", "")
                                      : program_for(filter, linktype, &program, reterr_error);
    if (result != 0) {
        pkt_filter_free(filter);
        return result;
    }
    *ret_filter = filter;
    return 0;
}

/* Scratch for a frame without its tags and headers; NULL when memory ran out. */
static uint8_t *scratch_for(struct pkt_filter *filter, size_t len)
{
    if (len <= filter->scratch_size)
        return filter->scratch;
    uint8_t *grown = realloc(filter->scratch, len);
    if (grown == NULL)
        return NULL;
    filter->scratch = grown;
    filter->scratch_size = len;
    return grown;
}

int pkt_filter_match(struct pkt_filter *filter, struct pkt_view bytes, uint32_t wire_len, uint16_t linktype,
                     struct pkt_error *reterr_error)
{
    struct program *program;
    int result = program_for(filter, linktype, &program, reterr_error);
    if (result != 0)
        return result;
    size_t len;
    if (filter->sees_through) {
        uint8_t *scratch = scratch_for(filter, bytes.len);
        if (scratch == NULL && bytes.len > 0)
            return fail(reterr_error, PKT_E_MEMORY, "out of memory", "");
        if (pkt_filter_strip(bytes, linktype, scratch, &len))
            bytes = pkt_view_make(scratch, len);
    }
    return bpf_filter(program->code.bf_insns, bytes.ptr, wire_len, (uint32_t)bytes.len) != 0;
}

bool pkt_filter_sees_through(const struct pkt_filter *filter)
{
    return filter->sees_through;
}

static void print_decimal(const struct bpf_insn *insn, struct pkt_sink *sink)
{
    pkt_put_u32(sink, insn->code);
    pkt_put_char(sink, ' ');
    pkt_put_u32(sink, insn->jt);
    pkt_put_char(sink, ' ');
    pkt_put_u32(sink, insn->jf);
    pkt_put_char(sink, ' ');
    pkt_put_u32(sink, insn->k);
    pkt_put_char(sink, '\n');
}

static void print_c(const struct bpf_insn *insn, struct pkt_sink *sink)
{
    pkt_put(sink, "{ 0x");
    pkt_put_hex(sink, insn->code);
    pkt_put(sink, ", ");
    pkt_put_u32(sink, insn->jt);
    pkt_put(sink, ", ");
    pkt_put_u32(sink, insn->jf);
    pkt_put(sink, ", 0x");
    pkt_put_hex_width(sink, insn->k, 8);
    pkt_put(sink, " },\n");
}

void pkt_filter_print(const struct pkt_filter *filter, enum pkt_filter_form form, struct pkt_sink *sink)
{
    const struct bpf_program *code = &filter->programs[0].code;
    if (form == PKT_FILTER_DECIMAL) {
        pkt_put_u32(sink, code->bf_len);
        pkt_put_char(sink, '\n');
    }
    for (unsigned i = 0; i < code->bf_len; i++) {
        if (form == PKT_FILTER_DECIMAL) {
            print_decimal(&code->bf_insns[i], sink);
        } else if (form == PKT_FILTER_C) {
            print_c(&code->bf_insns[i], sink);
        } else {
            pkt_put(sink, bpf_image(&code->bf_insns[i], (int)i));
            pkt_put_char(sink, '\n');
        }
    }
}

void pkt_filter_free(struct pkt_filter *filter)
{
    if (filter == NULL)
        return;
    for (unsigned i = 0; i < FILTER_LINKTYPES; i++)
        if (filter->programs[i].ready)
            pcap_freecode(&filter->programs[i].code);
    free(filter->text);
    free(filter->scratch);
    free(filter);
}
