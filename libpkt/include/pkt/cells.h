/*
 * One line a packet with the fields that were asked for, as `tshark -T fields` prints them.
 */
#ifndef PKT_CELLS_H
#define PKT_CELLS_H

#include "field.h"
#include "sink.h"

PKT_BEGIN

/*
 * One value as tshark 4.0 shows it: booleans 1 and 0, integers decimal or in hexadecimal with 0x and all
 * digits of their width, bytes as digits without separators, times in seconds with nine decimals, text with
 * control characters escaped. Checksum states have Wireshark's numbers: 0 bad, 1 good, 2 unverified (unknown,
 * and partial ones), 3 not present.
 */
PKT_API void pkt_cell_value_print(const struct pkt_field *field, const struct pkt_field_value *value,
                                  const struct pkt_packet *packet, struct pkt_sink *sink);

/*
 * The line of a packet: a cell a field, all occurrences in it joined by commas, nothing when there is none.
 *
 * context    may be NULL: then the fields of the frame that need it do not occur
 * separator  between the cells
 */
PKT_API void pkt_cells_print(const struct pkt_packet *packet, const struct pkt_field_context *context,
                             const struct pkt_field_ref *refs, size_t count, char separator,
                             struct pkt_sink *sink);

PKT_END

#endif
