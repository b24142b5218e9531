/*
 * A window on a stream of bytes: the parsers see what is in it, and never a descriptor.
 *
 * An input gives bytes (descriptor, decompressor); the window keeps them in one buffer until they are taken.
 * Asking for more than there is reads; what is in the window stays there until taken, so a parser that is
 * told PKT_E_AGAIN in the middle of a record starts over later without having lost anything.
 */
#ifndef CAPTURE_WINDOW_H
#define CAPTURE_WINDOW_H

#include "pkt/view.h"

struct capture_input {
    /* 1: some bytes, at least one; 0: the end; negative: failure, which a later call may give again. */
    int (*read)(struct capture_input *input, uint8_t *buffer, size_t size, size_t *ret_len,
                struct pkt_error *reterr_error);
    void (*close)(struct capture_input *input);
};

struct capture_window {
    const uint8_t *data; /* the buffer, or memory that was given */
    size_t start;        /* of what is there and not taken */
    size_t end;
    uint64_t base; /* where data[0] lies in the stream */
    uint8_t *buffer;
    size_t capacity;
    struct capture_input *input;
    const char *name; /* for messages */
    bool ended;
};

/* Over an input that outlives the window. False: out of memory. */
bool window_init(struct capture_window *window, struct capture_input *input, const char *name,
                 size_t capacity);

/* Over bytes that are all there. */
void window_init_memory(struct capture_window *window, struct pkt_view bytes, const char *name);

void window_free(struct capture_window *window);

/*
 * Reads until len bytes are there. 1: they are; 0: the input ended before them; negative: failure.
 * The buffer grows to hold them, only when it is full of bytes that really came, to the largest record at
 * most; no caller asks for more.
 */
int window_fill(struct capture_window *window, size_t len, struct pkt_error *reterr_error);

static inline size_t window_len(const struct capture_window *window)
{
    return window->end - window->start;
}

static inline int window_need(struct capture_window *window, size_t len, struct pkt_error *reterr_error)
{
    return window_len(window) >= len ? 1 : window_fill(window, len, reterr_error);
}

/* What is there; valid until the next need. */
static inline struct pkt_view window_view(const struct capture_window *window)
{
    return pkt_view_make(window->data + window->start, window_len(window));
}

/* Takes len bytes that are there. */
static inline void window_take(struct capture_window *window, size_t len)
{
    window->start += len;
}

/* Of the first byte that is not taken, in the stream. */
static inline uint64_t window_offset(const struct capture_window *window)
{
    return window->base + window->start;
}

#endif
