/*
 * Writes what a description asks for as a capture, for send_language.sh.
 *
 *     helper_language FILE [SEED] < DESCRIPTION
 */
#include "send/plan.h"

#include <stdio.h>
#include <stdlib.h>

#define MAGIC UINT32_C(0xa1b2c3d4)
enum { SNAPLEN = 262144 };

static void write_u32(FILE *file, uint32_t value)
{
    (void)fwrite(&value, sizeof value, 1, file);
}

static void write_header(FILE *file, uint16_t linktype)
{
    write_u32(file, MAGIC);
    write_u32(file, 4U << 16 | 2); /* version 2.4, on this machine's byte order only */
    write_u32(file, 0);
    write_u32(file, 0);
    write_u32(file, SNAPLEN);
    write_u32(file, linktype);
}

static void write_packet(FILE *file, const struct send_packet *packet)
{
    write_u32(file, (uint32_t)packet->number);
    write_u32(file, 0);
    write_u32(file, (uint32_t)packet->bytes.len);
    write_u32(file, (uint32_t)packet->bytes.len);
    (void)fwrite(packet->bytes.ptr, 1, packet->bytes.len, file);
}

static int complain(const struct send_error *error)
{
    (void)fprintf(stderr, "%zu+%zu: %s\n", error->column, error->length, error->sentence);
    return 2;
}

int main(int argc, char **argv)
{
    static char text[SEND_TEXT_MAX + 1];
    struct send_context context = {.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 0};
    struct send_plan *plan;
    struct send_error error;
    struct send_packet packet;
    FILE *file = argc > 1 ? fopen(argv[1], "wb") : NULL;
    if (file == NULL)
        return 2;
    text[fread(text, 1, SEND_TEXT_MAX, stdin)] = '\0';
    if (send_plan_parse(text, &context, &plan, &error) < 0)
        return complain(&error);
    int result;
    while ((result = send_plan_next(plan, &packet, &error)) > 0) {
        if (packet.number == 1)
            write_header(file, packet.linktype);
        write_packet(file, &packet);
    }
    send_plan_free(plan);
    return result < 0 ? complain(&error) : fclose(file) != 0;
}
