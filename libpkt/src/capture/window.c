/*
 * The window on a stream of bytes: one buffer, refilled from an input.
 */
#include "window.h"
#include "fail.h"
#include "pkt/capture.h"

#include <stdlib.h>

/* The largest record and its header; nobody needs more than that at once. */
enum { CAPACITY_MAX = PKT_CAPTURE_RECORD_MAX + 64 };

bool window_init(struct capture_window *window, struct capture_input *input, const char *name,
                 size_t capacity)
{
    uint8_t *buffer = malloc(capacity);
    if (buffer == NULL)
        return false;
    *window = (struct capture_window){
        .data = buffer, .buffer = buffer, .capacity = capacity, .input = input, .name = name};
    return true;
}

void window_init_memory(struct capture_window *window, struct pkt_view bytes, const char *name)
{
    *window = (struct capture_window){.data = bytes.ptr, .end = bytes.len, .name = name, .ended = true};
}

void window_free(struct capture_window *window)
{
    free(window->buffer);
    *window = (struct capture_window){0};
}

/* What is left moves to the front: at most one record, as a rule a small one. */
static void move_to_front(struct capture_window *window)
{
    size_t len = window_len(window);
    if (window->start == 0)
        return;
    if (len > 0)
        memmove(window->buffer, window->buffer + window->start, len);
    window->base += window->start;
    window->start = 0;
    window->end = len;
}

static int grow(struct capture_window *window, struct pkt_error *reterr_error)
{
    size_t capacity = window->capacity < CAPACITY_MAX / 2 ? window->capacity * 2 : CAPACITY_MAX;
    /* The capacity is never 0: see window_init. */
    uint8_t *buffer =
        realloc(window->buffer, capacity); /* NOLINT(clang-analyzer-optin.portability.UnixAPI) */
    if (buffer == NULL)
        return capture_fail_memory(reterr_error, window->name);
    window->data = window->buffer = buffer;
    window->capacity = capacity;
    return 1;
}

static int read_some(struct capture_window *window, struct pkt_error *reterr_error)
{
    size_t len = 0;
    int result = window->input->read(window->input, window->buffer + window->end,
                                     window->capacity - window->end, &len, reterr_error);
    window->end += len;
    window->ended = result == 0;
    return result;
}

int window_fill(struct capture_window *window, size_t len, struct pkt_error *reterr_error)
{
    int result = 1;
    while (window_len(window) < len && result > 0) {
        if (window->ended)
            return 0;
        move_to_front(window);
        if (window->end == window->capacity)
            result = grow(window, reterr_error);
        if (result > 0)
            result = read_some(window, reterr_error);
    }
    return result;
}
