/* From what stands for a stack to its site. */
#include "stacks/known.h"

#include "core/hash.h"
#include "core/machine.h"
#include "fixture.h"
#include "tables/modules.h"

#include <criterion/criterion.h>

TestSuite(known, .init = begin, .fini = end, .disabled = !MACHINE_CALLS_PUSH);

#define MANY 200000

static struct print print_of(uint32_t site)
{
    uint64_t hash = hash_fold(hash_mix(1, site));

    return (struct print){hash_mix(hash, 2) | 1, hash_mix(hash, 3)};
}

static uint32_t found_of(uint32_t many)
{
    uint32_t found = 0, site;

    for (uint32_t i = 1; i <= many; i++) {
        struct print print = print_of(i);

        if (known_find(&print, &site)) {
            cr_assert_eq(site, i);
            found++;
        }
    }
    return found;
}

static void add_many(uint32_t many)
{
    for (uint32_t i = 1; i <= many; i++) {
        struct print print = print_of(i);

        known_add(&print, i, modules_epoch());
    }
}

Test(known, of_very_many_each_is_found)
{
    add_many(MANY);
    cr_expect_geq(found_of(MANY), MANY - 10, "one in another's way may be lost");
}

Test(known, what_only_begins_alike_is_not_taken_for_it)
{
    struct print print = print_of(1), other = print;
    uint32_t site;

    known_add(&print, 1, modules_epoch());
    other.check ^= (uint64_t)1 << 32;
    cr_expect_not(known_find(&other, &site));
    other = print;
    other.tag ^= (uint64_t)1 << 63;
    cr_expect_not(known_find(&other, &site));
}

/* Prints are of an epoch; that these are found at all would be wrong. */
Test(known, another_epoch_begins_with_none)
{
    uint32_t before = modules_epoch();
    struct print print = print_of(MANY);

    add_many(2000);
    modules_changed();
    known_add(&print, MANY, before);
    cr_expect_eq(found_of(MANY), 2000, "it came too late");
    known_add(&print, MANY, modules_epoch());
    cr_expect_eq(found_of(MANY), 1);
    add_many(2000);
    cr_expect_eq(found_of(MANY), 2001);
}

Test(known, once_memory_is_given_back_there_is_room_for_some)
{
    add_many(100);
    known_shrink();
    add_many(MANY);
    cr_expect_geq(found_of(MANY), 400);
    cr_expect_lt(found_of(MANY), 1000);
}
