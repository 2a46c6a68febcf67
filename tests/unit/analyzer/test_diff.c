/* Changes from a base: what is new, grown, shrunk, gone, and what is the same after all. */
#include "loaded.h"
#include "profile/diff.h"
#include "shop.h"
#include "views/views.h"
#include "views/values.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct diff diff;

static void compare(struct builder *before, struct builder *after)
{
    char error[ERROR_SIZE];
    struct selection selection;
    struct selection_options live = {.type = sample_find(NULL), .zeros = true};
    struct profile *profile = loaded(after);
    profile->base = true;
    loaded_add(profile, before);
    cr_assert(selection_make(&selection, profile, &live, NULL, error), "%s", error);
    diff_make(&diff, &selection);
    selection_free(&selection);
    free(diff.list);
    profile_free(profile);
}

static void expect_kinds(size_t new, size_t grown, size_t shrunk, size_t gone, size_t same)
{
    cr_expect_eq(diff.kinds[CHANGE_NEW], new);
    cr_expect_eq(diff.kinds[CHANGE_GROWN], grown);
    cr_expect_eq(diff.kinds[CHANGE_SHRUNK], shrunk);
    cr_expect_eq(diff.kinds[CHANGE_GONE], gone);
    cr_expect_eq(diff.kinds[CHANGE_NONE], same);
}

Test(changes, of_every_kind)
{
    compare(shop(), shop_later());
    expect_kinds(1, 1, 1, 1, 1);
    cr_expect_eq(diff.before, 61);
    cr_expect_eq(diff.after, 91);
}

Test(changes, of_nothing)
{
    compare(shop(), shop());
    expect_kinds(0, 0, 0, 0, 4);
}

Test(changes, to_nothing)
{
    compare(shop(), builder_new(SECOND));
    expect_kinds(0, 0, 0, 4, 0);
}

/* The names of unknown functions have their offsets: another build's are others but the wrapped. */
static struct builder *build(uint64_t address, size_t count)
{
    struct builder *builder = builder_new(SECOND);
    uint64_t frames[] = {TLK_FRAME(0, address)};
    struct site_record *site =
        builder_site(builder, TLK_POSIX, "timer_create", frames, address != 0);
    for (size_t i = 0; i < count; i++)
        builder_create(builder, site, 0);
    return builder;
}

Test(changes, other_functions_are_other_sites)
{
    compare(build(0x1001, 3), build(0x2001, 5));
    expect_kinds(1, 0, 0, 1, 0);
}

Test(changes, the_same_stack_is_the_same_site)
{
    compare(build(0x1001, 3), build(0x1001, 5));
    expect_kinds(0, 1, 0, 0, 0);
}

/* ---- of another program ---- */

static void print_diff(FILE *to, struct profile *profile)
{
    char error[ERROR_SIZE];
    struct selection selection;
    struct selection_options live = {.type = sample_find(NULL), .zeros = true};
    cr_assert(selection_make(&selection, profile, &live, NULL, error), "%s", error);
    diff_print(to, &selection, VALUE_MINIMUM, -1);
    selection_free(&selection);
}

static struct builder *program(const char *path)
{
    struct builder *builder = build(0, 3);
    builder_started_as(builder, path, path);
    return builder;
}

static bool tells_programs(const char *before, const char *after)
{
    struct profile *profile = loaded(program(after));
    profile->base = true;
    loaded_add(profile, program(before));
    char *text = printed(print_diff, profile);
    bool tells = strncmp(text, "other programs: ", strlen("other programs: ")) == 0;
    cr_expect(!tells || strstr(text, ": server before, client after;"), "%s", text);
    free(text);
    profile_free(profile);
    return tells;
}

Test(changes, from_another_program_are_told_to_be)
{
    cr_expect(tells_programs("/bin/server", "/bin/client"));
    cr_expect_not(tells_programs("/bin/server", "/home/me/server"));
}
