/* Views on terminals of 40 to 200 columns: goldens of three widths, and no line that is too long.
 */
#include "base/fit.h"
#include "gated.h"
#include "golden.h"
#include "views/values.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct made sites[] = {
    {.family = TLK_TIMERFD,
     .live = MANY,
     .armed = true,
     .frames = {{"net::Pool<std::map<std::string, Connection>>::add_connection",
                 "/src/network/connections/pool.cpp", 214, NULL},
                {"net::Server::accept_client(int, sockaddr const*)", "/src/network/server.cpp",
                 1048, NULL},
                {"main", "/src/main.cpp", 12, NULL}}},
    {.family = TLK_POSIX,
     .live = 9,
     .frames = {{"処理::接続の時間切れを監視するタイマーを作成する", "/src/監視.cpp", 7, NULL},
                {"cafe\u0301_ouvert", "/src/menu.c", 3, NULL}}},
    {.family = TLK_ITIMER, .live = 0, .frames = {{"tick", "/src/tick.c", 5, NULL}}},
};

#define SITES (sizeof(sites) / sizeof(*sites))

static struct profile *profile;
static struct trend *trend;

static void setup(void)
{
    setenv("TZ", "UTC", 1);
    setenv("NO_COLOR", "1", 1);
    profile = profile_new();
    profile->keep_timers = profile->keep_histories = true;
    made_into(profile, sites, SITES);
    for (size_t i = 0; i < profile->samples.count; i++)
        profile->samples.list[i].wakeups = UINT64_C(1234567890) * (profile->samples.count - i);
    /* Graphs have their names from locations, not from the stacks that were made up. */
    for (uint32_t i = 0; i < profile->locations.count; i++) {
        size_t count;
        struct stack_frame *frame =
            (struct stack_frame *)(uintptr_t)location_frames(profile, i, &count);
        if (!frame->function && i < SITES + 1) {
            frame->name = sites[i % SITES].frames[0].function;
            frame->called = NULL;
        }
    }
    trend = trend_new();
    trend_look(trend, profile);
    profile->sites[0]->counts.live += 1200;
    trend_look(trend, profile);
    trend_sort(trend, TREND_GROWTH);
}

static void teardown(void)
{
    trend_free(trend);
    profile_free(profile);
}

TestSuite(widths, .init = setup, .fini = teardown);

static void growth(FILE *to)
{
    growth_print(to, profile, -1);
}

static void wakeups(FILE *to)
{
    wakeups_print(to, profile, -1);
}

static void report(FILE *to)
{
    report_print(to, profile, -1);
}

static void timers(FILE *to)
{
    timers_print(to, profile, 3);
}

static void watch(FILE *to)
{
    struct watch_view view = {.profile = profile, .trend = trend, .most = -1, .keys = true};
    watch_print(to, &view);
}

static void check(FILE *to)
{
    struct gate gate;
    gate_judge(&gate, profile, &leaks_fail, rules_of("posix:^nobody_is_called_like_this$\n"), NULL);
    gate_print(to, &gate, "suppressions.txt");
    gate_free(&gate);
}

static void diff(FILE *to)
{
    struct selection_options live = {.type = sample_find(NULL), .zeros = true};
    struct selection selection;
    char error[ERROR_SIZE];
    cr_assert(selection_make(&selection, profile, &live, NULL, error), "%s", error);
    diff_print(to, &selection, VALUE_MINIMUM, -1);
    selection_free(&selection);
}

static void pprofs(FILE *to, bool (*print)(FILE *to, const struct view *view))
{
    print_view(to, profile, print, NULL);
}

static void top(FILE *to)
{
    pprofs(to, view_top);
}

static void tree(FILE *to)
{
    pprofs(to, view_tree);
}

static void traces(FILE *to)
{
    pprofs(to, view_traces);
}

static void tags(FILE *to)
{
    pprofs(to, view_tags);
}

static const struct shown {
    const char *name;
    void (*print)(FILE *to);
} views[] = {
    {"report", report}, {"timers", timers}, {"growth", growth}, {"wakeups", wakeups},
    {"diff", diff},     {"check", check},   {"watch", watch},   {"top", top},
    {"tree", tree},     {"traces", traces}, {"tags", tags},
};

#define VIEWS (sizeof(views) / sizeof(*views))

/* The caller frees it. */
static char *shown_on(const struct shown *view, size_t columns)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    terminal_lead(to, columns);
    view->print(to);
    terminal_lead(NULL, 0);
    fclose(to);
    return text;
}

Test(widths, views_look_as_somebody_found_good)
{
    static const size_t widths[] = {40, 80, 132};
    for (size_t i = 0; i < VIEWS; i++) {
        for (size_t j = 0; j < sizeof(widths) / sizeof(*widths); j++) {
            char name[64], *text = shown_on(&views[i], widths[j]);
            snprintf(name, sizeof(name), "%s_at_%zu", views[i].name, widths[j]);
            expect_golden(name, text);
            free(text);
        }
    }
}

Test(widths, no_line_is_wider_than_the_terminal)
{
    for (size_t columns = 40; columns <= 200; columns++) {
        for (size_t i = 0; i < VIEWS; i++) {
            char *text = shown_on(&views[i], columns), *rest = text, *line;
            for (size_t head = views[i].print == watch ? 3 : 0; head > 0; head--)
                strsep(&rest, "\n"); /* which the screen cuts */
            while ((line = strsep(&rest, "\n")))
                cr_expect_leq(fit_columns(line), columns, "%s at %zu: \"%s\" has %zu",
                              views[i].name, columns, line, fit_columns(line));
            free(text);
        }
    }
}
