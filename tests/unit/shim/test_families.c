/* Which families there are, and which are watched. */
#include "tables/families.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/thread.h"
#include "fixture.h"

static uint32_t watched(const char *list)
{
    families_want(list);
    families_describe();
    return gate->families;
}

Test(families, are_watched_by_name, .init = begin, .fini = end)
{
    cr_expect_eq(watched(""), ~0u);
    cr_expect_eq(watched("posix"), 1u << TLK_POSIX);
    cr_expect_eq(watched("itimer,timerfd"), 1u << TLK_ITIMER | 1u << TLK_TIMERFD);
    cr_expect_eq(watched("gotime,"), 1u << TLK_GOTIME);
    watched("posix,timerfd");
    cr_expect_eq(recording->families_unknown, 0);
    cr_expect_eq(watched("all"), ~0u);
    cr_expect_eq(recording->families_unknown, 0);
}

Test(families, with_unknown_names, .init = begin, .fini = end)
{
    cr_expect_eq(watched("posix,timer,itimers"), 1u << TLK_POSIX, "no name by its start");
    cr_expect_eq(recording->families_unknown, 2);
    cr_expect_eq(watched("timer"), ~0u, "asks for nothing that is");
    cr_expect_eq(recording->families_unknown, 1);
}

Test(families, stand_in_the_recording_with_their_traits, .init = begin, .fini = end)
{
    watched("timerfd,gotime");
    cr_expect_eq(recording->family_count, 5);
    cr_expect_str_eq(recording->families[TLK_TIMERFD].name, "timerfd");
    cr_expect(recording->families[TLK_TIMERFD].traits & TLK_BY_DESCRIPTOR);
    cr_expect_eq(recording->families[TLK_TIMERFD].watched, 1);
    cr_expect_str_eq(recording->families[TLK_POSIX].name, "posix");
    cr_expect_eq(recording->families[TLK_POSIX].watched, 0);
    cr_expect_eq(recording->families[TLK_GOTIME].watched, 1);
}

Test(families, that_are_added_are_entered_and_known_by_name, .init = begin, .fini = end)
{
    uint32_t lamp = families_add("lamp", TLK_BY_HANDLE | TLK_OVER_FORK);

    cr_expect_eq(lamp, 5);
    cr_expect_eq(families_add("lamp", 0), lamp);
    cr_expect_eq(families_add("gotime", 0), TLK_GOTIME);
    cr_expect_eq(recording->family_count, 6);
    cr_expect_str_eq(recording->families[lamp].name, "lamp");
    cr_expect_eq(recording->families[lamp].traits, TLK_BY_HANDLE | TLK_OVER_FORK);
    cr_expect_eq(recording->families[lamp].watched, 1);
    cr_expect(families_in_memory());
}

Test(families, that_are_added_later_are_among_the_wanted, .init = begin, .fini = end)
{
    uint32_t lamp;

    cr_expect_eq(watched("lamp"), ~0u, "nobody has heard of it");
    cr_expect_eq(recording->families_unknown, 1);
    lamp = families_add("lamp", TLK_BY_HANDLE);
    cr_expect_eq(gate->families, 1u << lamp);
    cr_expect_eq(recording->families_unknown, 0);
    cr_expect_eq(recording->families[TLK_POSIX].watched, 0);
    cr_expect(families_left_out());
    families_add("sundial", 0);
    cr_expect_eq(gate->families, 1u << lamp);
}

Test(families, have_names_that_a_reader_takes, .init = begin, .fini = end)
{
    for (const char *const *name = (const char *const[]){"", "Lamp", "a,b", "a b", "a\n", NULL};
         *name; name++)
        cr_expect_eq(families_add(*name, 0), 0, "%s", *name);
    cr_expect_eq(recording->family_count, 5);
    cr_expect_eq(families_add("sun-dial-2", 0), 5);
}

Test(families, have_an_end, .init = begin, .fini = end)
{
    char name[16], too_long[64];

    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    cr_expect_eq(families_add(too_long, 0), 0);
    for (uint32_t i = recording->family_count; i < TLK_FAMILIES; i++) {
        snprintf(name, sizeof(name), "a%u", i);
        cr_assert_eq(families_add(name, 0), i);
    }
    cr_expect_eq(families_add("one-more", 0), 0);
    cr_expect_eq(recording->family_count, TLK_FAMILIES);
    cr_expect_not(families_left_out());
}

Test(families, are_not_added_from_within_the_shim, .init = begin, .fini = end)
{
    cr_assert(section_enter());
    cr_expect_eq(families_add("lamp", 0), 0);
    section_exit();
    cr_expect_neq(families_add("lamp", 0), 0);
}
