/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pktping is to ping, as it was named on the command line, in files and on standard input.
 *
 *     host.example.org  127.1  192.0.2.1  2001:db8::1  fe80::1%eth0    one target
 *     192.0.2.0/24  2001:db8::/120  fe80::%eth0/120                    a prefix
 *     192.0.2.5-192.0.2.99  192.0.2.5-99  2001:db8::1-2001:db8::ff     a range, both ends included
 *
 * Bits behind a prefix are passed over. Of an IPv4 prefix up to /30 the network's and the broadcast address
 * are left out (RFC 1122 3.2.1.3); /31 (RFC 3021), /32 and IPv6 prefixes are taken whole. IPv4 prefixes are
 * /8 or longer, IPv6 ones /96 or longer.
 *
 * A file has any number of these in a line, parted by blanks; `#` begins a comment. Lines have up to
 * TARGET_LINE_MAX bytes.
 *
 * Memory is kept for what is named, not for what it comes to: 40 bytes each, and the text of names. The same
 * address in two entries is two targets, each pinged for itself.
 */
#ifndef TOOLS_PING_TARGETS_H
#define TOOLS_PING_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkt/base.h"
#include "pkt/ip.h"

enum {
    TARGET_LINE_MAX = 1024,       /* bytes of a line without its end */
    TARGET_TOTAL_MAX = 16777216,  /* targets of a list by default: a whole /8 */
    TARGET_PREFIX4_SHORTEST = 8,  /* in bits */
    TARGET_PREFIX6_SHORTEST = 96, /* likewise */
};

struct target_list;

/* Zero means the default everywhere but in size. */
struct target_options {
    size_t size;     /* sizeof(struct target_options) */
    unsigned family; /* 4 or 6: no addresses of the other version; 0: either */
    uint64_t most;   /* targets in all; 0: TARGET_TOTAL_MAX */
};

/* One address to ping. */
struct target {
    struct pkt_ip address;
    uint32_t scope;   /* index of the interface; 0: none was named */
    const char *name; /* as it was given (or target_rename), of names and of the command line's single
                         addresses; else NULL. Lives as long as the list, if nothing is added */
    uint32_t entry;   /* number of the entry that it came from, from 0 */
    bool is_swept;    /* it came from a prefix, a range or a file */
};

/* An empty list; NULL: no memory. */
struct target_list *targets_open(const struct target_options *options);

/* NULL is allowed. */
void targets_close(struct target_list *list);

/*
 * Adds what an argument of the command line names; `-` is standard input.
 *
 * Fails with PKT_E_ARGUMENT (it names nothing; too many targets), PKT_E_MEMORY, and as targets_add_file.
 */
int targets_add(struct target_list *list, const char *text, struct pkt_error *reterr_error);

/*
 * Adds what a file names; `-` is standard input, which is read to its end. After a failure what stood before
 * the mistake is in the list.
 *
 * path  lives as long as the list
 *
 * Fails with PKT_E_SYSTEM (cannot be read), PKT_E_FORMAT (a mistake: the sentence begins with
 * file:line:column, in bytes from 1), PKT_E_MEMORY.
 */
int targets_add_file(struct target_list *list, const char *path, struct pkt_error *reterr_error);

/* Adds what a descriptor yields up to its end, as targets_add_file does; name stands for its path. */
int targets_add_fd(struct target_list *list, int fd, const char *name, struct pkt_error *reterr_error);

/* --- names --- */

/* Asks for the address of a name; target_settle() or target_fail() is called for the entry, now or later. */
typedef void target_on_name(void *context, struct target_list *list, uint32_t entry, const char *name,
                            unsigned family);

/* Asks for each name that was not settled yet. Returns how many were asked for. */
uint32_t targets_resolve(struct target_list *list, target_on_name *on_name, void *context);

/* The address of a name is this. */
void target_settle(struct target_list *list, uint32_t entry, struct pkt_ip address, uint32_t scope);

/* The target of a name is shown under another one, its canonical name, as ping(8) does; before the first
 * target_next(). Where there is no memory, it keeps its own. */
void target_rename(struct target_list *list, uint32_t entry, const char *name);

/* A name has no address: it is passed over, and counts no more. */
void target_fail(struct target_list *list, uint32_t entry);

/* Where an entry was named, "file:line:column: " or "" for the command line; cut to fit, with a NUL. */
void target_where(const struct target_list *list, uint32_t entry, char *ret_text, size_t size);

/* --- the targets --- */

/* How many targets there are, names without an answer yet included. */
uint64_t targets_count(const struct target_list *list);

/* How many entries. */
uint32_t targets_entries(const struct target_list *list);

/* Whether any target is swept. */
bool targets_any_swept(const struct target_list *list);

/* The next target, in the order in which they were named; names without an address are passed over. False:
 * that was the last. */
bool target_next(struct target_list *list, struct target *ret_target);

/* Begins again with the first. */
void targets_rewind(struct target_list *list);

#endif
