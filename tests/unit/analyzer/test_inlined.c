/* Selections and changes of functions of this very program: inlined ones, and two calls in one. */
#include "loaded.h"
#include "profile/diff.h"
#include "self.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Neither pure nor called last: each call is one, from where it stands. */
__attribute__((noinline)) static uintptr_t caller(void)
{
    __asm__ volatile("" ::: "memory");
    return (uintptr_t)__builtin_return_address(0);
}

__attribute__((always_inline)) static inline uintptr_t inner_one(void)
{
    volatile uintptr_t address = caller();
    return address;
}

__attribute__((noinline)) static uintptr_t outer_one(void)
{
    volatile uintptr_t address = inner_one();
    return address;
}

__attribute__((noinline)) static void twice(volatile uintptr_t calls[2])
{
    calls[0] = caller();
    calls[1] = caller();
}

/* A copy of it that is called. */
static uintptr_t (*volatile one)(void) = inner_one;

static struct builder *recording(uintptr_t address, size_t timers)
{
    struct self self = self_make();
    struct builder *builder = builder_new(SECOND);
    uint32_t module = builder_module(builder, self.path, self.build_id, self.build_id_size);
    uint64_t frames[] = {TLK_FRAME(module, address - self.bias), 0x77};
    struct site_record *site = builder_site(builder, TLK_POSIX, "timer_create", frames, 2);
    for (size_t i = 0; i < timers; i++)
        builder_create(builder, site, 0);
    return builder;
}

/* The labels of all frames of the only sample, with blanks between them. */
static void expect_stack(const struct selection_options *options, const char *expected)
{
    char error[ERROR_SIZE], labels[200] = "";
    struct selection selection;
    struct profile *profile = loaded(recording(outer_one(), 1));
    cr_assert(selection_make(&selection, profile, options, NULL, error), "%s", error);
    cr_assert_eq(selection.count, 1);
    for (size_t i = 0, count; i < selection.samples[0].depth; i++) {
        const struct trace *trace = selected_trace(&selection.samples[0]);
        const uint32_t *places = selection_places(&selection, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++) {
            strcat(labels, selection_place(&selection, places[j])->label);
            strcat(labels, " ");
        }
    }
    cr_expect_str_eq(labels, expected);
    selection_free(&selection);
    profile_free(profile);
}

Test(inlined, frames_of_their_own)
{
    expect_stack(&(struct selection_options){.type = sample_find(NULL)},
                 "timer_create inner_one outer_one [unknown]+0x76 ");
}

Test(inlined, not_shown)
{
    expect_stack(&(struct selection_options){.type = sample_find(NULL), .noinlines = true},
                 "timer_create outer_one [unknown]+0x76 ");
}

Test(inlined, hidden)
{
    expect_stack(&(struct selection_options){.type = sample_find(NULL), .hide = "outer_one"},
                 "timer_create inner_one [unknown]+0x76 ");
}

Test(inlined, shown_from)
{
    expect_stack(&(struct selection_options){.type = sample_find(NULL), .show_from = "inner_one"},
                 "timer_create inner_one ");
}

static void print_top(FILE *to, struct profile *profile)
{
    print_view(to, profile, view_top, NULL);
}

/* In `top` a function has one line, whether all its callers have it inlined or only some. */
static void expect_note(struct profile *profile, const char *end_of_line)
{
    char *text = printed(print_top, profile);
    cr_expect(strstr(text, end_of_line), "\"%s\" is missing in\n%s", end_of_line, text);
    cr_expect(strstr(text, " outer_one\n"), "%s", text);
    free(text);
}

Test(inlined, noted_beside_the_function)
{
    struct profile *profile = loaded(recording(outer_one(), 1));
    expect_note(profile, " inner_one (inline)\n");
    loaded_add(profile, recording(one(), 1));
    expect_note(profile, " inner_one (partial-inline)\n");
    profile_free(profile);
}

/* Two builds have other addresses for one function; two calls in it are such a case, too. */
Test(inlined, another_build_is_compared_by_functions)
{
    char error[ERROR_SIZE];
    volatile uintptr_t calls[2];
    struct selection selection;
    struct diff diff;
    struct selection_options live = {.type = sample_find(NULL), .zeros = true};
    twice(calls);
    struct profile *profile = loaded(recording(calls[0], 5));
    profile->base = true;
    loaded_add(profile, recording(calls[1], 3));
    cr_assert_eq(profile->site_count, 2);
    cr_assert(selection_make(&selection, profile, &live, NULL, error), "%s", error);
    diff_make(&diff, &selection);
    cr_expect_eq(diff.count, 1);
    cr_expect_eq(diff.kinds[CHANGE_GROWN], 1);
    free(diff.list);
    selection_free(&selection);
    profile_free(profile);
}
