/* left.c - what a test has left behind. */
#include "base/fit.h"
#include "base/numbers.h"
#include "base/text.h"
#include "profile/families.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/timer_words.h"
#include "views/views.h"

#include <stdlib.h>

/* Of one site so many are named: they differ in little. */
#define MOST_OF_SITE 8

static int by_site_and_creation(const void *left, const void *right)
{
    const struct live_timer *a = left, *b = right;
    int order = compare_numbers(a->site->index, b->site->index);
    return order ? order : compare_numbers(a->record.created, b->record.created);
}

/* Moves them to the front; how many they are. */
static size_t keep_since(struct profile *profile, uint64_t since)
{
    size_t kept = 0;
    for (size_t i = 0; i < profile->timer_count; i++) {
        const struct timer_record *record = &profile->timers[i].record;
        if (record->created >= since && !(record->flags & TLK_INHERITED))
            profile->timers[kept++] = profile->timers[i];
    }
    profile->timer_count = kept;
    if (kept > 0)
        qsort(profile->timers, kept, sizeof(*profile->timers), by_site_and_creation);
    return kept;
}

static void print_left_timer(FILE *to, const struct live_timer *timer)
{
    const char *name = timer->name;
    fit_say(to, "         %s, %s, made %s ago%s%s%s",
            state_word(timer->judgement.state, timer->record.family),
            timer_identity(timer->record.family, timer->record.id).s,
            text_duration(timer->judgement.age).s, *name ? ", of \"" : "", name, *name ? "\"" : "");
}

static void print_group(FILE *to, struct profile *profile, const struct live_timer *timers,
                        size_t count)
{
    struct site *site = timers->site;
    char before[128];
    snprintf(before, sizeof(before), "%-8s %s left  ", family_label(site->family, site->kind).s,
             text_count(count).s);
    fputc('\n', to);
    site_print(to, before, profile, site);
    for (size_t i = 0; i < count && i < MOST_OF_SITE; i++)
        print_left_timer(to, &timers[i]);
    if (count > MOST_OF_SITE)
        fprintf(to, "         and %s more\n", text_count(count - MOST_OF_SITE).s);
    fprintf(to, "       created by\n");
    site_print_stack(to, profile, site);
}

size_t left_print(FILE *to, struct profile *profile, uint64_t since)
{
    size_t count = keep_since(profile, since);
    if (count == 0)
        fprintf(to, "no timers left\n");
    else
        fprintf(to, "%s left:\n", text_plural(count, "timer is", "timers are").s);
    for (size_t first = 0, end; first < count; first = end) {
        const struct live_timer *timers = &profile->timers[first];
        for (end = first + 1; end < count && profile->timers[end].site == timers->site;)
            end++;
        print_group(to, profile, timers, end - first);
    }
    coverage_print(to, profile);
    losses_print_modules(to, profile);
    return count;
}
