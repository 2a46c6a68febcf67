/* speedscope.c - speedscope's own JSON format. */
#include "base/numbers.h"
#include "exports/exports.h"
#include "exports/stack_sums.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

/* Written as it goes: as JSON values, a large profile would take more memory than all the rest. */
static void write_string(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    json_dumpf(string, to, JSON_ENCODE_ANY);
    json_decref(string);
}

static void write_frames(FILE *to, const struct selection *selection)
{
    for (size_t i = 0; i < selection->frames->places.count; i++) {
        const struct place *place = selection_place(selection, (uint32_t)i);
        fprintf(to, "%s\n{\"name\": ", i > 0 ? "," : "");
        write_string(to, place->name ? place->name : place->whole);
        if (place->file) {
            fprintf(to, ", \"file\": ");
            write_string(to, place->file);
        }
        if (place->line > 0)
            fprintf(to, ", \"line\": %d", place->line);
        fputc('}', to);
    }
}

static int64_t speedscope_total(const struct stack_sums *sums, enum sample_type_id type)
{
    int64_t total = 0;
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->list[i].values[type] > 0)
            total = value_sum(total, sums->list[i].values[type]);
    }
    return total;
}

/* Root first, as indices into the frames. */
static void write_stacks(FILE *to, const struct stack_sums *sums, enum sample_type_id type)
{
    const char *separator = "\n[";
    for (size_t i = 0; i < sums->count; i++) {
        const struct stack_sum *sum = &sums->list[i];
        if (sum->values[type] <= 0)
            continue;
        for (uint32_t j = sum->depth; j > 0; j--) {
            fprintf(to, "%s%" PRIu32, separator, sums->stacks[sum->first + j - 1]);
            separator = ",";
        }
        separator = "],\n[";
    }
    fprintf(to, "]");
}

static void write_weights(FILE *to, const struct stack_sums *sums, enum sample_type_id type)
{
    const char *separator = "\n";
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->list[i].values[type] <= 0)
            continue;
        fprintf(to, "%s%" PRId64, separator, sums->list[i].values[type]);
        separator = ",";
    }
}

static void write_profile(FILE *to, const struct stack_sums *sums, const struct sample_type *type,
                          int64_t total)
{
    const char *unit = strcmp(type->unit, "count") == 0 ? "none" : type->unit;
    fprintf(to,
            "{\"type\": \"sampled\", \"name\": \"%s\", \"unit\": \"%s\", \"startValue\": 0, "
            "\"endValue\": %" PRId64 ",\n\"samples\": [",
            type->name, unit, total);
    write_stacks(to, sums, type->id);
    fprintf(to, "],\n\"weights\": [");
    write_weights(to, sums, type->id);
    fprintf(to, "]}");
}

void speedscope_write(FILE *to, const struct selection *selection)
{
    const char *separator = "\n";
    size_t active = 0, written = 0;
    struct stack_sums sums;
    stack_sums_make(&sums, selection);
    fprintf(to, "{\"$schema\": \"" SCHEMA "\",\n\"exporter\": \"timerleak\",\n\"name\": ");
    write_string(to, selection->profile->processes[0]->name);
    fprintf(to, ",\n\"shared\": {\"frames\": [");
    write_frames(to, selection);
    fprintf(to, "]},\n\"profiles\": [");
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        const struct sample_type *type = sample_at(i);
        int64_t total = speedscope_total(&sums, type->id);
        if (total == 0)
            continue;
        if (type->id == selection->options.type->id)
            active = written;
        fprintf(to, "%s", separator);
        write_profile(to, &sums, type, total);
        separator = ",\n";
        written++;
    }
    fprintf(to, "],\n\"activeProfileIndex\": %zu}\n", active);
    stack_sums_free(&sums);
}
