#include "exports/html/timers.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "exports/exports.h"
#include "exports/html/columns.h"
#include "exports/html/page.h"
#include "profile/callers.h"
#include "profile/families.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/sites.h"
#include "views/timer_words.h"
#include "views/wording.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct kind {
    uint64_t family;
    const char *kind; /* interned */
};

struct thread_word {
    struct {
        const struct process *process;
        uint64_t thread;
    } key;
    uint32_t word;
};

struct rows {
    struct profile *profile;
    const struct live_timer **list;
    size_t count, omitted;
    struct words words;
    const struct trace **sites; /* that have any: of a site, those are told apart by their nodes */
    size_t site_count, site_room;
    struct index site_index;
    struct kind *kinds;
    size_t kind_count, kind_room;
    struct thread_word *threads;
    size_t thread_count, thread_room;
    struct index thread_index;
};

/* ---- which of them ---- */

static int by_severity(const void *left, const void *right)
{
    const struct live_timer *a = *(const struct live_timer *const *)left;
    const struct live_timer *b = *(const struct live_timer *const *)right;
    int order = compare_numbers(site_shown(a->site)->index, site_shown(b->site)->index);
    return order ? order : compare_numbers((uintptr_t)a, (uintptr_t)b);
}

static int by_place(const void *left, const void *right)
{
    return compare_numbers(*(const uintptr_t *)left, *(const uintptr_t *)right);
}

/* In the order of the profile's, which lie oldest first. */
static void choose_rows(struct rows *rows, size_t most)
{
    struct profile *profile = rows->profile;
    rows->list = memory_new(profile->timer_count, sizeof(*rows->list));
    for (size_t i = 0; i < profile->timer_count; i++) {
        if (!profile->timers[i].process->base)
            rows->list[rows->count++] = &profile->timers[i];
    }
    if (rows->count <= most)
        return;
    rows->omitted = rows->count - most;
    qsort(rows->list, rows->count, sizeof(*rows->list), by_severity);
    rows->count = most;
    qsort(rows->list, rows->count, sizeof(*rows->list), by_place);
}

/* ---- what they share ---- */

static bool same_trace(const void *key, const void *array, uint32_t number)
{
    return ((const struct trace *const *)array)[number] == key;
}

static uint32_t find_site(const struct rows *rows, const struct trace *trace)
{
    uint64_t word = (uintptr_t)trace;
    return index_find(&rows->site_index, hash_key(&word, sizeof(word)), trace, rows->sites,
                      same_trace);
}

static int64_t number_of_site(struct rows *rows, const struct live_timer *timer)
{
    uint64_t word = (uintptr_t)timer->trace;
    uint32_t known = find_site(rows, timer->trace);
    if (known != INDEX_NONE)
        return known;
    rows->sites =
        memory_grow(rows->sites, rows->site_count, &rows->site_room, sizeof(*rows->sites));
    rows->sites[rows->site_count] = timer->trace;
    index_add(&rows->site_index, hash_key(&word, sizeof(word)), (uint32_t)rows->site_count);
    return (int64_t)rows->site_count++;
}

static int64_t number_of_kind(struct rows *rows, const struct live_timer *timer)
{
    const struct kind kind = {timer->record.family, timer->site->kind};
    for (size_t i = 0; i < rows->kind_count; i++) {
        if (rows->kinds[i].family == kind.family && rows->kinds[i].kind == kind.kind)
            return (int64_t)i;
    }
    rows->kinds =
        memory_grow(rows->kinds, rows->kind_count, &rows->kind_room, sizeof(*rows->kinds));
    rows->kinds[rows->kind_count] = kind;
    return (int64_t)rows->kind_count++;
}

static bool same_thread(const void *key, const void *array, uint32_t number)
{
    const struct thread_word *known = (const struct thread_word *)array + number;
    return memcmp(key, &known->key, sizeof(known->key)) == 0;
}

/* Of one that runs, the kernel is asked for its name: once. */
static int64_t word_of_thread(struct rows *rows, const struct live_timer *timer)
{
    struct thread_word wanted = {.key = {timer->process, timer->record.thread}};
    uint64_t hash = hash_key(&wanted.key, sizeof(wanted.key));
    if (!timer->record.thread)
        return COLUMN_NOTHING;
    uint32_t known = index_find(&rows->thread_index, hash, &wanted.key, rows->threads, same_thread);
    if (known != INDEX_NONE)
        return rows->threads[known].word;
    wanted.word = words_number(&rows->words, timer_thread(timer).s);
    rows->threads =
        memory_grow(rows->threads, rows->thread_count, &rows->thread_room, sizeof(wanted));
    rows->threads[rows->thread_count] = wanted;
    index_add(&rows->thread_index, hash, (uint32_t)rows->thread_count++);
    return wanted.word;
}

/* ---- columns ---- */

static int64_t bounded(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static int64_t number_of_process(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return (int64_t)timer->process->index;
}

static int64_t state_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return timer->judgement.state;
}

static int64_t age_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return bounded(timer->judgement.age);
}

static int64_t id_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return bounded(timer->record.id);
}

/* Where more is to be said than "fd" or "id" and the number. */
static int64_t handles_of(struct rows *rows, const struct live_timer *timer)
{
    char plain[sizeof(struct text)];
    struct text handles = timer_handles(&timer->record);
    bool descriptor = family_has(timer->record.family, TLK_BY_DESCRIPTOR);
    snprintf(plain, sizeof(plain), "%s %" PRIu64, descriptor ? "fd" : "id", timer->record.id);
    return strcmp(plain, handles.s) == 0 ? COLUMN_NOTHING : words_number(&rows->words, handles.s);
}

static int64_t clock_of(struct rows *rows, const struct live_timer *timer)
{
    return words_number(&rows->words, clock_name(timer->record.clock));
}

static int64_t due_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return timer->judgement.due_known ? timer->judgement.next : COLUMN_NOTHING;
}

static int64_t interval_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return bounded(timer->record.interval);
}

static int64_t armed_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return timer->record.armed;
}

static int64_t fired_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return bounded(count_sum(count_product(timer->judgement.fired, 2),
                             timer->judgement.fired_unknown ? 1 : 0));
}

static int64_t flags_of(struct rows *rows, const struct live_timer *timer)
{
    return words_number(&rows->words, timer_flags(&timer->judgement).s);
}

static int64_t name_of(struct rows *rows, const struct live_timer *timer)
{
    return *timer->name ? words_number(&rows->words, timer->name) : COLUMN_NOTHING;
}

static int64_t keeps_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    uint64_t bytes = timer_retained(&timer->record);
    return bytes > 0 ? (int64_t)bytes : COLUMN_NOTHING;
}

static int64_t weight_of(struct rows *rows, const struct live_timer *timer)
{
    (void)rows;
    return timer->judgement.shared ? 0
                                   : bounded(process_one_in(timer->process, timer->record.family));
}

static int64_t word_of_caller(struct rows *rows, const struct live_timer *timer, uint32_t location)
{
    if (location == CALLER_UNKNOWN)
        return COLUMN_NOTHING;
    char *text = wording_caller(rows->profile, timer->site, location);
    uint32_t word = words_number(&rows->words, text);
    free(text);
    return word;
}

static int64_t notified_of(struct rows *rows, const struct live_timer *timer)
{
    return word_of_caller(rows, timer, timer->notified);
}

static int64_t setter_of(struct rows *rows, const struct live_timer *timer)
{
    return word_of_caller(rows, timer, timer->setter);
}

struct column {
    const char *name;
    int64_t (*value)(struct rows *rows, const struct live_timer *timer);
};

static const struct column columns[] = {
    {"site", number_of_site},
    {"process", number_of_process},
    {"kind", number_of_kind},
    {"state", state_of},
    {"age", age_of},
    {"timer", id_of},
    {"handles", handles_of},
    {"clock", clock_of},
    {"due", due_of},
    {"interval", interval_of},
    {"armed", armed_of},
    {"fired", fired_of},
    {"flags", flags_of},
    {"name", name_of},
    {"keeps", keeps_of},
    {"weight", weight_of},
    {"thread", word_of_thread},
    {"notified", notified_of},
    {"setter", setter_of},
};

/* Ages fall from row to row: what they fall by is shorter. */
static void take_steps(int64_t *values, size_t count)
{
    for (size_t i = count; i-- > 1;)
        values[i] = values[i - 1] - values[i];
}

static json_t *columns_json(struct rows *rows)
{
    json_t *json = json_object();
    int64_t *values = memory_new(rows->count, sizeof(*values));
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        for (size_t j = 0; j < rows->count; j++)
            values[j] = columns[i].value(rows, rows->list[j]);
        if (columns[i].value == age_of)
            take_steps(values, rows->count);
        json_object_set_new(json, columns[i].name, column_json(values, rows->count));
    }
    free(values);
    return json;
}

/* ---- tables ---- */

static json_t *kinds_json(const struct rows *rows)
{
    json_t *json = json_array();
    for (size_t i = 0; i < rows->kind_count; i++) {
        const struct kind *kind = &rows->kinds[i];
        json_t *one = json_object(), *states = json_array();
        for (enum timer_state state = 0; state < TIMER_STATES; state++)
            json_array_append_new(states, json_string(state_word(state, kind->family)));
        json_object_set_new(one, "label", json_string(family_label(kind->family, kind->kind).s));
        json_object_set_new(one, "states", states);
        json_object_set_new(one, "descriptor",
                            json_boolean(family_has(kind->family, TLK_BY_DESCRIPTOR)));
        json_array_append_new(json, one);
    }
    return json;
}

static json_t *processes_json(const struct profile *profile)
{
    json_t *json = json_array();
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *process = profile->processes[i];
        if (process->base)
            continue;
        json_t *one = json_object();
        json_object_set_new(one, "pid", json_integer(process->pid));
        json_object_set_new(one, "name", json_string(process->name));
        json_object_set_new(
            one, "told", json_sprintf("%s, %s", process_lived(process).s, process_end(process).s));
        json_object_set_new(one, "span",
                            json_count(elapsed(process->as_of.mono, process->start_mono)));
        json_array_append_new(json, one);
    }
    return json;
}

__attribute__((format(printf, 2, 3))) static uint32_t word_of(struct rows *rows, const char *format,
                                                              ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        memory_exhausted();
    va_end(arguments);
    uint32_t word = words_number(&rows->words, text);
    free(text);
    return word;
}

static uint32_t word_of_name(struct rows *rows, struct site *site)
{
    return word_of(rows, "%s%s", wording_loop(rows->profile, site).s,
                   frame_shown(stack_headline(rows->profile, site)));
}

/* Where it is more than what is shown. */
static int64_t word_of_whole(struct rows *rows, struct site *site)
{
    const struct stack_frame *frame = stack_headline(rows->profile, site);
    const char *whole = frame_whole(frame);
    return strcmp(whole, frame_shown(frame)) == 0 ? COLUMN_NOTHING
                                                  : words_number(&rows->words, whole);
}

static uint32_t word_of_place(struct rows *rows, struct site *site)
{
    char *place = site_place(stack_headline(rows->profile, site));
    uint32_t word = words_number(&rows->words, place);
    free(place);
    return word;
}

static json_t *sites_json(struct rows *rows, const struct stacks *stacks)
{
    enum { NAME, WHOLE, PLACE, NODE, SHOWN, VERDICT, COLUMNS };
    static const char *const names[] = {"name", "whole", "place", "node", "shown", "verdict"};
    json_t *json = json_object();
    size_t count = rows->site_count;
    int64_t *values = memory_new(count * COLUMNS, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        struct site *site = rows->sites[i]->site;
        const struct site *shown = site_shown(site);
        values[NAME * count + i] = word_of_name(rows, site);
        values[WHOLE * count + i] = word_of_whole(rows, site);
        values[PLACE * count + i] = word_of_place(rows, site);
        values[SHOWN * count + i] = (int64_t)shown->index;
        values[VERDICT * count + i] = shown->finding.verdict;
    }
    for (size_t i = 0; i < stacks->count; i++) {
        uint32_t site = find_site(rows, stacks->list[i].trace);
        if (site != INDEX_NONE)
            values[NODE * count + site] = stacks->list[i].node;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        json_object_set_new(json, names[i], column_json(values + i * count, count));
    free(values);
    return json;
}

static json_t *ids_json(const struct profile *profile)
{
    json_t *json = json_array();
    for (size_t i = 0; i < profile->site_count && i < SITES_MOST; i++)
        json_array_append_new(json, json_string(profile->sites[i]->id));
    return json;
}

json_t *html_timers(struct profile *profile, const struct stacks *stacks, size_t most)
{
    struct rows rows = {.profile = profile, .words = {.strings = profile->strings}};
    json_t *json = json_object();
    timers_sort(profile);
    choose_rows(&rows, most);
    json_object_set_new(json, "count", json_count(rows.count));
    json_object_set_new(json, "omitted", json_count(rows.omitted));
    json_object_set_new(json, "columns", columns_json(&rows));
    json_object_set_new(json, "sites", sites_json(&rows, stacks));
    json_object_set_new(json, "kinds", kinds_json(&rows));
    json_object_set_new(json, "processes", processes_json(profile));
    json_object_set_new(json, "ids", ids_json(profile));
    json_object_set_new(json, "words", words_end(&rows.words));
    free(rows.list);
    free(rows.sites);
    index_free(&rows.site_index);
    free(rows.kinds);
    free(rows.threads);
    index_free(&rows.thread_index);
    return json;
}
