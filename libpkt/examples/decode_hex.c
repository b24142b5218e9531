/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decodes one Ethernet frame given in hexadecimal and prints its layers and what is wrong with it.
 *
 *     decode_hex 01005e000016 021122334455 0800 46c0 0028 ...
 */
#include <pkt/pkt.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAME_MAX = 65536 };

/* Appends the octets of a word; false when it is not pairs of hexadecimal digits or does not fit. */
static bool append_hex(const char *word, uint8_t *frame, size_t *len)
{
    for (; word[0] != '\0'; word += 2) {
        char pair[3] = {word[0], word[1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) || *len == FRAME_MAX)
            return false;
        frame[(*len)++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static void print_layers(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_layer *layer = &packet->layer[i];
        printf("%-8s at %2u, header %2u of %u bytes\n", pkt_proto_name((enum pkt_proto)layer->proto),
               (unsigned)layer->off, (unsigned)layer->hdr_len, (unsigned)layer->len);
    }
}

static void print_diagnoses(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->diagnosis_count; i++) {
        const struct pkt_diagnosis *found = &packet->diagnosis[i];
        printf("%s: %s: %s\n", pkt_severity_name(pkt_diagnosis_severity(found->code)),
               pkt_diagnosis_name(found->code), pkt_diagnosis_sentence(found->code));
    }
}

int main(int argc, char **argv)
{
    static uint8_t frame[FRAME_MAX];
    size_t len = 0;
    struct pkt_packet packet;

    for (int i = 1; i < argc; i++)
        if (!append_hex(argv[i], frame, &len)) {
            fprintf(stderr, "decode_hex: '%s' is not octets in hexadecimal: give such as 0800\n", argv[i]);
            return 2;
        }
    pkt_decode(pkt_view_make(frame, len), (uint32_t)len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    pkt_diagnose(&packet);
    print_layers(&packet);
    print_diagnoses(&packet);
    return ferror(stdout) != 0 || fflush(stdout) != 0 ? 2 : 0;
}
