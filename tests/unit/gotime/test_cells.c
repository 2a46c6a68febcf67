/* The places that handles name. */
#include "gotime/cells.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#define MANY 100000 /* several chunks */

TestSuite(cells);

static void check(void)
{
    cr_assert_null(cells_check(CELLS_TASK), "%s", cells_check(CELLS_TASK));
}

static void give(uint32_t index)
{
    cell_age(cells_at(CELLS_TASK, index));
    cells_give(CELLS_TASK, index);
}

Test(cells, each_is_taken_once_and_none_is_0)
{
    static bool taken[MANY * 2];

    for (int i = 0; i < MANY; i++) {
        uint32_t index = cells_take(CELLS_TASK);

        cr_assert_neq(index, 0);
        cr_assert_lt(index, MANY * 2);
        cr_assert_not(taken[index]);
        taken[index] = true;
        memset((char *)cells_at(CELLS_TASK, index) + sizeof(struct cell), 0xff,
               cell_sizes[CELLS_TASK] - sizeof(struct cell));
    }
    check();
}

Test(cells, the_one_given_back_last_is_taken_first)
{
    uint32_t first = cells_take(CELLS_TASK), second = cells_take(CELLS_TASK);

    give(first);
    give(second);
    cr_expect_eq(cells_take(CELLS_TASK), second);
    cr_expect_eq(cells_take(CELLS_TASK), first);
}

Test(cells, what_is_given_back_is_used_again)
{
    static uint32_t taken[MANY];
    uint32_t made;

    for (int i = 0; i < MANY; i++)
        taken[i] = cells_take(CELLS_TASK);
    made = cells[CELLS_TASK].made;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            give(taken[i]);
        check();
        for (int i = 0; i < MANY; i++)
            taken[i] = cells_take(CELLS_TASK);
        check();
    }
    cr_expect_eq(cells[CELLS_TASK].made, made);
}

Test(cells, there_is_none_where_none_was_made)
{
    cr_expect_null(cells_at(CELLS_TASK, 1));
    cells_take(CELLS_TASK);
    cr_expect_not_null(cells_at(CELLS_TASK, 1));
    cr_expect_null(cells_at(CELLS_TASK, CHUNK_CELLS));
    cr_expect_null(cells_at(CELLS_TASK, (1u << HANDLE_INDEX_BITS) - 1));
}

static void *use_and_end(void *unused)
{
    uint32_t taken[MAGAZINE_CELLS];

    for (int i = 0; i < MAGAZINE_CELLS; i++)
        taken[i] = cells_take(CELLS_TASK);
    for (int i = 0; i < MAGAZINE_CELLS; i++)
        give(taken[i]);
    return unused;
}

Test(cells, a_thread_that_ends_keeps_none)
{
    uint32_t made = 0;

    for (int i = 0; i < 20; i++) {
        pthread_t thread;

        cr_assert_eq(pthread_create(&thread, NULL, use_and_end, NULL), 0);
        pthread_join(thread, NULL);
        if (i == 0)
            made = cells[CELLS_TASK].made;
        check();
    }
    cr_expect_eq(cells[CELLS_TASK].made, made);
}

Test(cells, no_generation_returns_after_the_end)
{
    uint32_t index = cells_take(CELLS_TASK), before;

    for (int i = 0; i < 1000; i++) {
        give(index);
        cr_assert_eq(cells_take(CELLS_TASK), index);
    }
    before = cell_generation(cells_at(CELLS_TASK, index));
    cells_end(CELLS_TASK);
    cr_expect_null(cells_at(CELLS_TASK, index));
    index = cells_take(CELLS_TASK);
    cr_expect_gt(cell_generation(cells_at(CELLS_TASK, index)), before);
    check();
}

Test(cells, the_kinds_do_not_mix)
{
    uint32_t task = cells_take(CELLS_TASK), timer = cells_take(CELLS_TIMER);

    cr_expect_neq(cells_at(CELLS_TASK, task), cells_at(CELLS_TIMER, timer));
    cells_end(CELLS_TASK);
    cr_expect_not_null(cells_at(CELLS_TIMER, timer));
}

/* ---- many threads ---- */

#define CREW 4
#define TURNS 100000
#define BURST (4 * MAGAZINE_CELLS) /* longer than what a thread has at hand lasts */
#define SHELF 256

static uint8_t owned[MANY * 2];
static uint32_t shelf[SHELF]; /* cells that any thread may take over */
static int twice;

static uint32_t take_own(void)
{
    uint32_t index = cells_take(CELLS_TASK);

    if (__atomic_exchange_n(&owned[index], 1, __ATOMIC_ACQ_REL))
        __atomic_store_n(&twice, 1, __ATOMIC_RELAXED);
    return index;
}

static void give_own(uint32_t index)
{
    if (!__atomic_exchange_n(&owned[index], 0, __ATOMIC_ACQ_REL))
        __atomic_store_n(&twice, 1, __ATOMIC_RELAXED);
    give(index);
}

static void *take_and_give(void *start)
{
    uint32_t seed = (uint32_t)(uintptr_t)start;

    for (uint32_t i = 0; i < TURNS; i++) {
        uint32_t *place, before;

        seed = seed * 1664525 + 1013904223;
        place = &shelf[seed >> 24];
        before = __atomic_exchange_n(place, i / BURST % 2 ? take_own() : 0, __ATOMIC_ACQ_REL);
        if (before)
            give_own(before);
    }
    return NULL;
}

/* A cell goes round between threads, and comes back to one that has seen it before. */
Test(cells, none_has_two_owners_whoever_gives_it_back, .timeout = 60)
{
    pthread_t threads[CREW];

    for (int round = 0; round < 5; round++) {
        for (uintptr_t i = 0; i < CREW; i++)
            cr_assert_eq(pthread_create(&threads[i], NULL, take_and_give, (void *)(i + 1)), 0);
        for (int i = 0; i < CREW; i++)
            pthread_join(threads[i], NULL);
        cr_assert_eq(twice, 0, "round %d", round);
        check();
    }
    cr_expect_lt(cells[CELLS_TASK].made, SHELF + (CREW + 2) * 2 * MAGAZINE_CELLS,
                 "what was given back was used again");
}
