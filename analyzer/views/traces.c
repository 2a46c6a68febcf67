/* traces.c - all stacks with their labels. */
#include "base/fit.h"
#include "profile/tags.h"
#include "views/values.h"

#include <stdlib.h>
#include <string.h>

#define BEFORE_NAME 13 /* columns */

static const char separator[] =
    "-----------+-------------------------------------------------------";

static void print_separator(FILE *to)
{
    size_t limit = terminal_columns(to);
    fprintf(to, "%.*s\n", (int)(limit < strlen(separator) ? limit : strlen(separator)), separator);
}

/* pprof labels what diff_base compares with, behind the words and before the numbers. */
static void print_tags(FILE *to, const struct sample *sample, bool base)
{
    struct tag tags[TAGS_MOST];
    size_t count = sample_tags(sample, tags), i = 0;
    for (; i < count && tags[i].text; i++)
        fprintf(to, "%10s:  %s\n", tags[i].key, tags[i].text);
    if (base)
        fprintf(to, "pprof::base:  true\n");
    for (; i < count; i++)
        fprintf(to, "%10s:  %s\n", tags[i].key,
                value_text((int64_t)tags[i].number, tags[i].unit, MEASURE_AUTO).s);
}

static void print_stack(FILE *to, const struct selection *selection,
                        const struct selected *selected, const char *value)
{
    const struct trace *trace = selected_trace(selected);
    const struct location *locations = selection->profile->locations.list;
    size_t limit = terminal_columns(to), room = limit == COLUMNS_ANY ? limit : limit - BEFORE_NAME;
    for (size_t i = 0; i < selected->depth; i++) {
        size_t count;
        const char *mark = locations[trace->locations[i]].tail_call ? " (tail call)" : "";
        const uint32_t *places = selection_places(selection, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++) {
            char *label = fit_call(selection_place(selection, places[j])->label,
                                   j + 1 < count ? " (inline)" : mark, "", room);
            fprintf(to, "%10s   %s\n", value, label);
            free(label);
            value = "";
        }
    }
}

bool view_traces(FILE *to, const struct view *view)
{
    const struct selection *selection = view->selection;
    const char *unit = selection->options.type->unit;
    labels_print(to, selection, view->unit);
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        print_separator(to);
        print_tags(to, selected_sample(selected),
                   !selected->sample && !selection->options.subtract);
        print_stack(to, selection, selected, value_text(selected->value, unit, view->unit).s);
    }
    print_separator(to);
    return true;
}
