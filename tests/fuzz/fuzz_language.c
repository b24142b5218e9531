/*
 * Any text as a description of packets: a mistake is found inside it, and what is built can be decoded.
 *
 *     flags (1: the machine knows ways, 2: it knows none, 4: with a link layer) | text
 */
#include "fuzz_frame.h"

#include "send/plan.h"

#include <string.h>

enum { PACKETS_MAX = 16, KNOWS = 1, KNOWS_NOT = 2, LINK = 4 };

static bool resolve(void *context, const struct send_address *destination, struct send_path *ret_path)
{
    const uint8_t *flags = context;
    *ret_path = (struct send_path){.interface = 1,
                                   .has_ip4 = !destination->is_ip6,
                                   .has_ip6 = destination->is_ip6,
                                   .has_mac = true,
                                   .mac = {{2, 0, 0, 0, 0, 1}},
                                   .mtu = 1500};
    return (*flags & KNOWS_NOT) == 0;
}

static void check_error(const struct send_error *error, size_t len)
{
    require(error->column >= 1 && error->column + error->length <= len + 1);
    require(error->sentence[0] != '\0' && strlen(error->sentence) < sizeof error->sentence);
}

/* A packet that was built decodes without a layer of unknown length. */
static void check_packet(const struct send_packet *packet, uint64_t number)
{
    struct pkt_packet decoded;
    require(packet->number == number && packet->bytes.len <= SEND_PACKET_MAX);
    pkt_decode(packet->bytes, (uint32_t)packet->bytes.len, packet->linktype, 0, &decoded);
    pkt_diagnose(&decoded);
}

static void check_plan(struct send_plan *plan, size_t len)
{
    struct send_packet packet;
    struct send_error error;
    uint64_t count = send_plan_count(plan);
    require(count > 0);
    for (uint64_t i = 1; i <= PACKETS_MAX; i++) {
        int result = send_plan_next(plan, &packet, &error);
        if (result < 0) {
            check_error(&error, len);
            return;
        }
        require((result == 0) == (i > count));
        if (result == 0)
            return;
        check_packet(&packet, i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[SEND_TEXT_MAX + 1];
    struct send_plan *plan;
    struct send_error error;
    if (size < 1 || size > SEND_TEXT_MAX)
        return 0;
    uint8_t flags = data[0];
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    /* What files hold is none of its business. */
    if (text[0] == '@' || strstr(text, "file:") != NULL)
        return 0;
    struct send_context context = {.resolve = (flags & (KNOWS | KNOWS_NOT)) != 0 ? resolve : NULL,
                                   .resolve_context = &flags,
                                   .link_layer = (flags & LINK) != 0,
                                   .seed = size};
    if (send_plan_parse(text, &context, &plan, &error) < 0) {
        check_error(&error, strlen(text));
        return 0;
    }
    check_plan(plan, strlen(text));
    send_plan_free(plan);
    return 0;
}
