#include "views/values.h"

#include <stdio.h>
#include <string.h>

static const struct value_unit count_unit = {1, ""};

static const struct value_unit time_units[] = {
    {1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}, {3600e9, "hrs"},
};

#define SECONDS 3

struct value_unit value_unit_of(const struct sample_type *type, uint64_t value)
{
    if (strcmp(type->unit, "nanoseconds") != 0)
        return count_unit;
    size_t i = sizeof(time_units) / sizeof(*time_units);
    while (i > 0 && (double)value < time_units[i - 1].factor)
        i--;
    return time_units[i > 0 ? i - 1 : SECONDS];
}

struct value_unit value_unit_common(const struct sample_type *type, uint64_t smallest,
                                    uint64_t largest)
{
    struct value_unit least = value_unit_of(type, smallest ? smallest : largest);
    struct value_unit most = value_unit_of(type, largest);
    /* Where they are far apart, the smallest may go down to 0.01. */
    if (least.factor != most.factor && (double)smallest * 100 < (double)largest)
        return value_unit_of(type, smallest * 100);
    return least;
}

struct text value_text(uint64_t value, struct value_unit unit)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%.2f", (double)value / unit.factor);
    size_t length = strlen(text.s);
    if (length > 3 && strcmp(text.s + length - 3, ".00") == 0)
        text.s[length -= 3] = '\0';
    if (strcmp(text.s, "0") != 0)
        snprintf(text.s + length, sizeof(text.s) - length, "%s", unit.name);
    return text;
}

struct text value_percentage(uint64_t value, uint64_t total)
{
    struct text text;
    double percent = total ? (double)value / (double)total * 100 : 0;
    if (percent >= 99.95 && percent <= 100.05)
        snprintf(text.s, sizeof(text.s), "  100%%");
    else
        snprintf(text.s, sizeof(text.s), percent >= 1 ? "%5.2f%%" : "%5.2g%%", percent);
    return text;
}
