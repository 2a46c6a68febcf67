/* The strings of a recording. */
#include "tables/strings.h"

#include "fixture.h"
#include "tables/mapfile.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(strings, .init = begin, .fini = end);

Test(strings, are_kept_with_their_end)
{
    uint32_t first = string_add("first"), second = string_add_bytes("a\0b", 3);

    cr_expect_neq(first, 0);
    cr_expect_str_eq(string_of(first), "first");
    cr_expect_arr_eq(string_of(second), "a\0b\0", 4);
    cr_expect_eq(recording->regions[TLK_STRINGS].used, second + 4);
}

Test(strings, offset_0_is_the_empty_one)
{
    cr_expect_neq(string_add(""), 0);
    cr_expect_str_eq(string_of(0), "");
}

Test(strings, a_literal_is_entered_once)
{
    static const char literal[] = "timer_create", other[] = "timer_create";
    uint32_t at = string_literal(literal);

    cr_expect_str_eq(string_of(at), literal);
    cr_expect_eq(string_literal(literal), at);
    cr_expect_str_eq(string_of(string_literal(other)), other);
}

Test(strings, a_literal_where_another_was_is_not_taken_for_it)
{
    char literal[] = "gt_after";

    cr_expect_str_eq(string_of(string_literal(literal)), "gt_after");
    memcpy(literal, "gt_tick", 8);
    cr_expect_str_eq(string_of(string_literal(literal)), "gt_tick");
}

Test(strings, a_name_is_entered_once_wherever_it_stands)
{
    char name[] = "idle", again[] = "idle", other[] = "other";
    uint32_t at = string_name(name);

    cr_expect_str_eq(string_of(at), "idle");
    cr_expect_eq(string_name(again), at);
    cr_expect_str_eq(string_of(string_name(other)), "other");
}

/* A program that gives numbers for names must not fill the recording. */
Test(strings, of_very_many_names_some_are_kept_and_each_is_right)
{
    uint32_t kept = 0;
    char name[16];

    for (int i = 0; i < 100000; i++) {
        uint32_t at;

        snprintf(name, sizeof(name), "name%d", i);
        at = string_name(name);
        kept += at != 0;
        cr_assert(!at || !strcmp(string_of(at), name));
    }
    cr_expect_geq(kept, 500);
    cr_expect_leq(kept, 1024);
}

Test(strings, of_more_literals_than_are_remembered_each_is_right)
{
    static char literals[100][8];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++) {
            snprintf(literals[i], sizeof(literals[i]), "name%d", i);
            cr_assert_str_eq(string_of(string_literal(literals[i])), literals[i]);
        }
    }
}

Test(strings, none_lies_across_two_segments)
{
    uint32_t first = recording->regions[TLK_STRINGS].first;
    char text[1000];

    memset(text, 'x', sizeof(text));
    for (int i = 0; i < 300; i++) {
        uint32_t at = string_add_bytes(text, sizeof(text));

        cr_assert_neq(at, 0);
        cr_assert_eq(tlk_segment_of(at, first), tlk_segment_of(at + sizeof(text), first));
        cr_assert_arr_eq(string_of(at), text, sizeof(text));
        cr_assert_eq(string_of(at)[sizeof(text)], '\0');
    }
    cr_expect_eq(recording->regions[TLK_STRINGS].segments, 7);
}

Test(strings, one_that_is_too_long_is_refused)
{
    static char text[10000];

    memset(text, 'x', sizeof(text) - 1);
    cr_expect_eq(string_add(text), 0);
    cr_expect_str_eq(string_of(string_add("next")), "next");
}

Test(strings, a_full_file_takes_no_more)
{
    char text[5000];
    uint32_t used;

    memset(text, 'x', sizeof(text));
    while (string_add_bytes(text, sizeof(text)))
        used = recording->regions[TLK_STRINGS].used;
    cr_expect_eq(recording->regions[TLK_STRINGS].used, used);
    cr_expect_eq(recording->page_used, recording->page_count);
}
