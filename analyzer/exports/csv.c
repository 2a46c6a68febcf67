/* csv.c - a row per sample. */
#include "base/memory.h"
#include "base/progress.h"
#include "exports/exports.h"
#include "profile/tags.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const keys[] = {"family",  "verdict",  "state", "clock",
                                   "timeout", "interval", "age"};

#define KEYS (sizeof(keys) / sizeof(*keys))

struct stack {
    uint32_t *places; /* leaf first: numbers for selection_place() */
    size_t depth, room;
};

static void write_header(FILE *to)
{
    for (size_t i = 0; i < KEYS; i++)
        fprintf(to, "%slabel_%s", i > 0 ? "," : "", keys[i]);
    for (size_t i = 0; i < SAMPLE_TYPES; i++)
        fprintf(to, ",%s", sample_at(i)->name);
    fprintf(to, ",function,file,line,stack\r\n");
}

static void write_quoted(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
}

static void csv_write_text(FILE *to, const char *text)
{
    fputc('"', to);
    write_quoted(to, text ? text : "");
    fputc('"', to);
}

/* A column stays empty where the sample has no such label. */
static void write_tags(FILE *to, const struct sample *sample)
{
    struct tag tags[TAGS_MOST];
    size_t count = sample_tags(sample, tags);
    for (size_t i = 0; i < KEYS; i++) {
        for (size_t j = 0; j < count; j++) {
            if (strcmp(tags[j].key, keys[i]) != 0)
                continue;
            if (tags[j].text)
                csv_write_text(to, tags[j].text);
            else
                fprintf(to, "%" PRIu64, tags[j].number);
        }
        fputc(',', to);
    }
}

static void csv_fill_stack(struct stack *stack, const struct selection *selection,
                           const struct selected *selected)
{
    const struct trace *trace = selected_trace(selected);
    stack->depth = 0;
    for (uint32_t i = 0; i < selected->depth; i++) {
        size_t count;
        const uint32_t *places = selection_places(selection, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++) {
            stack->places =
                memory_grow(stack->places, stack->depth, &stack->room, sizeof(*stack->places));
            stack->places[stack->depth++] = places[j];
        }
    }
}

static const char *csv_place_name(const struct place *place)
{
    return place->name ? place->name : place->whole;
}

/* What a headline names: the first frame above the wrapped function. */
static void write_headline(FILE *to, const struct selection *selection, const struct stack *stack)
{
    const struct place *place = selection_place(selection, stack->places[stack->depth > 1]);
    csv_write_text(to, csv_place_name(place));
    fputc(',', to);
    csv_write_text(to, place->file);
    fputc(',', to);
    if (place->line > 0)
        fprintf(to, "%d", place->line);
}

static void csv_write_stack(FILE *to, const struct selection *selection, const struct stack *stack)
{
    fputc('"', to);
    for (size_t i = stack->depth; i > 0; i--) {
        write_quoted(to, csv_place_name(selection_place(selection, stack->places[i - 1])));
        fputs(i > 1 ? ";" : "", to);
    }
    fputc('"', to);
}

void csv_write(FILE *to, const struct selection *selection)
{
    struct stack stack = {0};
    write_header(to);
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        progress("writing samples", i, selection->count);
        csv_fill_stack(&stack, selection, selected);
        write_tags(to, selected_sample(selected));
        for (size_t type = 0; type < SAMPLE_TYPES; type++)
            fprintf(to, "%" PRId64 ",", selected_value(selection, selected, sample_at(type)));
        write_headline(to, selection, &stack);
        fputc(',', to);
        csv_write_stack(to, selection, &stack);
        fputs("\r\n", to);
    }
    free(stack.places);
}
