/* The text views, to the letter. */
#include "loaded.h"
#include "profile/filter.h"
#include "views/coverage.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct site_record *add(struct builder *builder, const uint64_t *frames, size_t depth,
                               uint64_t count, uint64_t step)
{
    struct site_record *site = builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, depth);
    for (uint64_t i = 0; i < count; i++) {
        struct timer_record *timer = builder_create(builder, site, MINUTE + i * step);
        timer->flags = TLK_ARMED;
        timer->armed = 1;
        timer->interval = 5 * SECOND;
        timer->deadline = (int64_t)(timer->created + 5 * SECOND);
        timer->fired = timer->fired_now = 3;
    }
    return site;
}

/* A leak of 90, ten that are held, and a site with all released. */
static struct builder *server(void)
{
    struct builder *builder = builder_new(2 * HOUR);
    uint32_t module = builder_module(builder, "/nowhere/server", "\1\2\3\4", 4);
    uint64_t leak[] = {TLK_FRAME(module, 0x1001), TLK_FRAME(module, 0x2001)};
    uint64_t held[] = {TLK_FRAME(module, 0x3001), TLK_FRAME(module, 0x2001)};
    uint64_t clean[] = {TLK_FRAME(module, 0x4001)};
    add(builder, leak, 2, 90, MINUTE);
    add(builder, held, 2, 10, 0);
    struct site_record *site = add(builder, clean, 1, 0, 0);
    builder_release(builder, builder_create(builder, site, 0), SECOND);
    builder_header(builder)->end = TLK_KILLED;
    builder_header(builder)->end_status = 9;
    builder_header(builder)->descriptors_seen = 110;
    builder_header(builder)->dropped[TLK_DROP_BUSY] = 2;
    return builder;
}

static void report(FILE *to, struct profile *profile)
{
    report_print(to, profile, -1);
}

static void expect_text(void (*print)(FILE *to, struct profile *profile), struct builder *builder,
                        const char *expected)
{
    struct profile *profile = loaded(builder);
    char *text = printed(print, profile);
    cr_expect_str_eq(text, expected, "this came:\n%s", text);
    free(text);
    profile_free(profile);
}

/* With the last of them taken there is no more to wait for. */
Test(views, a_limit_is_reached_by_as_many_as_it_allows)
{
    static const uint64_t seen[] = {4095, 4096};
    static const char *const said[] = {
        "descriptors: 4,095 of 4,096; at +1/min the limit is reached in",
        "descriptors: 4,096 of 4,096; at +1/min: the limit is reached\n"};
    for (size_t i = 0; i < 2; i++) {
        struct builder *builder = server();
        builder_header(builder)->descriptors_seen = (uint32_t)seen[i];
        struct profile *profile = loaded(builder);
        char *text = printed(report, profile);
        cr_expect(strstr(text, said[i]), "this came:\n%s", text);
        free(text);
        profile_free(profile);
    }
}

/*
 * A pool makes room for what leaks beside it, as fast or half as fast, until the end or until it
 * has shrunk to nothing.
 */
static struct builder *beside_a_pool(uint64_t pool, uint64_t each)
{
    struct builder *builder = builder_new(100 * MINUTE);
    struct site_record *leak = builder_plain_site(builder, TLK_TIMERFD, 0x1001);
    struct site_record *site = builder_plain_site(builder, TLK_TIMERFD, 0x2001);
    struct timer_record *timers[200];
    for (uint64_t i = 0; i < pool; i++)
        timers[i] = builder_create(builder, site, i * MS);
    for (uint64_t minute = 1; minute < 100; minute++) {
        builder_create(builder, leak, minute * MINUTE);
        if (minute % each == 0 && minute / each < pool)
            builder_release(builder, timers[minute / each], minute * MINUTE);
    }
    builder_header(builder)->descriptors_seen = 300;
    return builder;
}

Test(views, a_limit_is_not_reached_while_the_total_does_not_rise)
{
    static const struct {
        uint64_t pool, each;
        const char *said;
    } cases[] = {
        {150, 1, NULL},
        {150, 2, "descriptors: 300 of 4,096; at +31/h"},
        {50, 1, "descriptors: 300 of 4,096; at +1/min"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct profile *profile = loaded(beside_a_pool(cases[i].pool, cases[i].each));
        char *text = printed(report, profile);
        if (cases[i].said)
            cr_expect(strstr(text, cases[i].said), "%s lacks in\n%s", cases[i].said, text);
        else
            cr_expect_not(strstr(text, "limit is reached"), "%s", text);
        free(text);
        profile_free(profile);
    }
}

Test(views, report)
{
    expect_text(report, server(),
                "server (pid 4711), 2h00m, killed by SIGKILL\n"
                "descriptors: 110 of 4,096; at +1/min the limit is reached in 2d18h\n"
                "timers: 101 created, 1 released, 100 live (peak 101)\n"
                "missing: 2 timers created by a signal handler while timerleak was at work\n"
                "\n"
                "LEAK   timerfd      90 live  never-stopped   server+0x1000\n"
                "       grows 1/min since 00:01:00; nothing was ever released\n"
                "         server+0x1000\n"
                "         server+0x2000\n"
                "\n"
                "held   timerfd      10 live  never-stopped   server+0x3000\n"
                "       10 live, all made within 0ns at 00:01:00, steady for 1h59m since\n"
                "         server+0x3000\n"
                "         server+0x2000\n"
                "\n"
                "1 site is clean: all that was created there was released\n"
                "no symbols: /nowhere/server is gone\n" LOSSES_CURE "\n");
}

Test(views, nothing_recorded)
{
    expect_text(report, builder_new(SECOND),
                "server (pid 4711), 1.0s, exited with status 0\nno timer was created\n");
}

static void expect_nothing(struct profile *profile, const char *told)
{
    char *text = printed(report, profile);
    cr_expect(strstr(text, told), "\"%s\" lacks \"%s\"", text, told);
    free(text);
    profile_free(profile);
}

Test(views, nothing_left_or_watched_is_not_nothing_made)
{
    char error[ERROR_SIZE];
    struct filter filter = {.focus = "nosuch"};
    struct profile *profile = loaded(server());
    cr_assert(profile_filter(profile, &filter, error), "%s", error);
    profile_settle(profile);
    expect_nothing(profile, "\nno timer that was created is among those asked for\n");
    struct builder *unwatched = builder_new(SECOND);
    builder_watched(unwatched, 1u << TLK_ITIMER);
    expect_nothing(loaded(unwatched), "\nno timer was recorded\nnot watched: timers of");
}

static void timers(FILE *to, struct profile *profile)
{
    timers_print(to, profile, 2);
}

Test(views, timers)
{
    struct builder *builder = builder_new(HOUR);
    struct site_record *site = builder_plain_site(builder, TLK_POSIX, 0x1001);
    struct timer_record *timer = builder_create(builder, site, 0);
    timer->flags = TLK_ARMED | TLK_EXACT_FIRES;
    timer->armed = 7;
    timer->deadline = (int64_t)(START_MONO + 50 * MINUTE);
    builder_create(builder, site, MINUTE)->id = UINT64_C(1) << 63 | 0x10;
    builder_create(builder, site, 2 * MINUTE);
    expect_text(timers, builder,
                "STATE           FAMILY   TIMER               CLOCK       DEADLINE     INTERVAL  "
                "AGE       ARMED    FIRED  FLAGS      SITE\n"
                "never-released  posix    id 1                monotonic   10m00s ago   one-shot  "
                "1h00m         7        0  overdue    [unknown]+0x1000\n"
                "never-armed     posix    0x8000000000000010  monotonic   -            one-shot  "
                "59m00s        0        0  -          [unknown]+0x1000\n"
                "1 timer not shown\n");
}

Test(views, no_timers)
{
    expect_text(timers, builder_new(HOUR), "no timer is live\n");
}
