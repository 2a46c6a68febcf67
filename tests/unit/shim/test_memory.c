/* Private memory, and the hash of what lies in it. */
#include "core/memory.h"

#include "core/hash.h"

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

/* Where pages are large, what lies next to it may not begin on the bounds of one. */
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

/* As tables mix keys of several words. */
static uint64_t hash_words(const uint64_t *words, size_t size)
{
    uint64_t hash = size;

    for (size_t i = 0; i < size / sizeof(*words); i++)
        hash = hash_fold(hash_mix(hash, words[i]));
    return hash;
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
