/* The table of live timers. */
#include "tables/descriptors.h"
#include "tables/chains.h"
#include "tables/live.h"

#include "core/thread.h"
#include "fixture.h"
#include "tables/sites.h"
#include "tables/strings.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(live, .init = begin, .fini = end);

/* A slot that is filled and published, as the ledger does it. */
static uint32_t slot_with(uint32_t family, uint64_t id)
{
    uint32_t slot = slot_take();
    struct tlk_timer *timer = timer_at(slot);

    cr_assert_neq(slot, 0);
    timer->id = id;
    timer->family = (uint16_t)family;
    timer->generation++;
    timer->state = TLK_LIVE;
    return slot;
}

static void empty(uint32_t slot)
{
    timer_at(slot)->state = TLK_FREE;
    slot_give(slot);
}

static void take_them(void *taken)
{
    *(bool *)taken = live_lock() || sites_lock() || slots_lock();
}

static void take_sites(void *taken)
{
    *(bool *)taken = sites_lock();
}

static void unlock_all(void)
{
    slots_unlock();
    sites_unlock();
    live_unlock();
}

/* ---- locks ---- */

/* A fork that can't have them leaves them to who has them. */
Test(live, who_could_not_have_the_locks_does_not_give_them_back)
{
    bool taken;

    cr_assert(live_lock() && sites_lock() && slots_lock());
    in_thread(take_them, &taken);
    cr_expect_not(taken);
    in_thread(take_them, &taken);
    cr_expect_not(taken, "they are still held");
    unlock_all();
    cr_expect(live_lock() && sites_lock() && slots_lock());
}

/* The catalog's comes last of those of sites: the others have been taken by then. */
Test(live, of_locks_for_a_fork_all_are_taken_or_none)
{
    bool taken;

    cr_assert(lock_take(&catalog_lock));
    in_thread(take_sites, &taken);
    cr_expect_not(taken);
    lock_give(&catalog_lock);
    in_thread(take_sites, &taken);
    cr_expect(taken);
}

/* ---- slots ---- */

Test(live, the_slot_given_back_last_is_taken_first)
{
    uint32_t first = slot_take(), second = slot_take(), third = slot_take();

    cr_expect_eq(first, 1);
    cr_expect_eq(third, 3);
    slot_give(first);
    slot_give(third);
    slot_give(second);
    cr_expect_eq(slot_take(), second);
    cr_expect_eq(slot_take(), third);
    cr_expect_eq(slot_take(), first);
    cr_expect_eq(slot_take(), 4);
    cr_expect_eq(recording->regions[TLK_TIMERS].used, 5);
}

Test(live, all_of_the_file_can_be_used_and_then_no_more)
{
    uint32_t taken = 0, last = 0, slot;

    while ((slot = slot_take())) {
        taken++;
        last = slot;
    }
    cr_expect_eq(recording->page_used, recording->page_count);
    cr_expect_eq(recording->page_count, mapfile_most() / TLK_PAGE);
    cr_expect_eq(taken, recording->regions[TLK_TIMERS].room - 1, "all but record 0");
    cr_expect_eq(slot_take(), 0);
    slot_give(last);
    cr_expect_eq(slot_take(), last);
}

#define THREADS 4
#define ROUNDS 20000
#define HELD 8

static uint8_t owned[1024];

static uint32_t take_owned(void)
{
    uint32_t slot = slot_take();

    cr_assert(slot > 0 && slot < sizeof(owned));
    cr_assert_eq(__atomic_exchange_n(&owned[slot], 1, __ATOMIC_RELAXED), 0,
                 "slot %u has two owners", slot);
    return slot;
}

static void give_owned(uint32_t slot)
{
    __atomic_store_n(&owned[slot], 0, __ATOMIC_RELAXED);
    slot_give(slot);
}

static void *take_and_give(void *unused)
{
    uint32_t held[HELD];

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < HELD; i++)
            held[i] = take_owned();
        for (int i = 0; i < HELD; i++)
            give_owned(held[i]);
    }
    return NULL;
}

Test(live, no_slot_has_two_owners)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, take_and_give, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_expect_leq(recording->regions[TLK_TIMERS].used, THREADS * HELD + 1);
}

/* The first is given back before the second: it heads the list again, with another behind it. */
static void *take_and_give_crosswise(void *unused)
{
    (void)unused;
    thread.lane = 1;
    for (int round = 0; round < 10 * ROUNDS; round++) {
        uint32_t first = take_owned(), second = take_owned();

        give_owned(first);
        give_owned(second);
    }
    return NULL;
}

Test(live, a_slot_that_came_back_meanwhile_does_not_bring_back_the_one_behind_it)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, take_and_give_crosswise, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_expect_leq(recording->regions[TLK_TIMERS].used, THREADS * 2 + 1);
}

Test(live, a_reference_means_one_timer_and_not_the_next_in_its_slot)
{
    uint32_t slot = slot_with(TLK_POSIX, 5);
    struct timer_ref ref = timer_ref_of(slot), next;

    cr_expect(timer_live(ref));
    timer_at(slot)->state = TLK_LEAVING;
    cr_expect_not(timer_live(ref));
    empty(slot);
    cr_expect_not(timer_live(ref));
    cr_assert_eq(slot_with(TLK_POSIX, 5), slot);
    next = timer_ref_of(slot);
    cr_expect(timer_live(next));
    cr_expect_not(timer_live(ref));
    cr_expect_not(timer_live(timer_ref_of(0)));
}

/* ---- by id ---- */

Test(live, an_id_is_found_until_it_is_removed)
{
    uint32_t slot = slot_with(TLK_POSIX, 0);

    cr_expect_eq(live_find(TLK_POSIX, 0), 0);
    cr_expect_eq(live_put(TLK_POSIX, 0, slot), 0);
    cr_expect_eq(live_find(TLK_POSIX, 0), slot);
    cr_expect_eq(live_find_fast(TLK_POSIX, 0), slot);
    cr_expect_eq(live_remove(TLK_POSIX, 0), slot);
    empty(slot);
    cr_expect_eq(live_find(TLK_POSIX, 0), 0);
    cr_expect_eq(live_find_fast(TLK_POSIX, 0), 0);
    cr_expect_eq(live_remove(TLK_POSIX, 0), 0);
}

Test(live, an_id_used_again_gives_back_what_it_stood_for)
{
    uint32_t first = slot_with(TLK_POSIX, 9), second = slot_with(TLK_POSIX, 9);

    live_put(TLK_POSIX, 9, first);
    cr_expect_eq(live_put(TLK_POSIX, 9, second), first);
    cr_expect_eq(live_find(TLK_POSIX, 9), second);
    cr_expect_eq(live_remove(TLK_POSIX, 9), second);
}

/* The kernel gives out numbers again, however long the timer before was there. */
Test(live, an_id_used_again_gives_back_also_what_had_to_make_room)
{
    enum { ID = 9, OTHERS = 20000 };
    uint32_t first = slot_with(TLK_POSIX, ID), second;

    live_put(TLK_POSIX, ID, first);
    for (uint64_t other = ID + 1; other <= OTHERS; other++)
        cr_assert_eq(live_put(TLK_POSIX, other, slot_with(TLK_POSIX, other)), 0);
    cr_assert_eq(live_find_fast(TLK_POSIX, ID), 0, "it is among the young no more");
    cr_assert_eq(live_find(TLK_POSIX, ID), first);
    second = slot_with(TLK_POSIX, ID);
    cr_expect_eq(live_put(TLK_POSIX, ID, second), first);
    cr_expect_eq(live_find(TLK_POSIX, ID), second);
    cr_expect_eq(live_remove(TLK_POSIX, ID), second);
    empty(second);
    cr_expect_eq(live_find(TLK_POSIX, ID), 0, "nor is the first in the table");
}

Test(live, families_have_ids_of_their_own)
{
    uint32_t posix = slot_with(TLK_POSIX, 2), itimer = slot_with(TLK_ITIMER, 2);

    live_put(TLK_POSIX, 2, posix);
    cr_expect_eq(live_find(TLK_ITIMER, 2), 0);
    live_put(TLK_ITIMER, 2, itimer);
    cr_expect_eq(live_find(TLK_POSIX, 2), posix);
    cr_expect_eq(live_find(TLK_ITIMER, 2), itimer);
    live_remove(TLK_POSIX, 2);
    cr_expect_eq(live_find(TLK_ITIMER, 2), itimer);
}

Test(live, tens_of_thousands_are_found)
{
    enum { COUNT = 20000 };
    static uint32_t slots[COUNT];

    for (uint64_t i = 0; i < COUNT; i++) {
        slots[i] = slot_with(TLK_GOTIME, i * 4096);
        cr_assert_eq(live_put(TLK_GOTIME, i * 4096, slots[i]), 0);
    }
    for (uint64_t i = 0; i < COUNT; i += 2)
        cr_assert_eq(live_remove(TLK_GOTIME, i * 4096), slots[i]);
    for (uint64_t i = 1; i < COUNT; i += 2)
        cr_assert_eq(live_find(TLK_GOTIME, i * 4096), slots[i]);
    for (uint64_t i = 0; i < COUNT; i += 2) {
        timer_at(slots[i])->state = TLK_FREE;
        cr_assert_eq(live_find(TLK_GOTIME, i * 4096), 0);
    }
}

/* So many at a time that most must make room for younger ones. */
#define WINDOW 4096

static void pass_through(uint64_t first, uint64_t rounds, uint32_t *slots)
{
    for (uint64_t i = 0; i < WINDOW; i++)
        slots[i] = slot_with(TLK_POSIX, first + i);
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t id = first + i, eldest = id - WINDOW, middle = id - WINDOW / 2;

        if (i >= WINDOW)
            cr_assert_eq(live_remove(TLK_POSIX, eldest), slots[i % WINDOW]);
        timer_at(slots[i % WINDOW])->id = id;
        cr_assert_eq(live_put(TLK_POSIX, id, slots[i % WINDOW]), 0);
        cr_assert_eq(live_find(TLK_POSIX, id), slots[i % WINDOW]);
        if (i >= WINDOW)
            cr_assert_eq(live_find(TLK_POSIX, middle), slots[(i - WINDOW / 2) % WINDOW]);
    }
}

/* Memory for entries is used again: they would run out. */
Test(live, ids_that_come_and_go_take_no_memory)
{
    static uint32_t slots[WINDOW];

    pass_through(0, 1000000, slots);
}

static void *pass_some_through(void *first)
{
    uint32_t *slots = calloc(WINDOW, sizeof(*slots));

    cr_assert_not_null(slots);
    pass_through((uintptr_t)first, 50000, slots);
    free(slots);
    return NULL;
}

Test(live, threads_find_their_ids_while_others_make_room)
{
    pthread_t threads[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, pass_some_through, (void *)(i << 32));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

Test(live, a_child_forgets_the_ids)
{
    uint32_t slot = slot_with(TLK_POSIX, 3);

    live_put(TLK_POSIX, 3, slot);
    live_forget_ids();
    cr_expect_eq(live_find(TLK_POSIX, 3), 0);
    cr_expect_eq(live_put(TLK_POSIX, 3, slot), 0);
    cr_expect_eq(live_find(TLK_POSIX, 3), slot);
}

Test(live, a_child_finds_all_slots_free_that_hold_nothing)
{
    uint32_t slots[4] = {slot_take(), slot_with(TLK_TIMERFD, 5), slot_take(), slot_take()};

    slots_free_unused();
    cr_expect_eq(slot_take(), slots[0], "the lowest first");
    cr_expect_eq(slot_take(), slots[2]);
    cr_expect_eq(slot_take(), slots[3]);
    cr_expect_eq(slot_take(), slots[3] + 1);
}

/* Of a library that released them without taking them out. */
Test(live, a_slot_that_was_not_removed_is_dropped_before_it_is_used_again)
{
    enum { COUNT = 5000 };
    static uint32_t slots[COUNT];

    for (uint64_t id = 0; id < COUNT; id++)
        live_put(TLK_GOTIME, id, slots[id] = slot_with(TLK_GOTIME, id));
    for (uint64_t id = 0; id < COUNT; id++) {
        timer_at(slots[id])->state = TLK_LEAVING;
        cr_assert(live_drop(slots[id]));
        empty(slots[id]);
    }
    for (uint64_t id = COUNT; id < 3 * COUNT; id++)
        cr_assert_eq(live_put(TLK_GOTIME, id, slot_with(TLK_GOTIME, id)), 0);
    for (uint64_t id = 0; id < 3 * COUNT; id++)
        cr_assert_eq(live_find(TLK_GOTIME, id) != 0, id >= COUNT, "%lu", (unsigned long)id);
    for (uint64_t id = COUNT; id < 3 * COUNT; id++)
        cr_assert_neq(live_remove(TLK_GOTIME, id), 0);
}

static size_t address_space(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    cr_assert_eq(fscanf(file, "%zu", &pages), 1);
    fclose(file);
    return pages * (size_t)getpagesize();
}

/* Of a program that has its memory locked, what is reserved would be resident. */
Test(live, with_fewer_slots_to_come_their_memory_is_given_back)
{
    uint32_t most = slots_most(), slot = slot_with(TLK_POSIX, 3);
    size_t before;

    live_put(TLK_POSIX, 3, slot);
    mapfile_shrink(0);
    before = address_space();
    live_shrink();
    cr_expect_leq(address_space() + (most - slots_most()) * sizeof(uint32_t),
                  before + (size_t)getpagesize());
    cr_expect_eq(live_find(TLK_POSIX, 3), slot);
}

/* With what finds it: four bytes by its descriptor; by its id a link, and half a head of chains. */
Test(live, a_timer_takes_no_more_than_96_bytes)
{
    cr_expect_leq(sizeof(struct tlk_timer) + sizeof(*descriptor_slots), 96);
    cr_expect_leq(sizeof(struct tlk_timer) + sizeof(uint32_t) + sizeof(uint32_t) / CHAINS_LENGTH,
                  96);
}

/* ---- by descriptor ---- */

Test(live, a_number_is_found_until_it_stands_for_nothing)
{
    cr_expect_eq(descriptor_find(7), 0);
    cr_expect_eq(descriptor_put(7, 3), 0);
    cr_expect_eq(descriptor_find(7), 3);
    cr_expect_eq(descriptor_put(7, 4), 3);
    cr_expect_eq(descriptor_put(7, 0), 4);
    cr_expect_eq(descriptor_find(7), 0);
}

Test(live, a_number_out_of_range_is_counted)
{
    int beyond = (int)descriptor_limit;

    cr_expect_eq(descriptor_find(-1), 0);
    cr_expect_eq(descriptor_find(beyond), 0);
    cr_expect_eq(descriptor_put(beyond, 5), 5, "given back");
    cr_expect_eq(descriptor_put(-1, 5), 5);
    cr_expect_eq(recording->dropped[TLK_DROP_FD_RANGE], 2);
    descriptor_put(beyond, 0);
    cr_expect_eq(recording->dropped[TLK_DROP_FD_RANGE], 2, "nothing was lost");
    cr_expect_eq(descriptor_put(beyond - 1, 5), 0);
    cr_expect_eq(descriptor_find(beyond - 1), 5);
}

Test(live, the_highest_number_is_noted)
{
    descriptor_put(12, 1);
    descriptor_put(5, 1);
    descriptor_put(30, 0);
    cr_expect_eq(descriptor_high, 13, "30 never had a timer");
    cr_expect_eq(recording->descriptors_seen, 31);
}
