#include "profile/samples.h"

#include <stddef.h>
#include <string.h>

#define TYPE(name, unit, field)                                                                    \
    {                                                                                              \
        name, unit, offsetof(struct counts, field)                                                 \
    }

static const struct sample_type types[] = {
    TYPE("live", "count", live),
    TYPE("created", "count", created),
    TYPE("armed", "count", armed),
    TYPE("fired", "count", fired),
    TYPE("stopped", "count", stopped),
    TYPE("released", "count", released),
    TYPE("never_armed", "count", states[NEVER_ARMED]),
    TYPE("never_fired", "count", states[NEVER_FIRED]),
    TYPE("never_stopped", "count", states[NEVER_STOPPED]),
    TYPE("never_released", "count", states[NEVER_RELEASED]),
    TYPE("age", "nanoseconds", age),
};

const struct sample_type *sample_find(const char *name)
{
    if (!name)
        return &types[0];
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

const struct sample_type *sample_at(size_t index)
{
    return index < sizeof(types) / sizeof(*types) ? &types[index] : NULL;
}

uint64_t sample_value(const struct counts *counts, const struct sample_type *type)
{
    uint64_t value;
    memcpy(&value, (const char *)counts + type->field, sizeof(value));
    return value;
}
