#include "views/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text value_text(int64_t value, const char *from, const char *to)
{
    struct text text;
    const char *unit;
    snprintf(text.s, sizeof(text.s), "%.2f", measure(value, from, to, &unit));
    size_t length = strlen(text.s);
    if (length > 3 && strcmp(text.s + length - 3, ".00") == 0)
        text.s[length -= 3] = '\0';
    if (strcmp(text.s, "0") == 0 || strcmp(text.s, "-0") == 0)
        snprintf(text.s, sizeof(text.s), "0");
    else
        snprintf(text.s + length, sizeof(text.s) - length, "%s", unit);
    return text;
}

struct text value_percentage(int64_t value, int64_t total)
{
    struct text text;
    double percent = total ? fabs((double)value / (double)total) * 100 : 0;
    if (percent >= 99.95 && percent <= 100.05)
        snprintf(text.s, sizeof(text.s), "  100%%");
    else
        snprintf(text.s, sizeof(text.s), percent >= 1 ? "%5.2f%%" : "%5.2g%%", percent);
    return text;
}

const char *value_unit_common(int64_t smallest, int64_t largest, const char *from)
{
    const char *least, *most;
    if (smallest == 0)
        smallest = largest;
    measure(smallest, from, MEASURE_AUTO, &least);
    measure(largest, from, MEASURE_AUTO, &most);
    /* Where they are far apart, the smallest may go down to 0.01. */
    if (strcmp(least, most) != 0 && smallest < largest / 100)
        measure(smallest * 100, from, MEASURE_AUTO, &least);
    return *least ? least : from;
}

const char *value_unit(const struct graph *graph, const struct selection *selection,
                       const char *wanted)
{
    int64_t smallest = 0;
    if (strcmp(wanted, VALUE_MINIMUM) != 0 || graph->count == 0)
        return wanted;
    for (size_t i = 0; i < graph->count; i++) {
        const struct graph_node *node = graph->nodes[i];
        int64_t value = llabs(node->flat ? node->flat : node->cum);
        if (value > 0 && (smallest == 0 || value < smallest))
            smallest = value;
    }
    return value_unit_common(smallest, selection->total, selection->options.type->unit);
}
