/* pprof.c - profile.proto, compressed. */
#include "base/memory.h"
#include "base/progress.h"
#include "exports/exports.h"
#include "exports/pprof_locations.h"
#include "exports/pprof_messages.h"
#include "profile/process.h"
#include "profile/tags.h"
#include "views/coverage.h"

#include <stdlib.h>

struct writer {
    const struct selection *selection;
    struct pprof_messages *messages;
    struct pprof_locations *places;
};

/* ---- what the profile is of ---- */

static Pprof__ValueType value_type(struct pprof_messages *messages, const char *type,
                                   const char *unit)
{
    Pprof__ValueType message = PPROF__VALUE_TYPE__INIT;
    message.type = pprof_messages_string(messages, type);
    message.unit = pprof_messages_string(messages, unit);
    return message;
}

static void write_types(struct pprof_messages *messages)
{
    Pprof__ValueType types[SAMPLE_TYPES], *pointers[SAMPLE_TYPES];
    Pprof__ValueType period = value_type(messages, "timers", "count");
    Pprof__Profile part = PPROF__PROFILE__INIT;
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        types[i] = value_type(messages, sample_at(i)->name, sample_at(i)->unit);
        pointers[i] = &types[i];
    }
    part.n_sample_type = SAMPLE_TYPES;
    part.sample_type = pointers;
    part.default_sample_type = types[0].type;
    part.period_type = &period;
    part.period = 1;
    pprof_messages_write(messages, &part);
}

static void write_times(struct pprof_messages *messages, const struct profile *profile)
{
    Pprof__Profile part = PPROF__PROFILE__INIT;
    struct process_times times = process_times(profile);
    part.time_nanos = (int64_t)times.start_real;
    part.duration_nanos = (int64_t)times.duration;
    pprof_messages_write(messages, &part);
}

static void write_comment(struct pprof_messages *messages, const char *text)
{
    Pprof__Profile part = PPROF__PROFILE__INIT;
    int64_t comment = pprof_messages_string(messages, text);
    part.n_comment = 1;
    part.comment = &comment;
    pprof_messages_write(messages, &part);
}

static void write_process_comment(struct pprof_messages *messages, struct profile *profile,
                                  const struct process *process)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    for (size_t i = 0; i < process->argc; i++)
        fprintf(to, "%s%s", i > 0 ? " " : "", process->argv[i]);
    fprintf(to, ": %s", process_end(process).s);
    fclose(to);
    write_comment(messages, strings_add(profile->strings, text));
    free(text);
}

static void write_coverage_comments(struct pprof_messages *messages, const struct profile *profile)
{
    const struct coverage coverage = coverage_of(profile);
    for (size_t i = 0; i < coverage.count; i++)
        write_comment(messages, strings_add(profile->strings, coverage.lines[i].s));
}

/* ---- samples ---- */

static Pprof__Label label_of(struct pprof_messages *messages, const struct tag *tag)
{
    Pprof__Label label = PPROF__LABEL__INIT;
    label.key = pprof_messages_string(messages, tag->key);
    if (tag->text) {
        label.str = pprof_messages_string(messages, tag->text);
    } else {
        label.num = (int64_t)tag->number;
        label.num_unit = pprof_messages_string(messages, tag->unit);
    }
    return label;
}

static size_t fill_labels(struct pprof_messages *messages, const struct sample *sample,
                          Pprof__Label *labels, Pprof__Label **pointers)
{
    struct tag tags[TAGS_MOST];
    size_t count = sample_tags(sample, tags);
    for (size_t i = 0; i < count; i++) {
        labels[i] = label_of(messages, &tags[i]);
        pointers[i] = &labels[i];
    }
    return count;
}

/* Leaf first; returns how many. */
static size_t fill_location_ids(struct writer *writer, const struct selected *selected,
                                uint64_t *ids)
{
    const struct trace *trace = selected_trace(selected);
    size_t count = 0;
    for (uint32_t i = 0; i < selected->depth; i++) {
        uint64_t id = pprof_location(writer->places, trace->locations[i]);
        if (id != 0)
            ids[count++] = id;
    }
    return count;
}

static bool fill_values(const struct selection *selection, const struct selected *selected,
                        int64_t values[SAMPLE_TYPES])
{
    bool any = false;
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        values[i] = selected_value(selection, selected, sample_at(i));
        any |= values[i] != 0;
    }
    return any;
}

static void write_sample(struct writer *writer, const struct selected *selected)
{
    uint64_t ids[TLK_MAX_DEPTH + 1];
    int64_t values[SAMPLE_TYPES];
    Pprof__Label labels[TAGS_MOST], *pointers[TAGS_MOST];
    Pprof__Sample message = PPROF__SAMPLE__INIT;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    if (!fill_values(writer->selection, selected, values))
        return;
    message.n_location_id = fill_location_ids(writer, selected, ids);
    message.location_id = ids;
    message.n_value = SAMPLE_TYPES;
    message.value = values;
    message.n_label = fill_labels(
        writer->messages, selected->sample ? selected->sample : selected->base, labels, pointers);
    message.label = pointers;
    part.n_sample = 1;
    part.sample = (Pprof__Sample *[]){&message};
    pprof_messages_write(writer->messages, &part);
}

bool pprof_write(FILE *to, const struct selection *selection)
{
    struct profile *profile = selection->profile;
    struct writer writer = {.selection = selection, .messages = pprof_messages_new(to)};
    write_types(writer.messages);
    write_times(writer.messages, profile);
    for (size_t i = 0; i < profile->process_count; i++)
        write_process_comment(writer.messages, profile, profile->processes[i]);
    write_coverage_comments(writer.messages, profile);
    writer.places = pprof_locations_new(writer.messages, selection);
    for (size_t i = 0; i < selection->count; i++) {
        progress("writing samples", i, selection->count);
        write_sample(&writer, &selection->samples[i]);
    }
    pprof_locations_free(writer.places);
    return pprof_messages_end(writer.messages);
}
