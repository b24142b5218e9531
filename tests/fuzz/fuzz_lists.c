/*
 * Lists of any content and of every kind: a walk moves on, stays inside, ends, and says why.
 *
 *     kind | items by count (0: none stated) | bytes that were not captured | the list
 */
#include "fuzz_frame.h"

#include "support/exercise.h"

enum { LISTS_HEADER = 3 };

static volatile uint64_t answers;

static void check_item(const struct pkt_list *list, const struct pkt_option *item, size_t off)
{
    require(item->off == off);
    require(item->bytes.len > 0 && item->data.len < item->bytes.len);
    require(item->bytes.ptr == list->area.ptr + off);
    require(list->off == off + item->bytes.len && list->off <= list->area.len);
}

static void check_end(const struct pkt_list *list)
{
    struct pkt_list again = *list;
    struct pkt_option item;
    require(!pkt_option_next(&again, &item));
    require(list->stop < PKT_D_COUNT);
    if (list->stop == PKT_D_CAP_TRUNCATED)
        require(list->area.len < list->area_len);
    else if (list->stop != PKT_D_NONE)
        require(list->need != list->have);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < LISTS_HEADER)
        return 0;
    size_t len = size - LISTS_HEADER, off = 0;
    uint8_t *area = malloc(len > 0 ? len : 1);
    require(area != NULL);
    memcpy(area, data + LISTS_HEADER, len);
    struct pkt_list list = {
        .area = pkt_view_make(area, len),
        .area_len = len + data[2],
        .left = data[1] != 0 ? data[1] : UINT32_MAX,
        .kind = data[0] % PKT_LIST_KIND_COUNT,
    };
    struct pkt_option item;
    while (pkt_option_next(&list, &item)) {
        check_item(&list, &item, off);
        answers += exercise_item(&list, &item);
        off = list.off;
    }
    check_end(&list);
    free(area);
    return 0;
}
