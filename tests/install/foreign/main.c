/*
 * A program of somebody else: knows only what was installed. Prints the version and the checksum of RFC 1071
 * section 3.
 */
#include <pkt/pkt.h>

#include <stdio.h>

int main(void)
{
    static const unsigned char words[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    struct pkt_view view = pkt_view_make(words, sizeof words);
    printf("%s %04x\n", pkt_version(), (unsigned)pkt_checksum(view));
    return 0;
}
