/*
 * Views, the checked readers and the cursor: nothing outside a view is ever read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/view.h"
#include "support/frame.h"

static void sub_narrows_and_refuses(void **state)
{
    (void)state;
    struct frame frame = frame_hex("00 01 02 03 04 05 06 07");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len), part;
    assert_true(pkt_view_sub(view, 2, 3, &part));
    assert_ptr_equal(part.ptr, frame.bytes + 2);
    assert_int_equal(part.len, 3);
    assert_true(pkt_view_sub(view, 8, 0, &part));
    assert_int_equal(part.len, 0);
    assert_false(pkt_view_sub(view, 6, 3, &part));
    assert_int_equal(part.len, 0);
    assert_false(pkt_view_sub(view, 9, 0, &part));
    assert_false(pkt_view_sub(view, SIZE_MAX, 2, &part));
    assert_false(pkt_view_sub(view, 2, SIZE_MAX, &part));
    frame_free(frame);
}

static void clip_takes_what_is_there(void **state)
{
    (void)state;
    struct frame frame = frame_hex("00 01 02 03");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len);
    assert_int_equal(pkt_view_clip(view, 1, 2).len, 2);
    assert_int_equal(pkt_view_clip(view, 1, SIZE_MAX).len, 3);
    assert_int_equal(pkt_view_clip(view, 4, 1).len, 0);
    assert_int_equal(pkt_view_clip(view, SIZE_MAX, SIZE_MAX).len, 0);
    assert_int_equal(pkt_view_from(view, 3).len, 1);
    assert_int_equal(pkt_u8(pkt_view_from(view, 3), 0), 3);
    assert_int_equal(pkt_view_from(view, 5).len, 0);
    assert_true(pkt_view_has(view, 0, 4));
    assert_true(pkt_view_has(view, 4, 0));
    assert_false(pkt_view_has(view, 1, 4));
    assert_false(pkt_view_has(view, SIZE_MAX, 1));
    frame_free(frame);
}

static void readers_take_network_order(void **state)
{
    (void)state;
    struct frame frame = frame_hex("f1 e2 d3 c4 b5 a6 97 88 79");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len);
    assert_int_equal(pkt_u8(view, 8), 0x79);
    assert_int_equal(pkt_u16(view, 7), 0x8879);
    assert_int_equal(pkt_u24(view, 6), 0x978879);
    assert_int_equal(pkt_u32(view, 5), 0xa6978879);
    assert_true(pkt_u64(view, 1) == UINT64_C(0xe2d3c4b5a6978879));
    frame_free(frame);
}

static void readers_yield_zero_outside(void **state)
{
    (void)state;
    struct frame frame = frame_hex("ff ff ff ff ff ff ff ff");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len);
    uint8_t copied[3] = {1, 2, 3};
    assert_int_equal(pkt_u8(view, 8), 0);
    assert_int_equal(pkt_u16(view, 7), 0);
    assert_int_equal(pkt_u24(view, 6), 0);
    assert_int_equal(pkt_u32(view, 5), 0);
    assert_true(pkt_u64(view, 1) == 0);
    assert_int_equal(pkt_u16(view, SIZE_MAX), 0);
    pkt_copy(view, 6, copied, sizeof copied);
    assert_int_equal(copied[0] | copied[1] | copied[2], 0);
    pkt_copy(view, 5, copied, sizeof copied);
    assert_int_equal(copied[0] & copied[1] & copied[2], 0xff);
    frame_free(frame);
}

static void no_bytes_at_all(void **state)
{
    (void)state;
    struct pkt_view view = pkt_view_make(NULL, 0), part;
    assert_true(pkt_view_sub(view, 0, 0, &part));
    assert_false(pkt_view_sub(view, 0, 1, &part));
    assert_int_equal(pkt_view_from(view, 0).len, 0);
    assert_int_equal(pkt_u8(view, 0) + pkt_u16(view, 0), 0);
}

static void cursor_reads_on(void **state)
{
    (void)state;
    struct frame frame = frame_hex("01 0203 04050607 08090a");
    struct pkt_cursor cursor = pkt_cursor_make(pkt_view_make(frame.bytes, frame.len));
    assert_int_equal(pkt_cursor_u8(&cursor), 1);
    assert_int_equal(pkt_cursor_u16(&cursor), 0x0203);
    assert_int_equal(pkt_cursor_u32(&cursor), 0x04050607);
    assert_int_equal(pkt_cursor_left(&cursor), 3);
    struct pkt_view taken = pkt_cursor_take(&cursor, 3);
    assert_int_equal(pkt_u24(taken, 0), 0x08090a);
    assert_int_equal(pkt_cursor_left(&cursor), 0);
    assert_int_equal(pkt_cursor_take(&cursor, 0).len, 0);
    assert_false(cursor.failed);
    frame_free(frame);
}

static void cursor_failure_sticks(void **state)
{
    (void)state;
    struct frame frame = frame_hex("01 02 03");
    struct pkt_cursor cursor = pkt_cursor_make(pkt_view_make(frame.bytes, frame.len));
    assert_int_equal(pkt_cursor_u8(&cursor), 1);
    assert_int_equal(pkt_cursor_u32(&cursor), 0);
    assert_true(cursor.failed);
    assert_int_equal(pkt_cursor_left(&cursor), 0);
    assert_int_equal(pkt_cursor_u8(&cursor), 0);
    assert_int_equal(pkt_cursor_u16(&cursor), 0);
    assert_int_equal(pkt_cursor_take(&cursor, 0).len, 0);
    assert_int_equal(cursor.off, 1);
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sub_narrows_and_refuses),
        cmocka_unit_test(clip_takes_what_is_there),
        cmocka_unit_test(readers_take_network_order),
        cmocka_unit_test(readers_yield_zero_outside),
        cmocka_unit_test(no_bytes_at_all),
        cmocka_unit_test(cursor_reads_on),
        cmocka_unit_test(cursor_failure_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
