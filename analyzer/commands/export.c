/* export.c - the command `timerleak export`: a profile in the format of another tool. */
#include "base/errors.h"
#include "base/memory.h"
#include "base/progress.h"
#include "cli/input.h"
#include "cli/pprof.h"
#include "commands/commands.h"
#include "exports/exports.h"
#include "views/coverage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORDING ".tlk"
#define PROFILE ".pb.gz"

struct format {
    void (*write)(FILE *to, const struct selection *selection);
    bool detailed; /* in whatever detail is asked for, it tells all it can */
    enum granularity granularity;
    bool zeros; /* with samples whose value of the chosen type is 0 */
};

static const struct format formats[] = {
    [EXPORT_PPROF] = {.detailed = true, .granularity = GRANULARITY_ADDRESSES, .zeros = true},
    [EXPORT_LEGACY] = {.write = legacy_write, .zeros = true},
    [EXPORT_COLLAPSED] = {.write = collapsed_write},
    [EXPORT_SPEEDSCOPE] = {.write = speedscope_write,
                           .detailed = true,
                           .granularity = GRANULARITY_LINES,
                           .zeros = true},
    [EXPORT_CSV] = {.write = csv_write,
                    .detailed = true,
                    .granularity = GRANULARITY_LINES,
                    .zeros = true},
};

static void export_fail(struct input *input, const char *path)
{
    complain("%s: %s", path, strerror(errno));
    input->status = EXIT_UNREADABLE;
}

/* The name of the first recording, with another ending; the caller frees it. */
static char *export_profile_path(const struct input *input)
{
    const char *recording = input->profile->processes[0]->recording;
    size_t length = strlen(recording), ending = strlen(RECORDING);
    if (length > ending && strcmp(recording + length - ending, RECORDING) == 0)
        length -= ending;
    char *path = memory_new(1, length + sizeof(PROFILE));
    memcpy(path, recording, length);
    strcpy(path + length, PROFILE);
    return path;
}

/* A profile is no text: without -o it goes to a file of its own, whose name is printed. */
static void export_pprof(struct input *input, const struct selection *selection)
{
    const char *output = input->settings.output;
    char *path = output ? memory_copy(output) : export_profile_path(input);
    if (output || input_output_begin(input, path)) {
        progress_begin();
        bool written = pprof_write(input->output, selection);
        progress_end();
        if (!written) {
            export_fail(input, path);
            input_output_abandon(input);
        } else if (input_output_end(input)) {
            printf("%s\n", path);
        }
    }
    free(path);
}

static void export_dot(struct input *input, const struct selection *selection)
{
    struct view view = {.selection = selection,
                        .graph = pprof_graph_options(&input->settings, false, true),
                        .unit = input->settings.unit,
                        .compact = input->settings.compact_labels};
    view.graph.visual = true;
    view.graph.call_tree = input->settings.call_tree;
    dot_write(input->output, &view);
}

static void export_selection(struct input *input, enum export_format wanted)
{
    struct selection_options options = input_selection_options(&input->settings);
    struct selection selection;
    if (wanted != EXPORT_DOT) {
        const struct format *format = &formats[wanted];
        options.zeros = format->zeros;
        if (format->detailed)
            options.granularity = format->granularity;
    }
    if (!input_select(input, &options, &selection))
        return;
    if (wanted == EXPORT_DOT) {
        export_dot(input, &selection);
    } else if (wanted == EXPORT_PPROF) {
        export_pprof(input, &selection);
    } else {
        formats[wanted].write(input->output, &selection);
        coverage_print(stderr, input->profile); /* for which these formats have no place */
    }
    losses_print_modules(stderr, input->profile); /* no format has a place for it */
    selection_free(&selection);
}

/* The report knows sites, not samples: of the filters, those that choose sites apply. */
static void export_json(struct input *input)
{
    if (input_filter(input, false))
        json_write(input->output, input->profile);
    else
        input->status = EXIT_USAGE;
}

static bool export_filters_samples(const struct settings *settings)
{
    return settings->tagfocus || settings->tagignore || settings->show || settings->hide ||
           settings->show_from;
}

/* NULL: it can be done. */
static const char *export_why_not(const struct settings *settings)
{
    bool other = settings->format != EXPORT_NONE;
    if (settings->json && other)
        return "--json and other formats exclude each other";
    if (settings->json && export_filters_samples(settings))
        return "--json holds whole sites: of the filters, it takes --families, --focus and "
               "--ignore";
    if (!settings->json && !other)
        return "export needs a format: --pprof, --legacy, --collapsed, --speedscope, --csv, --dot "
               "or --json";
    return NULL;
}

static bool export_can(const struct settings *settings)
{
    const char *refused = export_why_not(settings);
    if (refused)
        complain("%s", refused);
    return !refused;
}

void serve_export(const struct command *command, struct input *input)
{
    (void)command;
    if (!export_can(&input->settings))
        input->status = EXIT_USAGE;
    else if (input->settings.json)
        export_json(input);
    else
        export_selection(input, input->settings.format);
}

int command_export(const struct command *command, int argc, char **argv)
{
    struct input input;
    const struct input_needs needs = {.options = command->options};
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!export_can(&input.settings))
        return input_refuse(&input);
    if (!input_load(&input))
        return input.status;
    serve_export(command, &input);
    return input_close(&input);
}
