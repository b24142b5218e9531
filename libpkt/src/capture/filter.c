/*
 * Filters: named ones written out, the expression compiled by libpcap once a link type, and matching.
 */
#include "pkt/filter.h"
#include "filter_text.h"
#include "linktype_dlt.h"
#include "pkt/packet.h"
#include "pkt/sink.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILTER_LINKTYPES = 8, /* programs kept; a file with more link types compiles anew */
    FILTER_SNAPLEN = 262144,
};

enum state {
    EMPTY,
    READY,
    IMPOSSIBLE, /* the expression makes no sense for the link type: asking again is pointless */
};

struct program {
    uint16_t linktype;
    enum state state;
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

/*
 * An empty capture file of the link type. libpcap compiles for a file otherwise than for a live capture:
 * address families of every system for BSD loopback, and no look at what only the kernel knows.
 */
static pcap_t *open_empty(uint16_t linktype)
{
    const uint32_t header[6] = {0xa1b2c3d4, 4U << 16 | 2U, 0, 0, FILTER_SNAPLEN, linktype};
    const uint16_t version[2] = {2, 4};
    uint8_t bytes[sizeof header];
    char message[PCAP_ERRBUF_SIZE];
    memcpy(bytes, header, sizeof header);
    memcpy(bytes + 4, version, sizeof version);
    FILE *file = fmemopen(NULL, sizeof bytes, "w+");
    if (file == NULL)
        return NULL;
    bool written = fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes;
    rewind(file);
    pcap_t *pcap = written ? pcap_fopen_offline(file, message) : NULL;
    if (pcap == NULL)
        (void)fclose(file);
    return pcap;
}

static int compile(struct pkt_filter *filter, struct program *program, uint16_t linktype,
                   struct pkt_error *reterr_error)
{
    pcap_t *pcap = open_empty(linktype);
    if (pcap == NULL)
        return fail(reterr_error, PKT_E_MEMORY, "out of memory", "");
    int optimise = (filter->flags & PKT_FILTER_UNOPTIMISED) == 0;
    int result = 0;
    if (pcap_compile(pcap, &program->code, filter->text, optimise, PCAP_NETMASK_UNKNOWN) != 0)
        result = fail(reterr_error, PKT_E_ARGUMENT, "filter expression: ", pcap_geterr(pcap));
    pcap_close(pcap);
    program->state = result == 0 ? READY : IMPOSSIBLE;
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
        if (filter->programs[i].state == EMPTY || filter->programs[i].linktype != linktype)
            continue;
        if (filter->programs[i].state == READY)
            return 0;
        return fail(reterr_error, PKT_E_ARGUMENT, "filter expression: it makes no sense for this link type",
                    "");
    }
    *ret_program = &filter->programs[slot];
    if (filter->programs[slot].state == READY)
        pcap_freecode(&filter->programs[slot].code);
    filter->programs[slot].state = EMPTY;
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

/* BSD loopback headers are in the byte order of their writer; the program wants ours. */
static bool is_swapped_null(struct pkt_view bytes, uint16_t linktype)
{
    uint32_t family = 0;
    if (linktype != PKT_LINKTYPE_NULL || bytes.len < sizeof family)
        return false;
    pkt_copy(bytes, 0, &family, sizeof family);
    return family > UINT16_MAX;
}

/* bytes may lie in scratch already. */
static struct pkt_view swap_null(struct pkt_view bytes, uint8_t *scratch)
{
    uint8_t family[4];
    pkt_copy(bytes, 0, family, sizeof family);
    memmove(scratch, bytes.ptr, bytes.len);
    for (unsigned i = 0; i < sizeof family; i++)
        scratch[i] = family[3 - i];
    return pkt_view_make(scratch, bytes.len);
}

int pkt_filter_match(struct pkt_filter *filter, struct pkt_view bytes, uint32_t wire_len, uint16_t linktype,
                     struct pkt_error *reterr_error)
{
    struct program *program;
    int result = program_for(filter, linktype, &program, reterr_error);
    if (result != 0)
        return result;
    size_t len;
    uint8_t *scratch = scratch_for(filter, bytes.len);
    if (scratch == NULL && bytes.len > 0)
        return fail(reterr_error, PKT_E_MEMORY, "out of memory", "");
    if (filter->sees_through && pkt_filter_strip(bytes, linktype, scratch, &len))
        bytes = pkt_view_make(scratch, len);
    if (is_swapped_null(bytes, linktype))
        bytes = swap_null(bytes, scratch);
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
        if (filter->programs[i].state == READY)
            pcap_freecode(&filter->programs[i].code);
    free(filter->text);
    free(filter->scratch);
    free(filter);
}
