/* timers.c - what each live timer is, and what it waits for. */
#include "base/numbers.h"
#include "base/proc.h"
#include "profile/callers.h"
#include "profile/families.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/table.h"
#include "views/views.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define HEAD_NOTIFIED "NOTIFIES"
#define HEAD_SETTER "SET-BY"

static int compare_descriptors(const void *left, const void *right)
{
    return compare_numbers(*(const uint64_t *)left, *(const uint64_t *)right);
}

/* "fd 5,7,9", and "+" where there are more than are known. */
static struct text descriptors_of(const struct tlk_timer *record)
{
    struct text text;
    uint64_t numbers[1 + TLK_DUPLICATES] = {record->id}, count = 1;
    for (size_t i = 0; i < TLK_DUPLICATES; i++) {
        if (record->duplicates[i] > 0)
            numbers[count++] = record->duplicates[i] - 1u;
    }
    qsort(numbers, count, sizeof(*numbers), compare_descriptors);
    size_t length = (size_t)snprintf(text.s, sizeof(text.s), "fd %" PRIu64, numbers[0]);
    for (size_t i = 1; i < count; i++)
        length +=
            (size_t)snprintf(text.s + length, sizeof(text.s) - length, ",%" PRIu64, numbers[i]);
    if (record->references > count)
        snprintf(text.s + length, sizeof(text.s) - length, "+");
    return text;
}

struct text timer_identity(uint64_t family, uint64_t id)
{
    static const char *const itimers[] = {
        [ITIMER_REAL] = "real", [ITIMER_VIRTUAL] = "virtual", [ITIMER_PROF] = "prof"};
    struct text text;
    if (family_has(family, TLK_BY_DESCRIPTOR))
        snprintf(text.s, sizeof(text.s), "fd %" PRIu64, id);
    else if (family_has(family, TLK_OF_PROCESS) && id <= ITIMER_PROF)
        snprintf(text.s, sizeof(text.s), "%s", itimers[id]);
    else
        /* The C library's own handles, for SIGEV_THREAD, are pointers in disguise. */
        snprintf(text.s, sizeof(text.s), id > UINT32_MAX ? "%#" PRIx64 : "id %" PRIu64, id);
    return text;
}

/* With all its descriptors. */
static struct text identity_of(const struct tlk_timer *record)
{
    if (family_has(record->family, TLK_BY_DESCRIPTOR))
        return descriptors_of(record);
    if (!record->id && !record->references) /* of event_base_once(): the program has no handle */
        return (struct text){"-"};
    return timer_identity(record->family, record->id);
}

static struct text deadline_of(const struct live_timer *timer)
{
    const struct judgement *judgement = &timer->judgement;
    struct text text;
    int64_t next = judgement->next;
    uint64_t distance = next < 0 ? -(uint64_t)next : (uint64_t)next;
    if (!judgement->due_known)
        snprintf(text.s, sizeof(text.s), judgement->armed ? "?" : "-");
    else
        snprintf(text.s, sizeof(text.s), next < 0 ? "%.20s ago" : "in %.20s",
                 text_duration(distance).s);
    return text;
}

/* "0+": so often at least. */
static struct text fired_of(const struct judgement *judgement)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%" PRIu64 "%s", judgement->fired,
             judgement->fired_unknown ? "+" : "");
    return text;
}

static void flag_add(struct text *text, bool set, const char *flag)
{
    size_t length = strlen(text->s);
    if (set)
        snprintf(text->s + length, sizeof(text->s) - length, "%s%s", length > 0 ? " " : "", flag);
}

static struct text flags_of(const struct judgement *judgement)
{
    struct text text = {""};
    const char *origin = judgement->passed_on   ? "passed-on"
                         : judgement->inherited ? "inherited"
                         : judgement->received  ? "received"
                                                : NULL;
    flag_add(&text, judgement->unread, "unread");
    flag_add(&text, judgement->overwritten, "overwritten");
    flag_add(&text, origin != NULL, origin);
    flag_add(&text, judgement->shared, "shared");
    flag_add(&text, judgement->overdue, "overdue");
    flag_add(&text, judgement->far_future, "far-future");
    flag_add(&text, *text.s == '\0', "-");
    return text;
}

static struct text timer_label(const struct live_timer *timer)
{
    return family_label(timer->record.family, timer->site->kind);
}

static const char *timer_word(const struct live_timer *timer)
{
    return state_word(timer->judgement.state, timer->record.family);
}

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

/* The thread that made it: its number, and its name while it runs. */
static struct text thread_of(const struct live_timer *timer)
{
    struct text text = {"-"};
    uint32_t thread = timer->record.thread;
    if (!thread)
        return text;
    struct thread_name name = {""};
    if (timer->process->alive)
        name = proc_thread_name(timer->process->pid, (pid_t)thread);
    snprintf(text.s, sizeof(text.s), "%" PRIu32 "%s%s", thread, *name.s ? " " : "", name.s);
    return text;
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
        widen(&columns.flags, flags_of(&timer->judgement).s);
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
    const struct tlk_timer *record = &timer->record;
    const struct judgement *judgement = &timer->judgement;
    const struct text family = timer_label(timer), identity = identity_of(record),
                      deadline = deadline_of(timer), interval = text_duration(record->interval),
                      age = text_duration(judgement->age), fired = fired_of(judgement),
                      flags = flags_of(judgement), keeps = text_bytes(timer_retained(record)),
                      stands_for = text_count(process_one_in(timer->process, record->family)),
                      thread = thread_of(timer);
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

/* The oldest first; those of one age in the order of their processes, families and numbers. */
static int by_age(const void *left, const void *right)
{
    const struct live_timer *a = left, *b = right;
    int order = compare_numbers(b->judgement.age, a->judgement.age);
    if (!order)
        order = compare_numbers((uint64_t)a->process->pid, (uint64_t)b->process->pid);
    if (!order)
        order = compare_numbers(a->record.family, b->record.family);
    return order ? order : compare_numbers(a->record.id, b->record.id);
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
    qsort(profile->timers, count, sizeof(*profile->timers), by_age);
    columns = columns_of(profile, shown, terminal_columns(to));
    lay_out(&table, to, &columns);
    table_print_head(&table);
    for (size_t i = 0; i < shown; i++)
        print_timer_row(&table, profile, &profile->timers[i], &columns);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "timer", "timers").s);
    losses_print_modules(to, profile);
}
