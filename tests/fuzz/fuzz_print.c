/*
 * Frames of any content as text, JSON and cells: a terminal never sees a control character out of a packet,
 * and a JSON line is one.
 *
 * The input is that of fuzz_decode, with two octets in front that choose the options.
 */
#include "fuzz_frame.h"

#include "pkt/cells.h"
#include "pkt/json.h"
#include "pkt/print.h"

enum { OPTIONS_LEN = 2 };

/* The sink hands over pieces; each is looked at and forgotten. */
struct taker {
    struct pkt_sink sink;
    char window[PKT_SINK_ROOM];
    void (*take)(struct taker *taker, char c);
    size_t len;
    unsigned depth; /* JSON: braces and brackets that are open */
    bool string;
    bool escape;
    char last;
};

static void empty(struct pkt_sink *sink)
{
    struct taker *taker = sink->context;
    for (const char *c = taker->window; c < sink->cur; c++) {
        taker->take(taker, *c);
        taker->last = *c;
        taker->len++;
    }
    sink->cur = taker->window;
}

static void taker_init(struct taker *taker, void (*take)(struct taker *taker, char c))
{
    *taker = (struct taker){.take = take};
    taker->sink = (struct pkt_sink){taker->window, taker->window + sizeof taker->window, empty, taker};
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 || c == 0x7f) && c != '\n' && c != '\t';
}

static void take_text(struct taker *taker, char c)
{
    (void)taker;
    require(!is_control(c));
}

static void take_json_string(struct taker *taker, char c)
{
    require((unsigned char)c >= 0x20 && c != 0x7f);
    if (taker->escape)
        require(strchr("\"\\/bfnrtu", c) != NULL);
    else if (c == '"')
        taker->string = false;
    taker->escape = !taker->escape && c == '\\';
}

static void take_json(struct taker *taker, char c)
{
    if (taker->string) {
        take_json_string(taker, c);
        return;
    }
    bool opened = taker->last == ',' || taker->last == ':' || taker->last == '{' || taker->last == '[';
    require(taker->len == 0 || taker->depth > 0);
    taker->string = c == '"';
    if (c == '{' || c == '[') {
        taker->depth++;
    } else if (c == '}' || c == ']') {
        require(taker->depth > 0 && taker->last != ',' && taker->last != ':');
        taker->depth--;
    } else if (c == ',' || c == ':') {
        require(taker->depth > 0 && !opened);
    } else {
        require(strchr("\"-0123456789.truefalsn", c) != NULL);
    }
}

static struct pkt_text_options choose_options(const uint8_t *data)
{
    return (struct pkt_text_options){
        .verbosity = data[0] & 3,
        .time = (data[0] >> 2 & 7) % (PKT_TEXT_TIME_SINCE_FIRST + 1),
        .dump = (data[0] >> 5) % (PKT_TEXT_DUMP_ASCII_LINK + 1),
        .nanoseconds = (data[1] & 0x01) != 0,
        .link_header = (data[1] & 0x02) != 0,
        .quiet = (data[1] & 0x04) != 0,
        .number = (data[1] & 0x08) != 0,
        .absolute_sequence = (data[1] & 0x10) != 0,
        .skip_checksums = (data[1] & 0x20) != 0,
        .diagnoses = (data[1] & 0x40) != 0,
    };
}

static void print_text(const struct pkt_packet *packet, const uint8_t *data)
{
    struct pkt_text_options options = choose_options(data);
    struct pkt_text_clock clock = {0};
    struct pkt_text_line line = {.number = 1, .zone_offset_s = 3600, .clock = &clock};
    line.time.ns = INT64_C(1700000000123456789);
    line.previous.ns = INT64_C(1700000000000000000);
    line.first.ns = INT64_C(-5);
    line.has_time = (data[1] & 0x80) != 0;
    line.tcp = (struct pkt_text_tcp){data[0], data[1], 7};
    struct taker taker;
    taker_init(&taker, take_text);
    pkt_text_print(packet, &line, &options, &taker.sink);
    empty(&taker.sink);
    require(taker.len > 0 && taker.last == '\n');
}

static void print_json(const struct pkt_packet *packet)
{
    struct taker taker;
    taker_init(&taker, take_json);
    struct pkt_json json = {.sink = &taker.sink};
    struct pkt_field_context context = {0};
    pkt_json_packet(&json, packet, &context);
    empty(&taker.sink);
    require(taker.len > 0 && taker.depth == 0 && !taker.string);
}

/* All fields of the registry, looked up once. */
static void print_cells(const struct pkt_packet *packet)
{
    enum { REFS = 64 };
    static struct pkt_field_ref refs[REFS];
    static size_t count, row;
    const struct pkt_field *field;
    while (count < REFS && (field = pkt_field_at((unsigned)row)) != NULL) {
        row += 7;
        require(pkt_field_find(field->name, strlen(field->name), &refs[count++]));
    }
    struct taker taker;
    taker_init(&taker, take_text);
    pkt_cells_print(packet, NULL, refs, count, '\t', &taker.sink);
    empty(&taker.sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_frame frame;
    struct pkt_packet packet;
    if (size < OPTIONS_LEN || !fuzz_frame_take(data + OPTIONS_LEN, size - OPTIONS_LEN, &frame))
        return 0;
    pkt_decode(fuzz_frame_view(&frame), frame.wire_len, frame.linktype, frame.flags, &packet);
    pkt_diagnose(&packet);
    print_text(&packet, data);
    print_json(&packet);
    print_cells(&packet);
    free(frame.bytes);
    return 0;
}
