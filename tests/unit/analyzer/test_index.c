/* The one hash table: what is taken out is gone, and all else is found as before. */
#include "base/index.h"

#include <criterion/criterion.h>

static bool same_number(const void *key, const void *array, uint32_t number)
{
    (void)array;
    return *(const uint32_t *)key == number;
}

/* Few hashes, so that there are long rows of others in between, also around the end. */
static uint64_t hash_of(uint32_t number)
{
    return (uint64_t)(number % 7 * 0x1fffffff + number % 3) << 32;
}

static bool finds(const struct index *index, uint32_t number)
{
    return index_find(index, hash_of(number), &number, NULL, same_number) == number;
}

Test(index, what_is_taken_out_hides_nothing)
{
    enum { COUNT = 200 };
    struct index index = {0};
    bool there[COUNT] = {false};
    uint32_t random = 1;
    for (int turn = 0; turn < 20000; turn++) {
        random = random * 1103515245 + 12345;
        uint32_t one = (random >> 8) % COUNT;
        if (there[one])
            index_remove(&index, hash_of(one), one);
        else
            index_add(&index, hash_of(one), one);
        there[one] = !there[one];
        for (uint32_t i = 0; i < COUNT && turn % 16 == 0; i++)
            cr_assert_eq(finds(&index, i), there[i], "%u", i);
    }
    index_free(&index);
}
