/* check.c - the command `timerleak check`: a gate for CI. */
#include "cli/input.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "base/replace.h"
#include "base/text.h"
#include "cli/files.h"
#include "exports/exports.h"
#include "profile/suggestions.h"
#include "views/views.h"

#include <errno.h>
#include <string.h>

#define STANDARD_OUTPUT "-"

/* ---- from the command line to a gate ---- */

static uint64_t check_limit(long option)
{
    return option < 0 ? UINT64_MAX : (uint64_t)option;
}

static bool check_read_options(const struct settings *settings, struct gate_options *options)
{
    bool partial = settings->focus || settings->ignore;
    struct text unknown;
    *options = (struct gate_options){
        .max_live = check_limit(settings->max_live),
        .max_dropped = check_limit(settings->max_dropped),
        .allow_empty = settings->allow_empty,
        .filtered = settings->families || partial,
        .sought = settings->families || settings->focus,
    };
    family_parse(settings->families, &options->families, &unknown); /* see input_open() */
    if (settings->update_baseline && (!settings->baseline || partial)) {
        complain("--update-baseline needs %s", settings->baseline
                                                   ? "all sites: leave out --focus and --ignore"
                                                   : "--baseline FILE, which it writes");
        return false;
    }
    if (gate_parse(options, settings->fail_on ? settings->fail_on : "leak", &unknown))
        return true;
    fprintf(stderr, "timerleak: --fail-on does not take \"%s\"; there are leak, growing, held",
            unknown.s);
    for (enum timer_state state = 0; state < TIMER_STATES; state++)
        fprintf(stderr, ", %s", state_name(state));
    fprintf(stderr, ", " GATE_PASSED_ON ", " GATE_OVERWRITTEN "\n");
    return false;
}

static bool check_read_suppressions(const char *path, struct suppressions **suppressions)
{
    char error[ERROR_SIZE];
    *suppressions = path ? suppressions_read(path, error) : NULL;
    if (path && !*suppressions)
        complain("%s", error);
    return !path || *suppressions;
}

static bool check_read_baseline(const struct settings *settings, struct baseline **baseline)
{
    char error[ERROR_SIZE];
    const char *path = settings->baseline;
    *baseline = path ? baseline_read(path, settings->update_baseline, error) : NULL;
    if (path && !*baseline)
        complain("%s", error);
    return !path || *baseline;
}

/* ---- the baseline ---- */

static bool check_write_baseline(const char *path, struct baseline *baseline)
{
    struct replacement replacement;
    if (replace_begin(&replacement, path, REPLACE_PUBLIC)) {
        baseline_write(replacement.to, baseline);
        if (replace_end(&replacement))
            return true;
    }
    complain("the baseline stays as it was: %s: %s", path, strerror(errno));
    return false;
}

static void check_update_baseline(struct input *input, struct gate *gate, FILE *to)
{
    const char *path = input->settings.baseline;
    if (gate->doubt_count > 0) {
        complain("the baseline stays as it was: this was not all there is");
        return;
    }
    struct baseline *old = gate_accept(gate);
    if (check_write_baseline(path, gate->baseline))
        gate_print_update(to, old, gate->baseline, path);
    else
        input->status = EXIT_UNREADABLE;
    baseline_free(old);
}

/* ---- who is told ---- */

struct output {
    const char *path; /* NULL: not asked for */
    gate_export *write;
};

#define OUTPUTS 6

static void outputs_list(const struct settings *settings, struct output outputs[OUTPUTS])
{
    const struct output list[OUTPUTS] = {
        {settings->sarif, sarif_write},           {settings->junit, junit_write},
        {settings->gitlab, gitlab_write},         {settings->markdown, markdown_write},
        {settings->prometheus, prometheus_write}, {settings->json_file, gate_json_write},
    };
    memcpy(outputs, list, sizeof(list));
}

/* "--json a.tlk" may have been meant for other commands' "--json", and would cost a recording. */
static bool outputs_spare_recordings(const struct settings *settings)
{
    struct output outputs[OUTPUTS];
    outputs_list(settings, outputs);
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (outputs[i].path && files_is_recording(outputs[i].path)) {
            complain("%s is a recording's name: --json and the like are followed "
                     "by the file that is written",
                     outputs[i].path);
            return false;
        }
    }
    return true;
}

static bool output_is_standard(const char *path)
{
    return strcmp(path, STANDARD_OUTPUT) == 0;
}

/* Of two formats in one place neither could be read. */
static bool outputs_keep_apart(const struct settings *settings)
{
    struct output outputs[OUTPUTS];
    outputs_list(settings, outputs);
    for (size_t i = 0; i < OUTPUTS; i++) {
        const char *path = outputs[i].path;
        bool taken = path && output_is_standard(path) && settings->gen_suppressions;
        for (size_t j = 0; path && j < i; j++)
            taken |= outputs[j].path && strcmp(outputs[j].path, path) == 0;
        if (taken) {
            complain("only one thing can be written to %s",
                     output_is_standard(path) ? "standard output" : path);
            return false;
        }
    }
    return true;
}

/* What is asked for on standard output has it for itself: the text gives way. */
static FILE *outputs_text(const struct input *input)
{
    struct output outputs[OUTPUTS];
    bool taken = input->settings.gen_suppressions;
    outputs_list(&input->settings, outputs);
    for (size_t i = 0; i < OUTPUTS; i++)
        taken |= outputs[i].path && output_is_standard(outputs[i].path);
    return taken ? stderr : input->output;
}

static bool output_write(FILE *standard, const struct output *output, const struct gate *gate,
                         const struct repository *repository)
{
    struct replacement replacement;
    if (output_is_standard(output->path)) {
        output->write(standard, gate, repository);
        return true; /* main() tells whether it was written */
    }
    if (replace_begin(&replacement, output->path, REPLACE_PUBLIC)) {
        output->write(replacement.to, gate, repository);
        if (replace_end(&replacement))
            return true;
    }
    complain("%s: %s", output->path, strerror(errno));
    return false;
}

static void check_tell(struct input *input, const struct gate *gate,
                       const struct repository *repository, FILE *text)
{
    struct output outputs[OUTPUTS];
    outputs_list(&input->settings, outputs);
    gate_print(text, gate, input->settings.suppressions);
    for (size_t i = 0; i < gate->doubt_count; i++)
        complain("%s", gate->doubts[i]);
    if (input->settings.gen_suppressions)
        suggestions_write(input->output, gate);
    if (input->settings.github)
        annotations_write(text, gate, repository);
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (outputs[i].path && !output_write(input->output, &outputs[i], gate, repository))
            input->status = EXIT_UNREADABLE;
    }
}

/* ---- the command ---- */

/* What it is judged by. */
struct rules {
    struct gate_options options;
    struct suppressions *suppressions;
    struct baseline *baseline;
};

static bool outputs_are_possible(const struct settings *settings)
{
    struct output outputs[OUTPUTS];
    bool possible = !settings->update_baseline || input_output_possible(settings->baseline);
    outputs_list(settings, outputs);
    for (size_t i = 0; i < OUTPUTS; i++) {
        const char *path = outputs[i].path;
        possible &= !path || output_is_standard(path) || input_output_possible(path);
    }
    return possible;
}

/* All that can be known before recordings are read; nothing is to be freed unless it is EXIT_OK. */
static enum exit_status rules_read(const struct settings *settings, struct rules *rules)
{
    if (!outputs_spare_recordings(settings) || !outputs_keep_apart(settings) ||
        !check_read_options(settings, &rules->options))
        return EXIT_USAGE;
    if (!outputs_are_possible(settings))
        return EXIT_UNREADABLE;
    if (!check_read_suppressions(settings->suppressions, &rules->suppressions))
        return EXIT_USAGE;
    if (check_read_baseline(settings, &rules->baseline))
        return EXIT_OK;
    suppressions_free(rules->suppressions);
    return EXIT_USAGE;
}

static void check_run(struct input *input, struct rules *rules, const struct repository *repository)
{
    struct gate gate;
    FILE *text = outputs_text(input);
    rules->options.incomplete = input->status != EXIT_OK;
    gate_judge(&gate, input->profile, &rules->options, rules->suppressions, rules->baseline);
    if (input->settings.update_baseline)
        check_update_baseline(input, &gate, text);
    check_tell(input, &gate, repository, text);
    /* Found is found, but what could not be read may hide more: that goes first. */
    if (gate_result(&gate) == GATE_IN_DOUBT)
        input->status = EXIT_UNREADABLE;
    else if (gate_result(&gate) == GATE_FAILS && input->status == EXIT_OK)
        input->status = EXIT_LEAK;
    gate_free(&gate);
}

static int check_load_and_run(struct input *input, struct rules *rules,
                              const struct repository *repository)
{
    if (input_load(input)) {
        check_run(input, rules, repository);
        return input_close(input);
    }
    suppressions_free(rules->suppressions);
    baseline_free(rules->baseline);
    return input->status;
}

int command_check(const struct command *command, int argc, char **argv)
{
    struct input input;
    struct rules rules;
    struct repository repository;
    const struct input_needs needs = {.options = command->options, .paged = true, .nothing = true};
    if (!input_parse(&input, argc, argv, &needs))
        return input.status;
    if (!repository_open(&repository, input.settings.source_root)) {
        complain("--source-root: %s: %s", input.settings.source_root, strerror(errno));
        return input_refuse(&input);
    }
    input.status = rules_read(&input.settings, &rules);
    int status = input.status == EXIT_OK ? check_load_and_run(&input, &rules, &repository)
                                         : input_close(&input);
    repository_close(&repository);
    return status;
}
