/* timers.c - what each live timer is, and what it waits for. */
#include "profile/families.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"

#include <inttypes.h>
#include <string.h>
#include <sys/time.h>

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

static struct text deadline_of(const struct live_timer *timer)
{
    const struct judgement *judgement = &timer->judgement;
    struct text text;
    uint64_t distance = judgement->due < 0 ? -(uint64_t)judgement->due : (uint64_t)judgement->due;
    if (!judgement->due_known)
        snprintf(text.s, sizeof(text.s), judgement->armed ? "?" : "-");
    else
        snprintf(text.s, sizeof(text.s), judgement->due < 0 ? "%.20s ago" : "in %.20s",
                 text_duration(distance).s);
    return text;
}

static struct text flags_of(const struct judgement *judgement)
{
    struct text text;
    const char *origin = judgement->passed_on   ? "passed-on "
                         : judgement->inherited ? "inherited "
                         : judgement->received  ? "received "
                                                : "";
    snprintf(text.s, sizeof(text.s), "%s%s%s%s%s", judgement->unread ? "unread " : "", origin,
             judgement->shared ? "shared " : "", judgement->overdue ? "overdue " : "",
             judgement->far_future ? "far-future " : "");
    size_t length = strlen(text.s);
    if (length > 0)
        text.s[length - 1] = '\0';
    else
        snprintf(text.s, sizeof(text.s), "-");
    return text;
}

static struct text timer_label(const struct live_timer *timer)
{
    return family_label(timer->record.family, timer->site->kind);
}

/* Columns that only timers of gotime, or of a sample, fill; without any they are left out. */
struct columns {
    int family; /* its width */
    bool name, keeps, stands_for;
};

static struct columns columns_of(const struct profile *profile, size_t shown)
{
    struct columns columns = {.family = 8};
    for (size_t i = 0; i < shown; i++) {
        const struct live_timer *timer = &profile->timers[i];
        int width = (int)strlen(timer_label(timer).s);
        columns.family = width > columns.family ? width : columns.family;
        columns.name |= *timer->name != '\0';
        columns.keeps |= timer->record.retained > 0;
        columns.stands_for |= timer->process->one_in > 1;
    }
    return columns;
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
    fprintf(to, "%-14s  %-*s %-19s %-11s %-12s %-9s %-8s %6" PRIu32 " %8" PRIu64 "  %-10s",
            state_name(judgement->state), columns->family, timer_label(timer).s,
            timer_identity(record->family, record->id).s, clock_name(record->clock),
            deadline_of(timer).s, record->interval ? text_duration(record->interval).s : "one-shot",
            text_duration(judgement->age).s, record->armed, judgement->fired,
            flags_of(judgement).s);
    print_given(to, columns, *timer->name ? timer->name : "-",
                record->retained ? text_bytes(record->retained).s : "-",
                text_count(process_one_in(timer->process, record->family)).s);
    fputc(' ', to);
    site_print(to, profile, timer->site);
}

static void print_head(FILE *to, const struct profile *profile, const struct columns *columns)
{
    if (profile->process_count > 1)
        fprintf(to, "%-8s ", "PID");
    fprintf(to, "%-14s  %-*s %-19s %-11s %-12s %-9s %-8s %6s %8s  %-10s", "STATE", columns->family,
            "FAMILY", "TIMER", "CLOCK", "DEADLINE", "INTERVAL", "AGE", "ARMED", "FIRED", "FLAGS");
    print_given(to, columns, "NAME", "KEEPS", "STANDS-FOR");
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
    columns = columns_of(profile, shown);
    print_head(to, profile, &columns);
    for (size_t i = 0; i < shown; i++)
        print_timer_row(to, profile, &profile->timers[i], &columns);
    if (shown < count)
        fprintf(to, "%s not shown\n", text_plural(count - shown, "timer", "timers").s);
    losses_print_modules(to, profile);
}
