/* host.c - who on this host holds timers, and what one of them holds. */
#include "base/clock.h"
#include "outside/held.h"
#include "outside/running.h"
#include "profile/tags.h"
#include "views/table.h"
#include "views/timer_words.h"
#include "views/views.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a command line may take where lines may be of any length: its end says little. */
#define WIDEST_COMMAND 120u
#define WIDEST_UNIT 32u

/* ---- in words ---- */

/* "3 timerfds (1 armed, 1 unread, 1 idle), 2 POSIX timers" */
static void say_counts(FILE *to, const char *before, const struct host_counts *counts)
{
    char states[128] = "", *at = states;
    for (enum kernel_state state = 0; state < KERNEL_STATES; state++)
        at += snprintf(at, (size_t)(states + sizeof(states) - at), "%s%.20s %s",
                       state > 0 ? ", " : "", text_count(counts->states[state]).s,
                       kernel_state_name(state));
    fit_say(to, "%s%s (%s), %s", before, text_plural(counts->timerfds, "timerfd", "timerfds").s,
            states, text_plural(counts->posix, "POSIX timer", "POSIX timers").s);
}

static struct text share_text(const struct host_share *share)
{
    struct text text = {"-"};
    if (share->limit == 0 || share->limit == UINT64_MAX)
        return text;
    snprintf(text.s, sizeof(text.s), "%.0f%%", 100 * (double)share->used / (double)share->limit);
    return text;
}

/* Of a watch: when that was. */
static void print_head(FILE *to, const struct host_view *view)
{
    if (view->looks > 0)
        fit_say(to, "at %s%s", text_local_time(clock_now(CLOCK_REALTIME)).s,
                view->keys ? "; keys: space looks, q quits" : "");
}

/* Every look says what none can show. */
static void print_foot(FILE *to, const struct host *host)
{
    if (host->denied > 0)
        fit_say(to, "%s may not be read: %s", text_plural(host->denied, "process", "processes").s,
                running_advice("/proc").s);
    fit_say(to,
            "interval timers (setitimer, alarm) are not here: the kernel shows them to their own "
            "process only");
    fit_say(to, "read in %s", text_duration(host->took).s);
}

/* ---- the table ---- */

/* Columns that would say the same of all are left out. */
struct shown {
    bool growth, copies, shared, posix, unit;
    size_t widest_unit;
};

static struct shown shown_of(const struct host_view *view)
{
    const struct host_rows *rows = view->rows;
    struct shown shown = {.growth = view->looks > 1,
                          .copies = rows->total.copies > 0,
                          .posix = rows->total.posix > 0,
                          .widest_unit = strlen("UNIT")};
    for (size_t i = 0; i < rows->count; i++) {
        const struct cgroup_name name = cgroup_name(rows->list[i].processes[0]->cgroup);
        size_t width = fit_columns(name.s);
        shown.shared |= rows->list[i].counts.shared > 0;
        shown.unit |= strcmp(name.s, "/") != 0;
        if (width > shown.widest_unit)
            shown.widest_unit = width < WIDEST_UNIT ? width : WIDEST_UNIT;
    }
    shown.unit &= !rows->by_cgroup;
    return shown;
}

static void add_shown(struct table *table, bool shown, struct column column)
{
    if (shown)
        table_add(table, column);
}

static void lay_out(struct table *table, FILE *to, const struct shown *shown, bool by_cgroup)
{
    table_begin(table, to);
    table_add(table, by_cgroup ? (struct column){"PROCESSES", 9, RIGHT, 0}
                               : (struct column){"PID", 7, RIGHT, 0});
    add_shown(table, shown->growth, (struct column){"GROWTH", 7, RIGHT, 1});
    table_add(table, (struct column){"TIMERFD", 7, RIGHT, 1});
    table_add(table, (struct column){"ARMED", 6, RIGHT, 1});
    table_add(table, (struct column){"UNREAD", 6, RIGHT, 1});
    table_add(table, (struct column){"IDLE", 6, RIGHT, 1});
    add_shown(table, shown->copies, (struct column){"COPIES", 6, RIGHT, 1});
    add_shown(table, shown->shared, (struct column){"SHARED", 6, RIGHT, 1});
    table_add(table, (struct column){"NOFILE", 6, RIGHT, 1});
    add_shown(table, shown->posix, (struct column){"POSIX", 6, RIGHT, 1});
    add_shown(table, shown->posix, (struct column){"SIGPENDING", 10, RIGHT, 1});
    add_shown(table, shown->unit, (struct column){"UNIT", shown->widest_unit, LEFT, 2});
    table_add(table, (struct column){by_cgroup ? "UNIT" : "COMMAND", 0, LEFT, 2});
    table_lay_out(table);
}

/* The caller frees it. */
static char *fit_last(const struct table *table, const char *text)
{
    size_t room = table_room(table);
    return fit_name(text, room == COLUMNS_ANY ? WIDEST_COMMAND : room);
}

static void print_row(const struct table *table, const struct shown *shown, bool by_cgroup,
                      const struct host_row *row)
{
    const struct host_process *process = row->processes[0];
    const struct host_counts *counts = &row->counts;
    const struct cgroup_name unit = cgroup_name(process->cgroup);
    const struct text growth = text_change(row->growth), timerfds = text_count(counts->timerfds),
                      armed = text_count(counts->states[KERNEL_ARMED]),
                      unread = text_count(counts->states[KERNEL_UNREAD]),
                      idle = text_count(counts->states[KERNEL_IDLE]),
                      copies = text_count(counts->copies), shared = text_count(counts->shared),
                      posix = text_count(counts->posix), nofile = share_text(&row->descriptors),
                      sigpending = share_text(&row->signals);
    struct text first;
    snprintf(first.s, sizeof(first.s), "%zu",
             by_cgroup ? row->process_count : (size_t)process->pid);
    char *fitted_unit = fit_name(unit.s, shown->widest_unit);
    char *last = fit_last(table, by_cgroup           ? unit.s
                                 : *process->command ? process->command
                                                     : process->name.s);
    const struct {
        bool shown;
        const char *text;
    } all[] = {
        {true, first.s},
        {shown->growth, growth.s},
        {true, timerfds.s},
        {true, armed.s},
        {true, unread.s},
        {true, idle.s},
        {shown->copies, copies.s},
        {shown->shared, shared.s},
        {true, counts->timerfds > 0 ? nofile.s : "-"},
        {shown->posix, posix.s},
        {shown->posix, counts->posix > 0 ? sigpending.s : "-"},
        {shown->unit, fitted_unit},
        {true, last},
    };
    const char *cells[TABLE_MOST];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (all[i].shown)
            cells[count++] = all[i].text;
    }
    table_print_row(table, cells);
    free(fitted_unit);
    free(last);
}

static void print_totals(FILE *to, const struct host_view *view)
{
    size_t count = view->host->count;
    struct text before;
    snprintf(before.s, sizeof(before.s), "%.30s %s ", text_plural(count, "process", "processes").s,
             count == 1 ? "holds" : "hold");
    say_counts(to, before.s, &view->rows->total);
    if (view->looks > 1 && !view->changed)
        fit_say(to, "growth: since the first look");
}

static void print_rows(FILE *to, const struct host_view *view)
{
    const struct host_rows *rows = view->rows;
    const struct shown shown = shown_of(view);
    struct table table;
    size_t printed = 0, left = 0;
    lay_out(&table, to, &shown, rows->by_cgroup);
    for (size_t i = 0; i < rows->count; i++) {
        if (view->changed && rows->list[i].growth == 0)
            continue;
        if (view->most >= 0 && printed == (size_t)view->most) {
            left++;
            continue;
        }
        if (printed++ == 0)
            table_print_head(&table);
        print_row(&table, &shown, rows->by_cgroup, &rows->list[i]);
    }
    if (left > 0)
        fprintf(to, "%s not shown\n",
                text_plural(left, rows->by_cgroup ? "group" : "process",
                            rows->by_cgroup ? "groups" : "processes")
                    .s);
}

/* ---- one process ---- */

static void say_share(FILE *to, const char *name, const struct host_share *share)
{
    fit_say(to, "%s: %s of %s", name, text_count(share->used).s,
            share->limit == UINT64_MAX ? "unlimited" : text_count(share->limit).s);
}

static void lay_out_held(struct table *table, FILE *to)
{
    table_begin(table, to);
    table_add(table, (struct column){"TIMER", 14, LEFT, 0});
    table_add(table, (struct column){"STATE", 6, LEFT, 1});
    table_add(table, (struct column){"CLOCK", 11, LEFT, 1});
    table_add(table, (struct column){"DEADLINE", 10, LEFT, 1});
    table_add(table, (struct column){"INTERVAL", 9, LEFT, 1});
    table_add(table, (struct column){"UNREAD", 8, RIGHT, 1});
    table_add(table, (struct column){"NOTIFIES", 0, LEFT, 2});
    table_lay_out(table);
}

/* "fd 5,7"; the caller frees it. */
static char *numbers_text(const char *before, const struct held_numbers *numbers)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    for (size_t i = 0; i < numbers->count; i++)
        fprintf(to, "%s%" PRIu64, i == 0 ? before : ",", numbers->list[i]);
    if (numbers->count == 0)
        fputc('-', to);
    fclose(to);
    return text;
}

static void print_timerfd(const struct table *table, const struct held_timer *held)
{
    const struct kernel_timer *timer = held->timer;
    struct text deadline = {"-"};
    const struct text interval = text_duration(timer->interval), ticks = text_count(timer->ticks);
    char *descriptors = numbers_text("fd ", &held->descriptors);
    char *epolls = numbers_text("epoll ", &held->epolls), *last = fit_last(table, epolls);
    if (timer->left > 0)
        snprintf(deadline.s, sizeof(deadline.s), "in %.20s", text_duration(timer->left).s);
    table_print_row(
        table, (const char *const[]){descriptors, kernel_state_name(kernel_timer_state(timer)),
                                     clock_name(timer->clock), deadline.s,
                                     timer->interval > 0 ? interval.s : "one-shot", ticks.s, last});
    free(descriptors);
    free(epolls);
    free(last);
}

/* The kernel tells nothing of when one is due, nor whether it is. */
static void print_posix(const struct table *table, const struct kernel_timer *timer)
{
    struct text notifies = {"-"};
    if (timer->signal != 0)
        snprintf(notifies.s, sizeof(notifies.s), "signal %d%s", timer->signal,
                 timer->to_thread ? " to a thread" : "");
    const struct text identity = timer_identity(timer->family, timer->id);
    table_print_row(table, (const char *const[]){identity.s, "?", clock_name(timer->clock), "?",
                                                 "?", "-", notifies.s});
}

static void print_held(FILE *to, const struct held *held)
{
    struct table table;
    lay_out_held(&table, to);
    if (held->count > 0)
        table_print_head(&table);
    for (size_t i = 0; i < held->count; i++) {
        if (held->list[i].timer->family == TLK_TIMERFD)
            print_timerfd(&table, &held->list[i]);
        else
            print_posix(&table, held->list[i].timer);
    }
}

static void print_process(FILE *to, const struct host_row *row)
{
    const struct host_process *process = row->processes[0];
    struct held held;
    char before[64];
    held_make(&held, process);
    snprintf(before, sizeof(before), "%s (pid %d): ", process->name.s, (int)process->pid);
    say_counts(to, before, &row->counts);
    if (row->growth != 0)
        fit_say(to, "%s since the first look", text_change(row->growth).s);
    say_share(to, "descriptors", &row->descriptors);
    if (row->counts.posix > 0)
        say_share(to, "queued signals, of all processes of its user", &row->signals);
    print_held(to, &held);
    if (row->counts.posix > 0)
        fit_say(to, "?: whether POSIX timers are armed, and until when, the kernel does not show");
    fit_say(to, "who made them: timerleak trace -p %d, or start it by timerleak record",
            (int)process->pid);
    held_free(&held);
}

void host_print(FILE *to, const struct host_view *view)
{
    print_head(to, view);
    if (!view->timers) {
        print_totals(to, view);
        print_rows(to, view);
        print_foot(to, view->host);
        return;
    }
    for (size_t i = 0; i < view->rows->count; i++) {
        if (i > 0)
            fputc('\n', to);
        print_process(to, &view->rows->list[i]);
    }
}
