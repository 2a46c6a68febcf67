#include "cli/pprof.h"

#include "base/errors.h"
#include "cli/status.h"
#include "exports/exports.h"
#include "views/coverage.h"
#include "views/views.h"

#include <string.h>

#define MOST_NODES 80 /* pprof's, where nothing is said */

struct pprof_view {
    const char *name;
    bool (*print)(FILE *to, const struct view *view);
    bool symbol;
    bool whole;  /* nothing is trimmed: what is asked for may be small */
    bool limits; /* pprof shows no more than MOST_NODES unless told */
    bool lines;  /* whatever granularity is asked for */
    bool zeros;  /* with samples whose value is 0 */
    bool visual; /* a picture */
};

static const struct pprof_view views[] = {
    {.name = "top", .print = view_top},
    {.name = "tree", .print = view_tree, .limits = true},
    {.name = "peek", .print = view_tree, .symbol = true, .whole = true},
    {.name = "list", .print = view_list, .symbol = true, .whole = true, .lines = true},
    {.name = "traces", .print = view_traces, .zeros = true},
    {.name = "tags", .print = view_tags, .zeros = true},
    {.name = "svg", .print = svg_write, .limits = true, .visual = true},
    {.name = "weblist", .print = weblist_write, .symbol = true, .whole = true, .lines = true},
};

#define VIEWS (sizeof(views) / sizeof(*views))

const struct pprof_view *pprof_view_at(size_t index)
{
    return index < VIEWS ? &views[index] : NULL;
}

const struct pprof_view *pprof_view_find(const char *name)
{
    for (size_t i = 0; i < VIEWS; i++) {
        if (strcmp(views[i].name, name) == 0)
            return &views[i];
    }
    return NULL;
}

const char *pprof_view_name(const struct pprof_view *view)
{
    return view->name;
}

bool pprof_view_has_symbol(const struct pprof_view *view)
{
    return view->symbol;
}

struct graph_options pprof_graph_options(const struct settings *settings, bool whole, bool limits)
{
    struct graph_options options = {.cum = settings->sort == SORT_CUM,
                                    .drop_negative = settings->drop_negative};
    if (whole || !settings->trim)
        return options;
    options.nodecount = settings->nodecount;
    if (options.nodecount < 0)
        options.nodecount = limits ? MOST_NODES : 0;
    options.nodefraction = settings->nodefraction;
    options.edgefraction = settings->edgefraction;
    return options;
}

static bool pprof_compile(struct pattern *pattern, const char *symbol)
{
    char error[ERROR_SIZE];
    if (pattern_compile(pattern, "the REGEX", symbol, error))
        return true;
    complain("%s", error);
    return false;
}

static void pprof_print(const struct pprof_view *view, struct input *input,
                        const struct selection *selection, const struct pattern *symbol,
                        const char *text)
{
    const struct settings *settings = &input->settings;
    struct view shown = {.selection = selection,
                         .graph = pprof_graph_options(settings, view->whole, view->limits),
                         .unit = settings->unit,
                         .compact = settings->compact_labels,
                         .symbol = symbol,
                         .source_path = settings->source_path,
                         .trim_path = settings->trim_path};
    shown.graph.visual = view->visual;
    shown.graph.call_tree = view->visual && settings->call_tree;
    bool matched = view->print(input->output, &shown);
    if (!matched && symbol) {
        complain("no matches found for regexp: %s", text);
        input->status = EXIT_USAGE;
    } else if (!matched) {
        complain("there is no picture without dot, a program of Graphviz");
        input_output_abandon(input);
        input->status = EXIT_UNREADABLE;
    }
    losses_print_modules(matched ? input->output : stderr, input->profile);
}

void pprof_view_print(const struct pprof_view *view, struct input *input, const char *symbol)
{
    struct selection_options options = input_selection_options(&input->settings);
    struct selection selection;
    struct pattern pattern;
    if (!pprof_compile(&pattern, symbol)) {
        input->status = EXIT_USAGE;
        return;
    }
    options.zeros = view->zeros;
    if (view->lines)
        options.granularity = GRANULARITY_LINES;
    if (input_select(input, &options, &selection)) {
        pprof_print(view, input, &selection, view->symbol ? &pattern : NULL, symbol);
        selection_free(&selection);
    }
    pattern_free(&pattern);
}

bool pprof_symbol_valid(const char *symbol)
{
    struct pattern pattern;
    if (!pprof_compile(&pattern, symbol))
        return false;
    pattern_free(&pattern);
    return true;
}
