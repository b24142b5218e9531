/*
 * The words of a filter expression: which ask for tcpdump's meaning, and named filters written out. Internal.
 */
#ifndef CAPTURE_FILTER_TEXT_H
#define CAPTURE_FILTER_TEXT_H

#include <stdbool.h>

/* Whether the expression speaks of tags, chains or fixed offsets itself: `vlan`, `protochain`, `ether[`,
 * `link[`, `ip6[`. */
bool pkt_filter_text_is_strict(const char *expression);

/*
 * The expression with `mld` and `multicast-control` written out, in parentheses; for frames whose
 * extension headers are taken out (see_through) or are in place. To be freed; NULL: out of memory.
 */
char *pkt_filter_text_expand(const char *expression, bool see_through);

#endif
