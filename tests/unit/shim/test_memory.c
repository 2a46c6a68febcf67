/* Private memory, and uthash in it. */
#include "core/memory.h"
#include "tables/table.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

Test(memory, is_zeroed)
{
    const char *memory = memory_reserve(1 << 20);

    cr_assert_not_null(memory);
    for (size_t i = 0; i < 1 << 20; i += 4096)
        cr_assert_eq(memory[i], 0);
}

Test(memory, of_a_cache_a_forked_child_has_nothing_and_its_parent_all)
{
    char *cache = memory_reserve_for_cache(1 << 20), *other = memory_reserve(1 << 20);
    int status;

    cache[5] = other[5] = 1;
    if (fork() == 0)
        _exit(cache[5] == 0 && other[5] == 1 ? 0 : 1);
    wait(&status);
    cr_expect_eq(status, 0);
    cr_expect_eq(cache[5], 1);
}

Test(memory, more_than_the_address_space_is_refused)
{
    cr_expect_null(memory_reserve((size_t)1 << 60));
}

Test(memory, an_arena_hands_out_aligned_pieces_until_it_is_used_up)
{
    struct arena arena = {memory_reserve(4096), 100, 0};
    char *first = arena_take(&arena, 1), *second = arena_take(&arena, 17), *third;

    cr_assert_not_null(first);
    cr_expect_eq((uintptr_t)first % 16, 0);
    cr_expect_eq(second, first + 16);
    third = arena_take(&arena, 52);
    cr_expect_null(third, "48 are taken, and 52 take 64");
    cr_expect_eq(arena_take(&arena, 48), first + 48, "what is refused takes nothing");
    cr_expect_null(arena_take(&arena, 16));
}

Test(memory, a_size_that_overflows_is_refused)
{
    struct arena arena = {memory_reserve(4096), 4096, 0};

    cr_expect_null(arena_take(&arena, SIZE_MAX));
    cr_expect_null(arena_take(&arena, SIZE_MAX - 15));
    cr_expect_eq(arena.used, 0);
}

/* To be asked before anything else maps memory, which may come to lie there. */
static bool is_mapped(const char *address)
{
    unsigned char resident;

    return mincore((void *)((uintptr_t)address & ~((uintptr_t)getpagesize() - 1)), 1, &resident) ==
           0;
}

Test(memory, what_is_free_goes_back_in_whole_pages)
{
    size_t page = (size_t)getpagesize(), size = 16 * page;
    char *memory = memory_reserve(size);

    size_t left = memory_shrink(memory, size, 2 * page + 1);
    bool last = is_mapped(memory + 3 * page - 1), next = is_mapped(memory + 3 * page),
         end = is_mapped(memory + size - 1);

    cr_expect_eq(left, 3 * page);
    cr_expect(last && !next && !end);
}

/* Arenas lie next to each other, and where pages are large not on their bounds. */
Test(memory, the_page_where_the_next_begins_stays)
{
    size_t page = (size_t)getpagesize(), size = 4 * page + 100;
    char *memory = memory_reserve(16 * page);

    size_t left = memory_shrink(memory, size, 1);
    bool before = is_mapped(memory + 4 * page - 1), shared = is_mapped(memory + size);

    cr_expect_eq(left, page);
    cr_expect(!before && shared);
}

Test(memory, what_is_needed_stays)
{
    size_t size = 4 * (size_t)getpagesize();
    char *memory = memory_reserve(size);

    cr_expect_eq(memory_shrink(memory, size, size), size);
    cr_expect_eq(memory_shrink(memory, size, SIZE_MAX / 2), size);
    cr_expect(is_mapped(memory + size - 1));
}

Test(memory, an_arena_that_shrank_is_used_up_sooner)
{
    size_t page = (size_t)getpagesize();
    struct arena arena = {memory_reserve(8 * page), 8 * page, 0};
    struct lock lock = {0, 0}, given_up = {2, 0};

    cr_assert_not_null(arena_take(&arena, page));
    arena_shrink(&arena, &given_up, page);
    cr_expect_eq(arena.size, 8 * page, "its holder may be at work on it");
    arena_shrink(&arena, &lock, page);
    cr_expect_eq(arena.size, 2 * page);
    memset(arena_take(&arena, page), 1, page);
    cr_expect_null(arena_take(&arena, 1));
}

Test(table, the_hash_takes_in_every_bit_and_the_order)
{
    uint64_t key[3] = {1, 2, 3}, swapped[3] = {2, 1, 3}, same[3] = {1, 2, 3};
    uint64_t hash = hash_words(key, sizeof(key));

    cr_expect_eq(hash_words(same, sizeof(same)), hash);
    cr_expect_neq(hash_words(swapped, sizeof(swapped)), hash);
    cr_expect_neq(hash_words(key, 2 * sizeof(uint64_t)), hash);
    for (int bit = 0; bit < 192; bit++) {
        key[bit / 64] ^= (uint64_t)1 << bit % 64;
        cr_expect_neq(hash_words(key, sizeof(key)), hash, "bit %d", bit);
        key[bit / 64] ^= (uint64_t)1 << bit % 64;
    }
}

Test(table, consecutive_keys_spread_over_its_low_and_its_upper_bits)
{
    unsigned low[16] = {0}, upper[16] = {0};

    for (uint64_t key = 0; key < 16000; key++) {
        uint64_t hash = hash_words(&key, sizeof(key));
        low[hash & 15]++;
        upper[hash >> 32 & 15]++;
    }
    for (int i = 0; i < 16; i++) {
        cr_expect(low[i] > 500 && low[i] < 1500, "%u", low[i]);
        cr_expect(upper[i] > 500 && upper[i] < 1500, "%u", upper[i]);
    }
}

struct item {
    UT_hash_handle hh;
    uint64_t key;
};

static struct item *table;

static bool add(struct arena *arena, struct item *item)
{
    struct arena *table_arena = arena;

    HASH_ADD(hh, table, key, sizeof(item->key), item);
    return item->hh.tbl != NULL;
}

static struct item *find(uint64_t key)
{
    struct item *item;

    HASH_FIND(hh, table, &key, sizeof(key), item);
    return item;
}

/* uthash would end the program. */
Test(table, without_memory_an_entry_is_dropped)
{
    struct arena arena = {memory_reserve(65536), 2048, 0};
    static struct item items[5000];
    unsigned added = 0;

    for (uint64_t i = 0; i < 5000; i++) {
        items[i].key = i;
        if (add(&arena, &items[i]))
            added++;
    }
    cr_expect_gt(added, 0);
    cr_expect_eq(HASH_COUNT(table), added);
    for (uint64_t i = 0; i < 5000; i++)
        cr_expect_eq(find(i) != NULL, items[i].hh.tbl != NULL);
}

Test(table, without_any_memory_there_is_no_table)
{
    struct arena arena = {NULL, 0, 0};
    struct item item = {.key = 1};

    cr_expect_not(add(&arena, &item));
    cr_expect_null(find(1));
}
