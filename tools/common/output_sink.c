/* SPDX-License-Identifier: BSD-2-Clause */
#include "output_sink.h"

static void open_window(struct pkt_sink *sink, struct out *out)
{
    sink->cur = out_reserve(out, PKT_SINK_ROOM);
    sink->end = out->buffer + OUT_CAPACITY;
}

void out_sink_sync(struct pkt_sink *sink)
{
    struct out *out = sink->context;
    out_commit(out, (size_t)(sink->cur - (out->buffer + out->used)));
    open_window(sink, out);
}

void out_sink_open(struct pkt_sink *sink, struct out *out)
{
    sink->make_room = out_sink_sync;
    sink->context = out;
    open_window(sink, out);
}

void out_sink_flush(struct pkt_sink *sink)
{
    struct out *out = sink->context;
    out_commit(out, (size_t)(sink->cur - (out->buffer + out->used)));
    out_flush(out);
    open_window(sink, out);
}
