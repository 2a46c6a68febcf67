#include "views/labels.h"

#include "profile/process.h"
#include "views/coverage.h"
#include "views/values.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    fprintf(to, "Showing nodes accounting for %s, %s of %s total\n",
            value_text(graph->accounted, from, unit).s, share,
            value_text(selection->total, from, unit).s);
    if (selection->total != 0)
        print_dropped(to, view, graph, unit);
}
