/* timers.c - what each live timer is, and what it waits for. */
#include "profile/callers.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/timer_words.h"
#include "views/views.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_NOTIFIED "NOTIFIES"
#define HEAD_SETTER "SET-BY"

/* Longer lines of code are not lined up: they would push what follows out of sight. */
#define WIDEST_CALLER 60u

/* Columns that not all timers fill: without any that does, they are left out. */
struct columns {
    size_t state, family, flags; /* widths */
    bool pid, name, keeps, stands_for;
    size_t thread, notified, setter; /* widths; 0: left out */
    size_t widest_caller;
};

static void widen(size_t *width, const char *text)
{
    size_t length = fit_columns(text);
    *width = length > *width ? length : *width;
}

static void widen_by_caller(const struct columns *columns, size_t *width, struct profile *profile,
                            const struct live_timer *timer, uint32_t location, const char *head)
{
    if (location == CALLER_UNKNOWN)
        return;
    char *text = wording_caller(profile, timer->site, location);
    widen(width, head);
    if (fit_columns(text) <= columns->widest_caller)
        widen(width, text);
    free(text);
}

static struct columns columns_of(struct profile *profile, size_t shown, size_t limit)
{
    struct columns columns = {
        .state = 14, .family = 8, .flags = 10, .widest_caller = WIDEST_CALLER};
    if (columns.widest_caller > limit / 2)
        columns.widest_caller = limit / 2;
    columns.pid = profile->process_count > 1;
    for (size_t i = 0; i < shown; i++) {
        const struct live_timer *timer = &profile->timers[i];
        widen(&columns.state, timer_word(timer));
        widen(&columns.family, timer_label(timer).s);
        widen(&columns.flags, timer_flags(&timer->judgement).s);
        columns.name |= *timer->name != '\0';
        columns.keeps |= timer_retained(&timer->record) > 0;
        columns.stands_for |= timer->process->one_in > 1;
        if (timer->record.thread)
            widen(&columns.thread, timer->process->alive ? "4194304 fifteen letters" : "4194304");
        widen_by_caller(&columns, &columns.notified, profile, timer, timer->notified,
                        HEAD_NOTIFIED);
        widen_by_caller(&columns, &columns.setter, profile, timer, timer->setter, HEAD_SETTER);
    }
    return columns;
}

static void add_given(struct table *table, bool given, struct column column)
{
    if (given)
        table_add(table, column);
}

static void lay_out(struct table *table, FILE *to, const struct columns *columns)
{
    table_begin(table, to);
    add_given(table, columns->pid, (struct column){"PID", 8, LEFT, 0});
    table_add(table, (struct column){"STATE", columns->state, LEFT, columns->pid ? 1 : 0});
    table_add(table, (struct column){"FAMILY", columns->family, LEFT, 2});
    table_add(table, (struct column){"TIMER", 19, LEFT, 1});
    table_add(table, (struct column){"CLOCK", 11, LEFT, 1});
    table_add(table, (struct column){"DEADLINE", 12, LEFT, 1});
    table_add(table, (struct column){"INTERVAL", 9, LEFT, 1});
    table_add(table, (struct column){"AGE", 8, LEFT, 1});
    table_add(table, (struct column){"ARMED", 6, RIGHT, 1});
    table_add(table, (struct column){"FIRED", 8, RIGHT, 1});
    table_add(table, (struct column){"FLAGS", columns->flags, LEFT, 2});
    add_given(table, columns->name, (struct column){"NAME", 16, LEFT, 1});
    add_given(table, columns->keeps, (struct column){"KEEPS", 8, LEFT, 1});
    add_given(table, columns->stands_for, (struct column){"STANDS-FOR", 10, RIGHT, 1});
    add_given(table, columns->thread, (struct column){"THREAD", columns->thread, LEFT, 1});
    add_given(table, columns->notified, (struct column){HEAD_NOTIFIED, columns->notified, LEFT, 1});
    add_given(table, columns->setter, (struct column){HEAD_SETTER, columns->setter, LEFT, 1});
    table_add(table, (struct column){"SITE", 0, LEFT, 1});
    table_lay_out(table);
}

/* "-": nobody. The caller frees it. */
static char *caller_text(const struct table *table, struct profile *profile, size_t width,
                         const struct live_timer *timer, uint32_t location)
{
    char *text = location == CALLER_UNKNOWN ? memory_copy("-")
                                            : wording_caller(profile, timer->site, location);
    char *fitted = fit_name(text, table_room(table) == COLUMNS_ANY ? COLUMNS_ANY : width);
    free(text);
    return fitted;
}

static void print_timer_row(const struct table *table, struct profile *profile,
                            const struct live_timer *timer, const struct columns *columns)
{
    const struct timer_record *record = &timer->record;
    const struct judgement *judgement = &timer->judgement;
    const struct text family = timer_label(timer), identity = timer_handles(record),
                      deadline = timer_deadline(timer), interval = text_duration(record->interval),
                      age = text_duration(judgement->age), fired = timer_fires(judgement),
                      flags = timer_flags(judgement), keeps = text_bytes(timer_retained(record)),
                      stands_for = text_count(process_one_in(timer->process, record->family)),
                      thread = timer_thread(timer);
    struct text pid, armed;
    snprintf(pid.s, sizeof(pid.s), "%d", timer->process->pid);
    snprintf(armed.s, sizeof(armed.s), "%" PRIu32, record->armed);
    char *notified = caller_text(table, profile, columns->notified, timer, timer->notified);
    char *setter = caller_text(table, profile, columns->setter, timer, timer->setter);
    char *site = site_name(profile, timer->site, table_room(table));
    const struct {
        bool given;
        const char *text;
    } all[] = {
        {columns->pid, pid.s},
        {true, timer_word(timer)},
        {true, family.s},
        {true, identity.s},
        {true, clock_name(record->clock)},
        {true, deadline.s},
        {true, record->interval ? interval.s : "one-shot"},
        {true, age.s},
        {true, armed.s},
        {true, fired.s},
        {true, flags.s},
        {columns->name, *timer->name ? timer->name : "-"},
        {columns->keeps, timer_retained(record) ? keeps.s : "-"},
        {columns->stands_for, stands_for.s},
        {columns->thread, thread.s},
        {columns->notified, notified},
        {columns->setter, setter},
        {true, site},
    };
    const char *cells[TABLE_MOST];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (all[i].given)
            cells[count++] = all[i].text;
    }
    table_print_row(table, cells);
    free(notified);
    free(setter);
    free(site);
}

void timers_print(FILE *to, struct profile *profile, long most)
{
    size_t count = profile->timer_count;
    size_t shown = most >= 0 && (size_t)most < count ? (size_t)most : count;
    struct columns columns;
    struct table table;
    coverage_print(to, profile);
    if (count == 0) {
        fprintf(to, "no timer is live\n");
        return;
    }
    timers_sort(profile);
    columns = columns_of(profile, shown, terminal_columns(to));
    lay_out(&table, to, &columns);
    table_print_head(&table);
    for (size_t i = 0; i < shown; i++)
        print_timer_row(&table, profile, &profile->timers[i], &columns);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "timer", "timers").s);
    losses_print_modules(to, profile);
}
