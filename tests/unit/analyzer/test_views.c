/* The text views, to the letter. */
#include "loaded.h"
#include "views/report.h"
#include "views/timers.h"
#include "views/top.h"
#include "views/traces.h"
#include "views/values.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct tlk_site *add(struct builder *builder, const uint64_t *frames, size_t depth,
                            uint64_t count, uint64_t step)
{
    struct tlk_site *site = builder_site(builder, TLK_TIMERFD, "timerfd_create", frames, depth);
    for (uint64_t i = 0; i < count; i++) {
        struct tlk_timer *timer = builder_create(builder, site, MINUTE + i * step);
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
    struct tlk_site *site = add(builder, clean, 1, 0, 0);
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

Test(views, report)
{
    expect_text(
        report, server(),
        "server (pid 4711), 2h00m, killed by SIGKILL\n"
        "descriptors: 110 of 4,096; at +1/min the limit is reached in 2d18h\n"
        "timers: 101 created, 1 released, 100 live (peak 101)\n"
        "missing: 2 timers were not recorded: a signal handler created them while timerleak was "
        "at work\n"
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
        "no symbols: /nowhere/server is gone\n");
}

Test(views, nothing_recorded)
{
    expect_text(report, builder_new(SECOND),
                "server (pid 4711), 1.0s, exited with status 0\nno timer was created\n");
}

static void top(FILE *to, struct profile *profile)
{
    struct top_options options = {.nodecount = -1, .nodefraction = 0.005};
    setenv("TZ", "UTC", 1);
    top_print(to, profile, sample_find(NULL), &options);
}

#define LABELS                                                                                     \
    "File: server\nType: live\nTime: 2023-11-14 22:13:20 UTC\nDuration: 2hrs, Total samples = "    \
    "100 \n"

Test(views, top)
{
    expect_text(top, server(),
                LABELS "Showing nodes accounting for 100, 100% of 100 total\n"
                       "      flat  flat%   sum%        cum   cum%\n"
                       "       100   100%   100%        100   100%  timerfd_create\n"
                       "         0     0%   100%         90 90.00%  server+0x1000\n"
                       "         0     0%   100%        100   100%  server+0x2000\n"
                       "         0     0%   100%         10 10.00%  server+0x3000\n");
}

static void short_top(FILE *to, struct profile *profile)
{
    struct top_options options = {.nodecount = 2, .nodefraction = 0.2, .cum = true};
    setenv("TZ", "UTC", 1);
    top_print(to, profile, sample_find("age"), &options);
}

Test(views, top_with_everything)
{
    expect_text(short_top, server(),
                "File: server\nType: age\nTime: 2023-11-14 22:13:20 UTC\n"
                "Duration: 2hrs, Total samples = 131.58hrs (6579.17%)\n"
                "Showing nodes accounting for 131.58hrs, 100% of 131.58hrs total\n"
                "Dropped 1 node (cum <= 26.32hrs)\n"
                "Showing top 2 nodes out of 3\n"
                "      flat  flat%   sum%        cum   cum%\n"
                "         0     0%     0%  131.58hrs   100%  server+0x2000\n"
                " 131.58hrs   100%   100%  131.58hrs   100%  timerfd_create\n");
}

static void traces(FILE *to, struct profile *profile)
{
    setenv("TZ", "UTC", 1);
    traces_print(to, profile, sample_find(NULL));
}

#define SEPARATOR "-----------+-------------------------------------------------------\n"

Test(views, traces)
{
    expect_text(traces, server(),
                LABELS SEPARATOR "    family:  timerfd\n"
                                 "   verdict:  leak\n"
                                 "        90   timerfd_create\n"
                                 "             server+0x1000\n"
                                 "             server+0x2000\n" SEPARATOR "    family:  timerfd\n"
                                 "   verdict:  held\n"
                                 "        10   timerfd_create\n"
                                 "             server+0x3000\n"
                                 "             server+0x2000\n" SEPARATOR);
}

static void timers(FILE *to, struct profile *profile)
{
    timers_print(to, profile, 2);
}

Test(views, timers)
{
    struct builder *builder = builder_new(HOUR);
    struct tlk_site *site = builder_plain_site(builder, TLK_POSIX, 0x1001);
    struct tlk_timer *timer = builder_create(builder, site, 0);
    timer->flags = TLK_ARMED | TLK_EXACT_FIRES;
    timer->armed = 7;
    timer->deadline = (int64_t)(START_MONO + 50 * MINUTE);
    builder_create(builder, site, MINUTE)->id = UINT64_C(1) << 63 | 0x10;
    builder_create(builder, site, MINUTE);
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

static void expect_value(uint64_t value, const char *text)
{
    const struct sample_type *age = sample_find("age");
    cr_expect_str_eq(value_text(value, value_unit_of(age, value)).s, text);
}

/* As pprof's own measurement.Label prints them. */
Test(views, values)
{
    expect_value(0, "0");
    expect_value(999, "999ns");
    expect_value(1500, "1.50us");
    expect_value(2 * MS, "2ms");
    expect_value(90 * SECOND, "90s");
    expect_value(HOUR * 3 / 2, "1.50hrs");
    cr_expect_str_eq(value_text(48211, value_unit_of(sample_find("live"), 1)).s, "48211");
    cr_expect_str_eq(value_percentage(1, 3).s, "33.33%");
    cr_expect_str_eq(value_percentage(1, 1000).s, "  0.1%");
    cr_expect_str_eq(value_percentage(0, 0).s, "    0%");
    cr_expect_str_eq(value_percentage(99999, 100000).s, "  100%");
}

/* The smallest value may go down to 0.01 of the common unit, not further. */
Test(views, one_unit_for_a_table)
{
    const struct sample_type *age = sample_find("age");
    cr_expect_str_eq(value_unit_common(age, 20 * MS, 2 * SECOND).name, "ms");
    cr_expect_str_eq(value_unit_common(age, 19 * MS, 2 * SECOND).name, "s");
    cr_expect_str_eq(value_unit_common(age, 5 * SECOND, 9 * SECOND).name, "s");
}
