#include "base/measure.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define MOST_ALIASES 3

struct unit {
    const char *name;
    double factor;
    const char *aliases[MOST_ALIASES];
};

struct dimension {
    const struct unit *units; /* in order of size, a nameless one last */
    const char *basic;        /* where no other suits */
    double basic_factor;
};

static const struct unit times[] = {
    {"ns", 1, {"ns", "nanosecond", NULL}},    {"us", 1e3, {"us", "microsecond", "\u03bcs"}},
    {"ms", 1e6, {"ms", "millisecond", NULL}}, {"s", 1e9, {"s", "sec", "second"}},
    {"hrs", 3600e9, {"hour", "hr", NULL}},    {NULL, 0, {NULL}},
};

static const struct unit sizes[] = {
    {"B", 1, {"b", "byte", NULL}},
    {"kB", 1024, {"kb", "kbyte", "kilobyte"}},
    {"MB", 1048576, {"mb", "mbyte", "megabyte"}},
    {"GB", 1073741824, {"gb", "gbyte", "gigabyte"}},
    {"TB", 1099511627776, {"tb", "tbyte", "terabyte"}},
    {NULL, 0, {NULL}},
};

static const struct dimension dimensions[] = {{times, "s", 1e9}, {sizes, "B", 1}};

/* In any case, and also in the plural. */
static bool unit_is_called(const char *alias, const char *name)
{
    size_t length = strlen(name);
    if (length > 2 && strcasecmp(name + length - 1, "s") == 0)
        length--;
    return strlen(alias) == length && strncasecmp(alias, name, length) == 0;
}

static const struct unit *unit_find(const struct dimension *dimension, const char *name)
{
    for (const struct unit *unit = dimension->units; unit->name; unit++) {
        for (size_t i = 0; i < MOST_ALIASES && unit->aliases[i]; i++) {
            if (unit_is_called(unit->aliases[i], name))
                return unit;
        }
    }
    return NULL;
}

/* The largest unit of which it is one at least. */
static const struct unit *unit_suiting(const struct dimension *dimension, double value)
{
    const struct unit *best = NULL;
    for (const struct unit *unit = dimension->units; unit->name; unit++) {
        if (value / unit->factor >= 1)
            best = unit;
    }
    return best;
}

static bool is_uninteresting(const char *unit)
{
    static const char *const names[] = {"count", "sample", "unit", "minimum", MEASURE_AUTO};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(names[i], unit) == 0)
            return true;
    }
    return false;
}

static bool is_automatic(const char *unit)
{
    return strcmp(unit, MEASURE_AUTO) == 0 || strcmp(unit, "minimum") == 0;
}

bool measure_knows(const char *unit)
{
    for (size_t i = 0; i < sizeof(dimensions) / sizeof(*dimensions); i++) {
        if (unit_find(&dimensions[i], unit))
            return true;
    }
    return is_uninteresting(unit);
}

static double unit_scale(uint64_t value, const char *from, const char *to, const char **unit)
{
    for (size_t i = 0; i < sizeof(dimensions) / sizeof(*dimensions); i++) {
        const struct unit *source = unit_find(&dimensions[i], from);
        if (!source)
            continue;
        double basic = (double)value * source->factor;
        const struct unit *target =
            is_automatic(to) ? unit_suiting(&dimensions[i], basic) : unit_find(&dimensions[i], to);
        *unit = target ? target->name : dimensions[i].basic;
        return basic / (target ? target->factor : dimensions[i].basic_factor);
    }
    *unit = is_uninteresting(to) ? "" : to;
    return (double)value;
}

double measure(int64_t value, const char *from, const char *to, const char **unit)
{
    return value < 0 ? -unit_scale(-(uint64_t)value, from, to, unit)
                     : unit_scale((uint64_t)value, from, to, unit);
}
