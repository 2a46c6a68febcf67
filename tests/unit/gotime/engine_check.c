#include "engine_check.h"

#include "gotime/cells.h"
#include "gotime/shard.h"

#include <criterion/criterion.h>

void engine_check(void)
{
    const char *wrong = cells_check(CELLS_TIMER);

    for (uint32_t i = 0; i < shards_used && !wrong; i++) {
        mutex_take(&shards[i].lock);
        wrong = shard_check(&shards[i]);
        mutex_give(&shards[i].lock);
    }
    cr_assert_null(wrong, "%s", wrong);
}

uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d) >> 8;
}
