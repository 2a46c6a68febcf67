#include "cli/arguments.h"
#include "cli/input.h"

#include "base/errors.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "cli/files.h"
#include "cli/pager.h"
#include "cli/names.h"
#include "cli/status.h"
#include "profile/filter.h"
#include "profile/generations.h"
#include "profile/kinship.h"
#include "profile/makers.h"
#include "profile/piles.h"
#include "profile/process.h"
#include "recording/archive.h"
#include "symbols/roots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void input_fail(const char *error, void *context)
{
    struct input *input = context;
    complain("%s", error);
    input->status = EXIT_UNREADABLE;
}

static void input_note_recording(struct recording *recording, void *context)
{
    struct input *input = context;
    generations_note(input->profile->generations, recording, true);
}

static void input_note_timers(struct recording *recording, void *context)
{
    struct input *input = context;
    generations_note_timers(input->profile->generations, recording);
}

static void input_add_recording(struct recording *recording, void *context)
{
    struct input *input = context;
    profile_add(input->profile, recording);
}

struct file_list {
    char **paths;
    size_t count, room;
};

static void list_file(const char *path, void *context)
{
    struct file_list *files = context;
    files->paths = memory_grow(files->paths, files->count, &files->room, sizeof(*files->paths));
    files->paths[files->count++] = memory_copy(path);
}

static void input_look(struct input *input, const struct file_list *files,
                       void (*each)(struct recording *recording, void *context))
{
    for (size_t i = 0; i < files->count; i++) {
        progress("looking at recordings", i, files->count);
        recordings_each(files->paths[i], each, NULL, input);
    }
}

static void input_add_files(struct input *input, const struct file_list *files)
{
    struct generations generations;
    for (size_t i = 0; i < files->count; i++)
        names_read(files->paths[i], input->profile->symbols);
    generations_init(&generations, input->profile);
    input->profile->generations = &generations;
    input_look(input, files, input_note_recording);
    makers_note(&generations);
    kinship_find(&generations);
    if (generations_share(&generations))
        input_look(input, files, input_note_timers);
    kinship_settle(&generations);
    for (size_t i = 0; i < files->count; i++) {
        progress("reading recordings", i, files->count);
        recordings_each(files->paths[i], input_add_recording, input_fail, input);
    }
    piles_judge(&generations);
    input->profile->generations = NULL;
    generations_free(&generations);
}

/* What one recording says of a timer may depend on any other: all are looked at first. */
static void input_add_paths(struct input *input, const char *const paths[], size_t count)
{
    struct file_list files = {0};
    if (!files_each(paths, count, list_file, &files))
        input->status = EXIT_UNREADABLE;
    input_add_files(input, &files);
    for (size_t i = 0; i < files.count; i++)
        free(files.paths[i]);
    free(files.paths);
}

static bool input_end(struct input *input, int status)
{
    if (input->profile)
        profile_free(input->profile);
    progress_end();
    input->status = status;
    return false;
}

/* pprof filters samples only when it has taken their total: families alone are left out here. */
bool input_filter(struct input *input, bool selects)
{
    char error[ERROR_SIZE];
    struct filter filter = {.families = input->settings.families};
    if (!selects) {
        filter.focus = input->settings.focus;
        filter.ignore = input->settings.ignore;
    }
    if (!profile_filter(input->profile, &filter, error)) {
        complain("%s", error);
        return false;
    }
    return true;
}

bool input_spares(const char *option, const char *output)
{
    if (!output || !files_is_recording(output))
        return true;
    complain("%s %s: that is a recording's name; %s is followed by the file that is "
             "written",
             option, output, option);
    return false;
}

static bool complain_missing(const char *command, const struct input_needs *needs)
{
    const char *argument = needs->argument ? needs->argument : "";
    complain("%s needs %s%sa recording: timerleak %s %s%sFILE...", command, argument,
             needs->argument ? " and " : "", command, argument, needs->argument ? " " : "");
    return false;
}

static bool input_read_options(struct input *input, int argc, char **argv)
{
    const struct input_needs *needs = input->needs;
    int count = arguments_parse(argc, argv, needs->options, &input->settings);
    if (count < 0 || !input_spares("-o", input->settings.output))
        return false;
    roots_set_symfs(input->settings.symfs);
    int before = needs->argument ? 1 : 0;
    if (count < before + 1)
        return complain_missing(argv[0], needs);
    if (input->settings.base && input->settings.diff_base) {
        complain("--base and --diff_base exclude each other");
        return false;
    }
    input->argument = needs->argument ? argv[1] : NULL;
    input->paths = (const char *const *)&argv[1 + before];
    input->path_count = (size_t)(count - before);
    if (needs->compares)
        input->settings.diff_base = input->argument;
    return true;
}

/* False if it can't be read: nothing is to be compared with what isn't there. */
static bool input_add_base(struct input *input)
{
    const struct settings *settings = &input->settings;
    const char *base = settings->base ? settings->base : settings->diff_base;
    int before = input->status;
    if (!base)
        return true;
    input->status = EXIT_OK;
    input->profile->base = true;
    input_add_paths(input, &base, 1);
    input->profile->base = false;
    if (input->status != EXIT_OK)
        return false;
    input->status = before;
    return true;
}

static void remark_repeats(const struct profile *profile)
{
    size_t repeats = process_repeats(profile);
    if (repeats > 0)
        complain("%s of a process that another one shows at another moment: its timers "
                 "count more than once",
                 text_plural(repeats, "recording is", "recordings are").s);
}

static void complain_type(const char *name)
{
    fprintf(stderr, "timerleak: there is no sample type \"%s\"; there are", name);
    for (size_t i = 0; sample_at(i); i++)
        fprintf(stderr, " %s", sample_at(i)->name);
    fputc('\n', stderr);
}

struct selection_options input_selection_options(const struct settings *settings)
{
    struct selection_options options = {
        .type = sample_find(settings->sample_index),
        .focus = settings->focus,
        .ignore = settings->ignore,
        .show = settings->show,
        .hide = settings->hide,
        .show_from = settings->show_from,
        .tagfocus = settings->tagfocus,
        .tagignore = settings->tagignore,
        .granularity = settings->granularity,
        .noinlines = settings->noinlines,
        .relative_percentages = settings->relative_percentages,
        .subtract = settings->base != NULL,
        .normalize = settings->normalize && (settings->base || settings->diff_base),
        .trim_path = settings->trim_path,
        .source_path = settings->source_path,
    };
    if (!options.type)
        complain_type(settings->sample_index);
    return options;
}

static bool make_selection(struct input *input, const struct selection_options *options,
                           FILE *warnings, struct selection *selection)
{
    char error[ERROR_SIZE];
    if (options->type && selection_make(selection, input->profile, options, warnings, error))
        return true;
    if (options->type) {
        complain("%s", error);
        selection_free(selection);
    }
    input->status = EXIT_USAGE;
    return false;
}

/* Commands that select do so in their own way: see input_select(). */
static bool input_selects(const struct input *input)
{
    return options_have(input->needs->options, OPTION_TAGFOCUS);
}

static void input_learn_families(struct recording *recording, void *context)
{
    uint64_t numbers[TLK_FAMILIES];
    (void)context;
    families_intern(&recording->header, numbers);
}

static void input_learn_from_file(const char *path, void *input)
{
    recordings_each(path, input_learn_families, NULL, input);
}

/* A name that is no family's so far may be one that a recording brings: then all are looked at. */
static void look_for_families(struct input *input)
{
    uint64_t families;
    struct text unknown;
    if (!family_parse(input->settings.families, &families, &unknown))
        files_each(input->paths, input->path_count, input_learn_from_file, input);
}

/* Of a profile that is empty yet, filters leave nothing, but whether they are any is known. */
static bool try_filters(struct input *input)
{
    struct selection selection;
    look_for_families(input);
    if (!input_filter(input, input_selects(input)))
        return false;
    if (!input_selects(input))
        return true;
    struct selection_options options = input_selection_options(&input->settings);
    bool understood = make_selection(input, &options, NULL, &selection);
    if (understood)
        selection_free(&selection);
    return understood;
}

void input_name_functions(const struct profile *profile, const struct settings *settings)
{
    naming_show_whole(profile->naming, strcmp(settings->names, "full") == 0);
}

bool input_parse(struct input *input, int argc, char **argv, const struct input_needs *needs)
{
    *input = (struct input){.status = EXIT_OK, .output = stdout, .needs = needs};
    settings_init(&input->settings);
    if (!input_read_options(input, argc, argv))
        return input_end(input, EXIT_USAGE);
    input->profile = profile_new();
    input->profile->keep_timers = needs->timers;
    input->profile->keep_histories = needs->histories;
    input_name_functions(input->profile, &input->settings);
    if (!try_filters(input))
        return input_end(input, EXIT_USAGE);
    return input_output_possible(input->settings.output) || input_end(input, EXIT_UNREADABLE);
}

bool input_load(struct input *input)
{
    const char *output = input->settings.output;
    progress_begin();
    input_add_paths(input, input->paths, input->path_count);
    if (input->profile->process_count == 0 && !input->needs->nothing)
        return input_end(input, EXIT_UNREADABLE);
    if (!input_add_base(input))
        return input_end(input, EXIT_UNREADABLE);
    remark_repeats(input->profile);
    if (!input_filter(input, input_selects(input)))
        return input_end(input, EXIT_USAGE);
    if (input->needs->paged && !output)
        input->output = pager_begin();
    /* What is printed as it is made goes to the same terminal, it may be. */
    if (!output && input->output == stdout && style_followed(stdout))
        progress_end();
    return !output || input_output_begin(input, output) || input_end(input, EXIT_UNREADABLE);
}

bool input_open(struct input *input, int argc, char **argv, const struct input_needs *needs)
{
    return input_parse(input, argc, argv, needs) && input_load(input);
}

int input_refuse(struct input *input)
{
    input->status = EXIT_USAGE;
    return input_close(input);
}

static bool complain_output(const char *path)
{
    complain("%s: %s", path, strerror(errno));
    return false;
}

bool input_output_possible(const char *path)
{
    return !path || replace_possible(path) || complain_output(path);
}

bool input_output_begin(struct input *input, const char *path)
{
    if (replace_begin(&input->file, path, REPLACE_PUBLIC)) {
        input->output = input->file.to;
        return true;
    }
    input->status = EXIT_UNREADABLE;
    return complain_output(path);
}

void input_output_abandon(struct input *input)
{
    if (input->output != stdout)
        replace_abandon(&input->file);
    input->output = stdout;
}

bool input_output_end(struct input *input)
{
    if (pager_reads(input->output)) {
        pager_end();
        input->output = stdout;
    }
    if (input->status == EXIT_USAGE)
        input_output_abandon(input);
    if (input->output == stdout)
        return false;
    input->output = stdout;
    if (replace_end(&input->file))
        return true;
    complain("the output could not be written: %s", strerror(errno));
    input->status = EXIT_UNREADABLE;
    return false;
}

bool input_select(struct input *input, const struct selection_options *options,
                  struct selection *selection)
{
    return make_selection(input, options, stderr, selection);
}

int input_close(struct input *input)
{
    progress_end();
    input_output_end(input);
    profile_free(input->profile);
    return input->status;
}
