#include "profile/samples.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define WAKEUPS_UNIT 1000000 /* see struct sample */

static const struct sample_type types[SAMPLE_TYPES] = {
    {SAMPLE_LIVE, "live", "count"},
    {SAMPLE_CREATED, "created", "count"},
    {SAMPLE_ARMED, "armed", "count"},
    {SAMPLE_FIRED, "fired", "count"},
    {SAMPLE_STOPPED, "stopped", "count"},
    {SAMPLE_RELEASED, "released", "count"},
    {SAMPLE_NEVER_ARMED, "never_armed", "count"},
    {SAMPLE_NEVER_FIRED, "never_fired", "count"},
    {SAMPLE_NEVER_STOPPED, "never_stopped", "count"},
    {SAMPLE_NEVER_RELEASED, "never_released", "count"},
    {SAMPLE_AGE, "age", "nanoseconds"},
    {SAMPLE_WAKEUPS, "wakeups", "count"},
};

const struct sample_type *sample_at(size_t index)
{
    return index < SAMPLE_TYPES ? &types[index] : NULL;
}

const struct sample_type *sample_find(const char *name)
{
    char *end;
    if (!name)
        return &types[0];
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    unsigned long index = strtoul(name, &end, 10);
    return *name >= '0' && *name <= '9' && !*end ? sample_at(index) : NULL;
}

struct key {
    const struct trace *trace;
    struct labels labels;
};

static bool same_sample(const void *wanted, const void *array, uint32_t number)
{
    const struct key *key = wanted;
    const struct sample *known = (const struct sample *)array + number;
    return key->trace == known->trace &&
           memcmp(&key->labels, &known->labels, sizeof(key->labels)) == 0;
}

static struct key key_of(const struct trace *trace, const struct labels *labels)
{
    struct key key;
    _Static_assert(sizeof(*labels) == 32, "a hash key has no padding");
    memset(&key, 0, sizeof(key));
    key.trace = trace;
    key.labels = *labels;
    return key;
}

const struct sample *sample_known(const struct samples *samples, const struct trace *trace,
                                  const struct labels *labels)
{
    struct key key = key_of(trace, labels);
    uint32_t number =
        index_find(&samples->index, hash_key(&key, sizeof(key)), &key, samples->list, same_sample);
    return number == INDEX_NONE ? NULL : &samples->list[number];
}

struct sample *sample_of(struct samples *samples, struct trace *trace, const struct labels *labels)
{
    struct key key = key_of(trace, labels);
    uint64_t hash = hash_key(&key, sizeof(key));
    uint32_t number = index_find(&samples->index, hash, &key, samples->list, same_sample);
    if (number != INDEX_NONE)
        return &samples->list[number];
    samples->list =
        memory_grow(samples->list, samples->count, &samples->room, sizeof(*samples->list));
    samples->list[samples->count] = (struct sample){.trace = trace, .labels = *labels};
    index_add(&samples->index, hash, (uint32_t)samples->count);
    return &samples->list[samples->count++];
}

static uint64_t in_state(const struct sample *sample, unsigned state)
{
    return sample->labels.state == state ? sample->count : 0;
}

uint64_t sample_value(const struct sample *sample, const struct sample_type *type)
{
    switch (type->id) {
    case SAMPLE_LIVE:
        return sample->count - in_state(sample, SAMPLE_RELEASED_STATE);
    case SAMPLE_CREATED:
        return sample->created;
    case SAMPLE_ARMED:
        return sample->armed;
    case SAMPLE_FIRED:
        return sample->fired;
    case SAMPLE_STOPPED:
        return sample->stopped;
    case SAMPLE_RELEASED:
        return in_state(sample, SAMPLE_RELEASED_STATE);
    case SAMPLE_NEVER_ARMED:
        return in_state(sample, NEVER_ARMED);
    case SAMPLE_NEVER_FIRED:
        return in_state(sample, NEVER_FIRED);
    case SAMPLE_NEVER_STOPPED:
        return in_state(sample, NEVER_STOPPED);
    case SAMPLE_NEVER_RELEASED:
        return in_state(sample, NEVER_RELEASED);
    case SAMPLE_AGE:
        return sample->age;
    case SAMPLE_WAKEUPS:
        return count_sum(sample->wakeups, WAKEUPS_UNIT / 2) / WAKEUPS_UNIT;
    case SAMPLE_TYPES:
        break;
    }
    return 0;
}

/* The largest power of ten that is not above it. */
static uint64_t power_of_ten(uint64_t ns)
{
    uint64_t power = 1;
    for (; ns >= 10; ns /= 10)
        power *= 10;
    return power;
}

uint64_t sample_round_age(uint64_t ns)
{
    uint64_t power = power_of_ten(ns), digit = ns / power;
    return digit >= 5 ? 5 * power : digit >= 2 ? 2 * power : digit * power;
}

uint64_t sample_round_timeout(uint64_t ns)
{
    uint64_t power = power_of_ten(ns);
    if (power < 10)
        return ns;
    uint64_t step = power / 10, down = ns / step * step;
    return ns - down >= step - step / 2 && down <= UINT64_MAX - step ? down + step : down;
}

void samples_free(struct samples *samples)
{
    free(samples->list);
    index_free(&samples->index);
}
