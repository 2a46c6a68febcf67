#include "profile/tags.h"

#include "profile/profile.h"

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
    const struct site *site = sample->site;
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
    tags[count++] = (struct tag){.key = "family", .text = family_name(sample->site->family)};
    tags[count++] = (struct tag){.key = "verdict", .text = verdict_name(verdict_of(sample))};
    count += add_number(&tags[count], "age", labels->age);
    count += add_number(&tags[count], "timeout", labels->timeout);
    count += add_number(&tags[count], "interval", labels->interval);
    return count;
}
