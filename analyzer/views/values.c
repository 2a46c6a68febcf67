#include "views/values.h"

#include "base/fit.h"
#include "profile/process.h"
#include "views/coverage.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* ---- the lines above a view ---- */

#define NS_PER_SECOND UINT64_C(1000000000)
#define LONGEST_FILTER 80

static void print_time(FILE *to, uint64_t real)
{
    char text[64];
    time_t seconds = (time_t)(real / NS_PER_SECOND);
    struct tm local;
    if (localtime_r(&seconds, &local) && strftime(text, sizeof(text), "%F %T %Z", &local))
        fprintf(to, "Time: %s\n", text);
}

static void print_times(FILE *to, const struct selection *selection, const char *unit)
{
    const struct sample_type *type = selection->options.type;
    struct process_times times = process_times(selection->profile);
    print_time(to, times.start_real);
    if (times.duration == 0)
        return;
    fprintf(to, "Duration: %s, Total samples = %s ",
            value_text((int64_t)times.duration, "nanoseconds", MEASURE_AUTO).s,
            value_text(selection->total, type->unit, unit).s);
    if (strcmp(type->unit, "nanoseconds") == 0 && selection->total != 0)
        fprintf(to, "(%s)", value_percentage(selection->total, (int64_t)times.duration).s);
    fputc('\n', to);
}

static const char *build_id(const struct profile *profile, const char *path)
{
    for (size_t i = 1; i < profile->module_count; i++) {
        if (strcmp(profile->modules[i]->path, path) == 0)
            return profile->modules[i]->build_id;
    }
    return "";
}

void labels_print(FILE *to, const struct selection *selection, const char *unit)
{
    const struct process *process = selection->profile->processes[0];
    const char *id = build_id(selection->profile, process->exe);
    fprintf(to, "File: %s\n", process->file);
    if (*id)
        fprintf(to, "Build ID: %s\n", id);
    fprintf(to, "Type: %s\n", selection->options.type->name);
    print_times(to, selection, unit);
    coverage_print(to, selection->profile);
}

static void print_filters(FILE *to, const struct selection_options *options)
{
    const struct {
        const char *name, *value;
    } filters[] = {
        {"focus", options->focus},         {"ignore", options->ignore},
        {"hide", options->hide},           {"show", options->show},
        {"show_from", options->show_from}, {"tagfocus", options->tagfocus},
        {"tagignore", options->tagignore},
    };
    bool first = true;
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        const char *value = filters[i].value;
        if (!value || !*value)
            continue;
        int left = LONGEST_FILTER - (int)strlen(filters[i].name) - 1;
        bool cut = strlen(value) > (size_t)left;
        fprintf(to, "%s   %s=%.*s%s\n", first ? "Active filters:\n" : "", filters[i].name, left,
                value, cut ? "…" : "");
        first = false;
    }
}

static void print_dropped(FILE *to, const struct view *view, const struct graph *graph,
                          const char *unit)
{
    const struct selection *selection = view->selection;
    double cutoff = (double)selection->total * view->graph.nodefraction;
    if (graph->dropped_nodes > 0)
        fprintf(to, "Dropped %zu node%s (cum <= %s)\n", graph->dropped_nodes,
                graph->dropped_nodes > 1 ? "s" : "",
                value_text(llabs((int64_t)cutoff), selection->options.type->unit, unit).s);
    if (graph->count > 0 && graph->count < graph->candidates)
        fprintf(to, "Showing top %zu nodes out of %zu\n", graph->count, graph->candidates);
}

void labels_print_graph(FILE *to, const struct view *view, const struct graph *graph,
                        const char *unit)
{
    const struct selection *selection = view->selection;
    const char *from = selection->options.type->unit;
    if (!view->compact)
        labels_print(to, selection, unit);
    print_filters(to, &selection->options);
    struct text percentage = value_percentage(graph->accounted, selection->total);
    const char *share = percentage.s + strspn(percentage.s, " ");
    fit_say(to, "Showing nodes accounting for %s, %s of %s total",
            value_text(graph->accounted, from, unit).s, share,
            value_text(selection->total, from, unit).s);
    if (selection->total != 0)
        print_dropped(to, view, graph, unit);
}
