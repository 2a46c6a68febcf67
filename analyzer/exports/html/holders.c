#include "exports/html/holders.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "base/text.h"
#include "exports/html/page.h"
#include "profile/process.h"

#include <stdlib.h>
#include <time.h>

#define HOLDERS_MOST 20 /* in a table */

/* ---- gathering ---- */

static bool same_holder(const void *key, const void *array, uint32_t number)
{
    const struct holder *wanted = key, *known = (const struct holder *)array + number;
    return wanted->site == known->site && wanted->process == known->process;
}

static uint64_t holder_hash(const struct holder *holder)
{
    const uintptr_t words[] = {(uintptr_t)holder->site, (uintptr_t)holder->process};
    return hash_key(words, sizeof(words));
}

static void count_timer(struct holders *holders, struct index *index,
                        const struct live_timer *timer)
{
    const struct holder wanted = {.site = site_shown(timer->site), .process = timer->process};
    uint64_t hash = holder_hash(&wanted),
             one = process_one_in(timer->process, timer->record.family);
    uint32_t known = index_find(index, hash, &wanted, holders->list, same_holder);
    if (known == INDEX_NONE) {
        holders->list =
            memory_grow(holders->list, holders->count, &holders->room, sizeof(*holders->list));
        known = (uint32_t)holders->count++;
        holders->list[known] = wanted;
        index_add(index, hash, known);
    }
    holders->list[known].live += one;
    holders->list[known].states[timer->judgement.state] += one;
}

/* Paths are told with the site that is shown for them. */
static void add_growth(struct holders *holders, const struct index *index,
                       const struct growth *growth)
{
    const struct holder wanted = {.site = site_shown(growth->site), .process = growth->process};
    uint32_t known = index_find(index, holder_hash(&wanted), &wanted, holders->list, same_holder);
    if (known != INDEX_NONE)
        holders->list[known].growth += growth->per_second;
}

static int by_site(const void *left, const void *right)
{
    const struct holder *a = left, *b = right;
    int order = compare_numbers(a->site->index, b->site->index);
    if (!order)
        order = compare_numbers(b->live, a->live);
    return order ? order : compare_numbers(a->process->index, b->process->index);
}

void holders_make(struct holders *holders, const struct profile *profile, size_t most)
{
    struct index index = {0};
    *holders = (struct holders){0};
    for (size_t i = 0; i < profile->timer_count; i++) {
        const struct live_timer *timer = &profile->timers[i];
        if (site_shown(timer->site)->index < most && !timer->judgement.shared &&
            !timer->process->base)
            count_timer(holders, &index, timer);
    }
    for (size_t i = 0; i < profile->growths.count; i++)
        add_growth(holders, &index, &profile->growths.list[i]);
    if (holders->count > 0)
        qsort(holders->list, holders->count, sizeof(*holders->list), by_site);
    index_free(&index);
}

void holders_free(struct holders *holders)
{
    free(holders->list);
}

/* ---- writing ---- */

static enum timer_state most_are(const struct holder *holder)
{
    enum timer_state most = 0;
    for (enum timer_state state = 1; state < TIMER_STATES; state++)
        most = holder->states[state] > holder->states[most] ? state : most;
    return most;
}

static void write_start(FILE *to, const struct process *process)
{
    char text[32] = "";
    time_t seconds = (time_t)(process->start_real / UINT64_C(1000000000));
    struct tm utc;
    if (gmtime_r(&seconds, &utc))
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc);
    fprintf(to, "<td>%s</td>", text);
}

static void write_holder(FILE *to, const struct holder *holder)
{
    const struct process *process = holder->process;
    fprintf(to, "<tr><th scope=\"row\" class=\"number\">%d</th><td>", process->pid);
    html_text(to, process->name);
    fputs("</td>", to);
    write_start(to, process);
    fprintf(to, "<td class=\"number\">%s</td><td>%s</td><td class=\"number\">%s</td><td>%s</td>",
            process_lived(process).s, process_end(process).s, text_count(holder->live).s,
            state_word(most_are(holder), holder->site->family));
    fprintf(to,
            "<td class=\"number\">%s%s</td><td><button type=\"button\" class=\"scripted-only\" "
            "data-process=\"%zu\">only this one</button></td></tr>\n",
            holder->growth > 0 ? "+" : "", holder->growth > 0 ? text_rate(holder->growth).s : "–",
            process->index);
}

static void write_rest(FILE *to, const struct holder *first, size_t count)
{
    uint64_t live = 0;
    for (size_t i = 0; i < count; i++)
        live += first[i].live;
    fprintf(to, "<p class=\"note\">and %s in %s more</p>\n", text_count(live).s,
            text_plural(count, "process", "processes").s);
}

static int by_site_alone(const void *left, const void *right)
{
    return compare_numbers(((const struct holder *)left)->site->index,
                           ((const struct holder *)right)->site->index);
}

void holders_write(FILE *to, const struct holders *holders, const struct site *site)
{
    const struct holder wanted = {.site = site}, *end = holders->list + holders->count;
    const struct holder *first =
        holders->count > 0
            ? bsearch(&wanted, holders->list, holders->count, sizeof(wanted), by_site_alone)
            : NULL;
    size_t count = 0;
    if (!first)
        return;
    while (first > holders->list && first[-1].site == site)
        first--;
    while (first + count < end && first[count].site == site)
        count++;
    if (count < 2)
        return;
    size_t shown = count < HOLDERS_MOST ? count : HOLDERS_MOST;
    fprintf(to, "<details id=\"processes-%s\"><summary>%s processes</summary>\n", site->id,
            text_count(count).s);
    fputs("<table class=\"holders\"><thead><tr><th scope=\"col\" class=\"number\">pid</th>"
          "<th scope=\"col\">name</th><th scope=\"col\">started (UTC)</th>"
          "<th scope=\"col\" class=\"number\">ran for</th><th scope=\"col\">end</th>"
          "<th scope=\"col\" class=\"number\">live</th><th scope=\"col\">state</th>"
          "<th scope=\"col\" class=\"number\">growth</th><td></td></tr></thead><tbody>\n",
          to);
    for (size_t i = 0; i < shown; i++)
        write_holder(to, &first[i]);
    fputs("</tbody></table>\n", to);
    if (shown < count)
        write_rest(to, first + shown, count - shown);
    fputs("</details>\n", to);
}
