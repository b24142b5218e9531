/*
 * Builds the membership messages that standard input describes, a line each, and prints their packets in
 * hexadecimal, each behind the number of its line:
 *
 *     6|4 MESSAGE VERSION MTU GROUP|- RESPONSE_MS INTERVAL ROBUSTNESS SUPPRESS SOURCE,...|- RECORD;...|-
 *
 * with MESSAGE as in enum pkt_membership_message and RECORD as TYPE/GROUP/SOURCE,...
 */
#define _POSIX_C_SOURCE 200809L /* strtok_r, inet_pton */
#include "pkt/pkt.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_LEN = 1 << 20,
    ADDRESSES_MAX = 1 << 14,
    RECORDS_MAX = 1 << 10,
    WORDS = 11,
};

static char line[LINE_MAX_LEN];
static uint8_t pool[ADDRESSES_MAX][16];
static size_t pool_len; /* bytes */
static struct pkt_membership_record records[RECORDS_MAX];
static uint8_t buffer[1 << 16];

/* Addresses with commas between, packed behind those that are there; "-" is none. */
static struct pkt_view addresses(char *text)
{
    uint8_t *start = &pool[0][0] + pool_len;
    char *rest = NULL;
    for (char *word = strtok_r(text, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        bool v6 = strchr(word, ':') != NULL;
        size_t len = v6 ? 16 : 4;
        if (strcmp(word, "-") == 0)
            continue;
        if (pool_len + len > sizeof pool ||
            inet_pton(v6 ? AF_INET6 : AF_INET, word, &pool[0][0] + pool_len) != 1)
            exit(2);
        pool_len += len;
    }
    return pkt_view_make(start, (size_t)(&pool[0][0] + pool_len - start));
}

static size_t read_records(char *text)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(text, ";", &rest); word != NULL; word = strtok_r(NULL, ";", &rest)) {
        char *group = strchr(word, '/');
        char *sources = group == NULL ? NULL : strchr(group + 1, '/');
        if (strcmp(word, "-") == 0)
            continue;
        if (sources == NULL || count == RECORDS_MAX)
            exit(2);
        *group++ = '\0';
        *sources++ = '\0';
        records[count].type = (uint8_t)atoi(word);
        records[count].group = addresses(group);
        records[count++].sources = addresses(sources);
    }
    return count;
}

static void print_packet(unsigned number, struct pkt_view packet)
{
    printf("%u ", number);
    for (size_t i = 0; i < packet.len; i++)
        printf("%02x", packet.ptr[i]);
    printf("\n");
}

static void build(char **word, unsigned number)
{
    struct pkt_membership walk;
    struct pkt_view packet;
    struct pkt_membership_envelope envelope = {
        .mtu = (uint32_t)atoi(word[3]),
        .mac = {{2, 0, 0, 0, 0, 10}},
        .src4 = {{192, 0, 2, 10}},
        .src6 = {{0xfe, 0x80, [15] = 10}},
    };
    struct pkt_membership_spec spec = {
        .message = (uint8_t)atoi(word[1]),
        .v6 = word[0][0] == '6',
        .version = (uint8_t)atoi(word[2]),
        .group = addresses(word[4]),
        .sources = addresses(word[9]),
        .records = records,
        .max_response_ms = (uint32_t)atoi(word[5]),
        .query_interval_s = (uint32_t)atoi(word[6]),
        .robustness = (uint8_t)atoi(word[7]),
        .suppress = word[8][0] == '1',
    };
    spec.record_count = read_records(word[10]);
    int result = pkt_membership_start(&walk, &spec, &envelope);
    while (result == PKT_BUILD_OK && pkt_membership_next(&walk, buffer, sizeof buffer, &packet))
        print_packet(number, packet);
    if (walk.error != PKT_BUILD_OK)
        printf("%u error %d %s\n", number, walk.error, pkt_diagnosis_name(walk.broken));
}

int main(void)
{
    for (unsigned number = 0; fgets(line, sizeof line, stdin) != NULL; number++) {
        char *word[WORDS];
        char *rest = NULL;
        pool_len = 0;
        for (unsigned i = 0; i < WORDS; i++)
            if ((word[i] = strtok_r(i == 0 ? line : NULL, " \n", &rest)) == NULL)
                return 2;
        build(word, number);
    }
    return fflush(stdout) == 0 ? 0 : 2;
}
