#include "naive.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "gotime/channel.h"

uint32_t any_below(uint32_t *seed, uint32_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * limit >> 32);
}

void naive_make(struct naive *naive, uint32_t *seed)
{
    static const size_t sizes[] = {0, 1, 4, 8, 13, NAIVE_BYTES};

    *naive = (struct naive){.size = sizes[any_below(seed, 6)],
                            .capacity = any_below(seed, NAIVE_ROOM + 1)};
    naive->chan = gt_chan_make(naive->size, naive->capacity);
    cr_assert_neq(naive->chan.handle, 0);
}

int naive_expects(const struct naive *naive, enum gt_direction direction)
{
    if (direction == GT_RECV && naive->length > 0)
        return 0;
    if (naive->closed)
        return -EPIPE;
    return direction == GT_SEND && naive->length < naive->capacity ? 0 : -EAGAIN;
}

void naive_fill(unsigned char *bytes, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(number * 31 + i + 1);
}

void naive_send(struct naive *naive, uint32_t number)
{
    naive->elements[naive->length++] = number;
}

bool naive_recv(struct naive *naive, const unsigned char *bytes)
{
    unsigned char expected[NAIVE_BYTES] = {0};

    if (naive->length > 0) {
        naive_fill(expected, naive->size, naive->elements[0]);
        naive->length--;
        memmove(naive->elements, naive->elements + 1, naive->length * sizeof(naive->elements[0]));
    }
    return memcmp(bytes, expected, naive->size) == 0;
}

void expect_sound(gt_chan chan)
{
    struct channel *channel = channel_at(chan.handle);
    const char *wrong;

    mutex_take(&channel->lock);
    wrong = channel_check(channel);
    mutex_give(&channel->lock);
    cr_assert_null(wrong, "%s", wrong);
}

void naive_check(const struct naive *naive)
{
    expect_sound(naive->chan);
    cr_assert_eq(gt_chan_len(naive->chan), naive->length);
    cr_assert_eq(gt_chan_cap(naive->chan), naive->capacity);
}
