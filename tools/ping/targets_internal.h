/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a list of targets.
 */
#ifndef TOOLS_PING_TARGETS_INTERNAL_H
#define TOOLS_PING_TARGETS_INTERNAL_H

#include "targets.h"

enum {
    TARGET_SOURCES_MAX = 64, /* files */
};

enum target_flag {
    TARGET_IS_NAME = 1, /* a host name, whose address is to be asked for */
    TARGET_IS_SETTLED = 2,
    TARGET_IS_SWEPT = 4,
};

/* One address or a run of them, one after the other. */
struct target_entry {
    uint8_t first[16]; /* an IPv4 address in the first four */
    uint64_t count;    /* 0: none */
    uint32_t scope;
    uint32_t text; /* in the texts, plus 1; 0: none */
    uint32_t line; /* from 1 */
    uint16_t column;
    uint8_t source; /* in the sources, plus 1; 0: the command line */
    uint8_t version : 4;
    uint8_t flags : 4; /* enum target_flag */
};

struct target_list {
    struct target_entry *entries;
    uint32_t count;
    uint32_t room;
    char *texts; /* names, each with a NUL */
    size_t texts_len;
    size_t texts_room;
    const char *sources[TARGET_SOURCES_MAX];
    unsigned source_count;
    unsigned family;
    uint64_t most;
    uint64_t total;
    bool any_swept;
    /* the next one */
    uint32_t entry;
    uint64_t offset;
};

/* Where a text was found. */
struct target_place {
    uint8_t source; /* as in an entry */
    uint32_t line;
    uint16_t column;
};

/* Reads one prefix, range, address or name into an entry. Fills code and sentence on failure. */
int target_parse(const struct target_list *list, const char *text, struct target_entry *ret_entry,
                 struct pkt_error *reterr_error);

/* Adds what a text names. Fails as targets_add does. */
int target_append(struct target_list *list, const char *text, struct target_place place,
                  struct pkt_error *reterr_error);

/* Fills the error, with an escaped text in front: 'text': sentence. Returns code. */
int target_refuse(struct pkt_error *error, int code, const char *text, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
