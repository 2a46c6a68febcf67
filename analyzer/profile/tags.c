#include "profile/tags.h"

#include "base/measure.h"
#include "profile/profile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *clock_name(int clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
        return "realtime";
    case CLOCK_MONOTONIC:
        return "monotonic";
    case CLOCK_PROCESS_CPUTIME_ID:
        return "process-cpu";
    case CLOCK_THREAD_CPUTIME_ID:
        return "thread-cpu";
    case CLOCK_BOOTTIME:
        return "boottime";
    case CLOCK_REALTIME_ALARM:
        return "real-alarm";
    case CLOCK_BOOTTIME_ALARM:
        return "boot-alarm";
    case CLOCK_TAI:
        return "tai";
    default:
        return clock < -1 ? "cpu" : "?";
    }
}

static const char *state_of(const struct labels *labels)
{
    return labels->state < TIMER_STATES ? state_name((enum timer_state)labels->state) : "released";
}

static enum verdict verdict_of(const struct sample *sample)
{
    const struct site *site = site_shown(sample->trace->site);
    return sample->labels.base ? site->base_verdict : site->finding.verdict;
}

static size_t add_number(struct tag *tag, const char *key, uint64_t ns)
{
    *tag = (struct tag){.key = key, .number = ns, .unit = "nanoseconds"};
    return ns > 0;
}

size_t sample_tags(const struct sample *sample, struct tag tags[TAGS_MOST])
{
    const struct labels *labels = &sample->labels;
    size_t count = 0;
    if (labels->clock != SAMPLE_NO_CLOCK)
        tags[count++] = (struct tag){.key = "clock", .text = clock_name(labels->clock)};
    tags[count++] = (struct tag){.key = "state", .text = state_of(labels)};
    tags[count++] = (struct tag){.key = "family", .text = family_name(sample->trace->family)};
    tags[count++] = (struct tag){.key = "verdict", .text = verdict_name(verdict_of(sample))};
    count += add_number(&tags[count], "age", labels->age);
    count += add_number(&tags[count], "timeout", labels->timeout);
    count += add_number(&tags[count], "interval", labels->interval);
    return count;
}

/* ---- the choice ---- */

#define LONGEST_UNIT 16

struct bound {
    bool set;
    double value; /* in `unit` */
    char given[LONGEST_UNIT];
    const char *unit;
};

struct tagfilter {
    char *text;      /* the copy that all others point into */
    const char *key; /* NULL: any */
    bool range;
    bool exact; /* one number, no range */
    struct bound least, most;
    struct pattern *patterns;
    size_t count;
};

/* Reads digits, with a sign or none, and a unit or none. Returns what follows, NULL if none. */
static const char *read_bound(const char *text, struct bound *bound, const char *to)
{
    const char *digits = text + (*text == '+' || *text == '-');
    char *end;
    if (!isdigit((unsigned char)*digits))
        return NULL;
    long long number = strtoll(text, &end, 10);
    size_t length = 0;
    while (isalpha((unsigned char)end[length]))
        length++;
    if (length >= LONGEST_UNIT)
        return NULL;
    memcpy(bound->given, end, length);
    bound->set = true;
    bound->value = measure(number, bound->given, to ? to : bound->given, &bound->unit);
    return end + length;
}

/* "A", "A:", ":B", "A:B" */
static bool read_range(struct tagfilter *filter, const char *text)
{
    const char *rest = read_bound(text, &filter->least, NULL);
    if (!rest) {
        rest = *text == ':' ? read_bound(text + 1, &filter->most, NULL) : NULL;
        return rest && !*rest;
    }
    filter->exact = *rest == '\0';
    if (filter->exact)
        return true;
    if (*rest++ != ':')
        return false;
    if (!*rest)
        return true;
    rest = read_bound(rest, &filter->most, filter->least.unit);
    return rest && !*rest && strcmp(filter->least.unit, filter->most.unit) == 0;
}

static bool compile_all(struct tagfilter *filter, const char *origin, char *list,
                        char error[ERROR_SIZE])
{
    size_t most = 1;
    for (const char *comma = strchr(list, ','); comma; comma = strchr(comma + 1, ','))
        most++;
    filter->patterns = memory_new(most, sizeof(*filter->patterns));
    char *rest = list, *text;
    while ((text = strsep(&rest, ","))) {
        if (!pattern_compile(&filter->patterns[filter->count], origin, text, error))
            return false;
        filter->count++;
    }
    return true;
}

bool tagfilter_make(struct tagfilter **made, const char *origin, const char *text,
                    char error[ERROR_SIZE])
{
    *made = NULL;
    if (!text || !*text)
        return true;
    struct tagfilter *filter = memory_new(1, sizeof(*filter));
    char *value = filter->text = memory_copy(text), *equals = strchr(value, '=');
    if (equals) {
        filter->key = value;
        *equals = '\0';
        value = equals + 1;
    }
    *made = filter;
    filter->range = read_range(filter, value);
    return filter->range || compile_all(filter, origin, value, error);
}

void tagfilter_free(struct tagfilter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++)
        pattern_free(&filter->patterns[i]);
    free(filter->patterns);
    free(filter->text);
    free(filter);
}

bool tagfilter_is_range(const struct tagfilter *filter)
{
    return filter && filter->range;
}

static bool in_range(const struct tagfilter *filter, const struct tag *tag)
{
    const struct bound *any = filter->least.set ? &filter->least : &filter->most;
    const char *unit;
    double value = measure((int64_t)tag->number, tag->unit, any->unit, &unit);
    if (strcmp(unit, any->unit) != 0)
        return false;
    if (filter->exact)
        return value == filter->least.value;
    return (!filter->least.set || value >= filter->least.value) &&
           (!filter->most.set || value <= filter->most.value);
}

/* With a key, the expression is for the value; without, for "key:value". */
static bool matches_one(const struct tagfilter *filter, const struct pattern *pattern,
                        const struct tag *tag)
{
    char both[128];
    if (!pattern->set)
        return true;
    if (filter->key)
        return pattern_matches(pattern, tag->text);
    snprintf(both, sizeof(both), "%s:%s", tag->key, tag->text);
    return pattern_matches(pattern, both);
}

static bool matches_any(const struct tagfilter *filter, const struct pattern *pattern,
                        const struct tag *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tags[i].text && (!filter->key || strcmp(filter->key, tags[i].key) == 0) &&
            matches_one(filter, pattern, &tags[i]))
            return true;
    }
    return false;
}

static bool range_matches(const struct tagfilter *filter, const struct tag *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!tags[i].text && (!filter->key || strcmp(filter->key, tags[i].key) == 0) &&
            in_range(filter, &tags[i]))
            return true;
    }
    return false;
}

bool tagfilter_matches(const struct tagfilter *filter, const struct sample *sample)
{
    struct tag tags[TAGS_MOST];
    size_t count = sample_tags(sample, tags);
    if (filter->range)
        return range_matches(filter, tags, count);
    for (size_t i = 0; i < filter->count; i++) {
        bool matched = matches_any(filter, &filter->patterns[i], tags, count);
        /* With a key one is enough, without one all are needed. */
        if (matched == (filter->key != NULL))
            return matched;
    }
    return filter->key == NULL;
}
