/* What a watch finds between two looks, and shows. */
#include "loaded.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A process that has run so long, with so many of the steady and of the growing timers live. */
static struct builder *server(uint64_t duration, uint64_t steady, uint64_t growing)
{
    struct builder *builder = builder_new(duration);
    uint32_t module = builder_module(builder, "/nowhere/server", "\1\2\3\4", 4);
    uint64_t held[] = {TLK_FRAME(module, 0x1001)}, leak[] = {TLK_FRAME(module, 0x2001)};
    struct site_record *site = builder_site(builder, TLK_POSIX, "timer_create", held, 1);
    for (uint64_t i = 0; i < steady; i++)
        builder_create(builder, site, SECOND);
    if (growing == 0)
        return builder;
    site = builder_site(builder, TLK_TIMERFD, "timerfd_create", leak, 1);
    for (uint64_t i = 0; i < growing; i++)
        builder_create(builder, site, MINUTE + i * SECOND);
    builder_release(builder, builder_create(builder, site, MINUTE), MINUTE + SECOND);
    return builder;
}

static void look(struct trend *trend, struct profile *profile, struct builder *builder)
{
    profile_renew(profile);
    loaded_add(profile, builder);
    trend_look(trend, profile);
    trend_sort(trend, TREND_GROWTH);
}

static const struct moving *first(const struct trend *trend)
{
    cr_assert_gt(trend->count, 0);
    return trend->sites;
}

static void forget(struct trend *trend, struct profile *profile)
{
    trend_free(trend);
    profile_free(profile);
}

Test(watch, counts_from_the_first_look_and_from_the_last)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    look(trend, profile, server(2 * MINUTE, 5, 10));
    cr_expect(first(trend)->movement.growth == 0 && first(trend)->movement.created <= 0);
    look(trend, profile, server(2 * MINUTE + 10 * SECOND, 5, 30));
    look(trend, profile, server(2 * MINUTE + 20 * SECOND, 5, 35));
    const struct moving *site = first(trend);
    cr_expect_eq(site->site->family, TLK_TIMERFD);
    cr_expect_eq(site->movement.change, 5);
    cr_expect_eq(site->movement.growth, 25);
    cr_expect_float_eq(site->movement.created, 0.5, 1e-9);
    cr_expect_float_eq(site->movement.released, 0, 1e-9);
    cr_expect_eq(site[1].movement.change, 0);
    cr_expect_eq(trend->total.growth, 25);
    cr_expect_eq(trend->looks, 3);
    forget(trend, profile);
}

Test(watch, a_site_that_comes_later_grew_from_nothing)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    look(trend, profile, server(2 * MINUTE, 5, 0));
    look(trend, profile, server(2 * MINUTE + 10 * SECOND, 6, 20));
    const struct moving *site = first(trend);
    cr_expect_eq(site->movement.growth, 20);
    cr_expect_eq(site->movement.change, 20);
    cr_expect_float_eq(site->movement.created, 2.1, 1e-9);
    cr_expect_float_eq(site->movement.released, 0.1, 1e-9);
    cr_expect_eq(site[1].movement.growth, 1);
    forget(trend, profile);
}

Test(watch, shrinks_and_sorts_as_told)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    look(trend, profile, server(2 * MINUTE, 50, 10));
    look(trend, profile, server(3 * MINUTE, 20, 10));
    cr_expect_eq(first(trend)->site->family, TLK_TIMERFD);
    cr_expect_eq(first(trend)[1].movement.growth, -30);
    trend_sort(trend, TREND_LIVE);
    cr_expect_eq(first(trend)->site->family, TLK_POSIX);
    cr_expect_eq(trend->total.change, -30);
    forget(trend, profile);
}

Test(watch, a_location_is_looked_up_once)
{
    struct profile *profile = profile_new();
    size_t count, modules;
    loaded_add(profile, server(2 * MINUTE, 5, 10));
    uint32_t location = profile->sites[0]->trace->locations[1];
    const struct stack_frame *frames = location_frames(profile, location, &count);
    modules = profile->module_count;
    profile_renew(profile);
    cr_expect(profile->site_count == 0 && profile->process_count == 0);
    loaded_add(profile, server(3 * MINUTE, 5, 20));
    cr_expect_eq(profile->sites[0]->trace->locations[1], location);
    cr_expect_eq(location_frames(profile, location, &count), frames);
    cr_expect_eq(profile->module_count, modules);
    cr_expect_eq(profile->totals.live, 25);
    cr_expect_eq(profile->totals.created, 26);
    profile_free(profile);
}

/* ---- the view ---- */

static struct watch_view shown;

static void print(FILE *to, struct profile *profile)
{
    shown.profile = profile;
    watch_print(to, &shown);
}

static void expect_text(struct profile *profile, const char *expected)
{
    char *text = printed(print, profile);
    cr_expect_str_eq(text, expected, "this came:\n%s", text);
    free(text);
}

Test(watch, shows_sites_by_growth)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    setenv("TZ", "UTC", 1);
    shown = (struct watch_view){.trend = trend, .most = -1};
    look(trend, profile, server(2 * MINUTE, 1234, 10));
    expect_text(profile,
                "server (pid 4711), 2m00s, exited with status 0\n"
                "timers: 1,244 live\n"
                "at 2023-11-14 22:15:20\n"
                "2 sites by growth\n"
                "change: since the look before; growth: since the first;\n"
                "released, created: per second\n"
                "CHANGE  GROWTH RELEASED CREATED    LIVE  VERDICT\n"
                "     -       -        -       -   1,234  held    server+0x1000  posix\n"
                "     -       -        -       -      10  held    server+0x2000  timerfd\n");
    look(trend, profile, server(2 * MINUTE + 10 * SECOND, 1234, 30));
    shown.keys = true;
    shown.most = 1;
    expect_text(profile, "server (pid 4711), 2m10s, exited with status 0\n"
                         "timers: 1,264 live, +20 since the watch began\n"
                         "at 2023-11-14 22:15:30: 0.0 released/s, 2.0 created/s\n"
                         "2 sites by growth; keys: s sorts, space looks, q quits\n"
                         "change: since the look before; growth: since the first;\n"
                         "released, created: per second\n"
                         "CHANGE  GROWTH RELEASED CREATED    LIVE  VERDICT\n"
                         "   +20     +20      0.0     2.0      30  held    server+0x2000  timerfd\n"
                         "1 site not shown\n");
    forget(trend, profile);
}

Test(watch, no_rate_is_too_high_to_be_shown)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    struct builder *builder = builder_new(2 * MINUTE + 1);
    shown = (struct watch_view){.trend = trend, .most = -1};
    look(trend, profile, server(2 * MINUTE, 5, 0));
    builder_plain_site(builder, TLK_TIMERFD, 0x1001)->created = UINT64_MAX;
    look(trend, profile, builder);
    char *text = printed(print, profile);
    cr_expect(strstr(text, ", 4,611,686,018,427,387,904 created/s"), "this came:\n%s", text);
    free(text);
    forget(trend, profile);
}

Test(watch, a_log_says_what_moved)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    shown = (struct watch_view){.trend = trend, .most = -1, .changed = true};
    look(trend, profile, server(2 * MINUTE, 5, 10));
    look(trend, profile, server(2 * MINUTE + 10 * SECOND, 5, 12));
    char *text = printed(print, profile);
    cr_expect(strstr(text, "timerfd") && !strstr(text, "posix"), "this came:\n%s", text);
    free(text);
    look(trend, profile, server(2 * MINUTE + 20 * SECOND, 5, 12));
    text = printed(print, profile);
    cr_expect(strstr(text, "timers: 17 live") && !strstr(text, "VERDICT"), "this came:\n%s", text);
    free(text);
    forget(trend, profile);
}

/* All but the names, and those begin before it: the rest of them may be cut off. */
Test(watch, a_head_of_large_numbers_fits_sixty_columns)
{
    struct profile *profile = profile_new();
    struct trend *trend = trend_new();
    shown = (struct watch_view){.trend = trend, .most = -1, .keys = true, .order = TREND_CREATED};
    look(trend, profile, server(2 * MINUTE, 5, 10));
    look(trend, profile, server(2 * MINUTE + 10 * SECOND, 5, 2500));
    char *text = printed(print, profile), *sites = strstr(text, "VERDICT\n");
    cr_assert(sites, "this came:\n%s", text);
    for (char *line = text; line < sites; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), 60, "%s", line);
    cr_expect_leq((size_t)(strstr(sites, "server+") - strchr(sites, '\n')), 50, "%s", text);
    free(text);
    forget(trend, profile);
}
