/* timers.c - what each live timer is, and what it waits for. */
#include "profile/callers.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/timer_words.h"
#include "views/views.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_NOTIFIED "NOTIFIES"
#define HEAD_SETTER "SET-BY"

/* Longer lines of code are not lined up: they would push what follows out of sight. */
#define WIDEST_CALLER 60

/* Columns that not all timers fill: without any that does, they are left out. */
struct columns {
    int state, family, flags; /* widths */
    bool name, keeps, stands_for;
    int thread, notified, setter; /* widths; 0: left out */
};

static void widen(int *width, const char *text)
{
    int length = (int)strlen(text);
    *width = length > *width ? length : *width;
}

static void widen_by_caller(int *width, struct profile *profile, const struct live_timer *timer,
                            uint32_t location, const char *head)
{
    if (location == CALLER_UNKNOWN)
        return;
    char *text = wording_caller(profile, timer->site, location);
    widen(width, head);
    widen(width, strlen(text) <= WIDEST_CALLER ? text : head);
    free(text);
}

static struct columns columns_of(struct profile *profile, size_t shown)
{
    struct columns columns = {.state = 14, .family = 8, .flags = 10};
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
        widen_by_caller(&columns.notified, profile, timer, timer->notified, HEAD_NOTIFIED);
        widen_by_caller(&columns.setter, profile, timer, timer->setter, HEAD_SETTER);
    }
    return columns;
}

static void print_column(FILE *to, int width, const char *text)
{
    if (width > 0)
        fprintf(to, " %-*s", width, text);
}

static void print_caller(FILE *to, int width, struct profile *profile,
                         const struct live_timer *timer, uint32_t location)
{
    char *text = location == CALLER_UNKNOWN ? NULL : wording_caller(profile, timer->site, location);
    print_column(to, width, text ? text : "-");
    free(text);
}

static void print_given(FILE *to, const struct columns *columns, const char *name,
                        const char *keeps, const char *stands_for)
{
    if (columns->name)
        fprintf(to, " %-16s", name);
    if (columns->keeps)
        fprintf(to, " %-8s", keeps);
    if (columns->stands_for)
        fprintf(to, " %10s", stands_for);
}

static void print_timer_row(FILE *to, struct profile *profile, const struct live_timer *timer,
                            const struct columns *columns)
{
    const struct tlk_timer *record = &timer->record;
    const struct judgement *judgement = &timer->judgement;
    if (profile->process_count > 1)
        fprintf(to, "%-8d ", timer->process->pid);
    fprintf(to, "%-*s  %-*s %-19s %-11s %-12s %-9s %-8s %6" PRIu32 " %8s  %-*s", columns->state,
            timer_word(timer), columns->family, timer_label(timer).s, timer_handles(record).s,
            clock_name(record->clock), timer_deadline(timer).s,
            record->interval ? text_duration(record->interval).s : "one-shot",
            text_duration(judgement->age).s, record->armed, timer_fired(judgement).s,
            columns->flags, timer_flags(judgement).s);
    print_given(to, columns, *timer->name ? timer->name : "-",
                timer_retained(record) ? text_bytes(timer_retained(record)).s : "-",
                text_count(process_one_in(timer->process, record->family)).s);
    print_column(to, columns->thread, timer_thread(timer).s);
    print_caller(to, columns->notified, profile, timer, timer->notified);
    print_caller(to, columns->setter, profile, timer, timer->setter);
    fputc(' ', to);
    site_print(to, profile, timer->site);
}

static void print_head(FILE *to, const struct profile *profile, const struct columns *columns)
{
    if (profile->process_count > 1)
        fprintf(to, "%-8s ", "PID");
    fprintf(to, "%-*s  %-*s %-19s %-11s %-12s %-9s %-8s %6s %8s  %-*s", columns->state, "STATE",
            columns->family, "FAMILY", "TIMER", "CLOCK", "DEADLINE", "INTERVAL", "AGE", "ARMED",
            "FIRED", columns->flags, "FLAGS");
    print_given(to, columns, "NAME", "KEEPS", "STANDS-FOR");
    print_column(to, columns->thread, "THREAD");
    print_column(to, columns->notified, HEAD_NOTIFIED);
    print_column(to, columns->setter, HEAD_SETTER);
    fprintf(to, " SITE\n");
}

void timers_print(FILE *to, struct profile *profile, long most)
{
    size_t count = profile->timer_count;
    size_t shown = most >= 0 && (size_t)most < count ? (size_t)most : count;
    struct columns columns;
    coverage_print(to, profile);
    if (count == 0) {
        fprintf(to, "no timer is live\n");
        return;
    }
    timers_sort(profile);
    columns = columns_of(profile, shown);
    print_head(to, profile, &columns);
    for (size_t i = 0; i < shown; i++)
        print_timer_row(to, profile, &profile->timers[i], &columns);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "timer", "timers").s);
    losses_print_modules(to, profile);
}
