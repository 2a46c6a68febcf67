#include "commands/input.h"

#include "base/memory.h"
#include "commands/commands.h"
#include "profile/filter.h"
#include "profile/findings.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".tlk"

static void add_file(struct input *input, const char *path)
{
    char error[RECORDING_ERROR_SIZE];
    struct recording *recording = recording_open(path, error);
    if (!recording) {
        fprintf(stderr, "timerleak: %s\n", error);
        input->status = EXIT_UNREADABLE;
        return;
    }
    profile_add(input->profile, recording);
    recording_close(recording);
}

static int is_recording(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > strlen(SUFFIX) && strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static void add_directory(struct input *input, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_recording, alphasort);
    if (count <= 0) {
        fprintf(stderr, "timerleak: %s: %s\n", path,
                count < 0 ? strerror(errno) : "there are no recordings (*" SUFFIX ") in it");
        input->status = EXIT_UNREADABLE;
    }
    for (int i = 0; i < count; i++) {
        size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *file = memory_new(1, size);
        snprintf(file, size, "%s/%s", path, entries[i]->d_name);
        add_file(input, file);
        free(file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void add_path(struct input *input, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        add_directory(input, path);
    else
        add_file(input, path);
}

static bool fail(struct input *input, int status)
{
    if (input->profile)
        profile_free(input->profile);
    input->status = status;
    return false;
}

static bool apply_filters(struct input *input)
{
    char error[FILTER_ERROR_SIZE];
    struct filter filter = {input->settings.families, input->settings.focus,
                            input->settings.ignore};
    if (!profile_filter(input->profile, &filter, error)) {
        fprintf(stderr, "timerleak: %s\n", error);
        return false;
    }
    findings_sort(input->profile);
    profile_add_up(input->profile);
    return true;
}

static bool open_output(struct input *input)
{
    const char *path = input->settings.output;
    input->output = path ? fopen(path, "we") : stdout;
    if (!input->output)
        fprintf(stderr, "timerleak: %s: %s\n", path, strerror(errno));
    return input->output;
}

bool input_open(struct input *input, int argc, char **argv, uint64_t options, bool keep_timers)
{
    *input = (struct input){.status = EXIT_OK};
    settings_init(&input->settings);
    int count = options_parse(argc, argv, options, &input->settings);
    if (count == 0)
        fprintf(stderr, "timerleak: %s needs a recording: timerleak %s FILE...\n", argv[0],
                argv[0]);
    if (count <= 0)
        return fail(input, EXIT_USAGE);
    input->profile = profile_new();
    input->profile->keep_timers = keep_timers;
    for (int i = 1; i <= count; i++)
        add_path(input, argv[i]);
    if (input->profile->process_count == 0)
        return fail(input, EXIT_UNREADABLE);
    if (!apply_filters(input) || !open_output(input))
        return fail(input, EXIT_USAGE);
    return true;
}

const struct sample_type *input_sample_type(struct input *input)
{
    const struct sample_type *type = sample_find(input->settings.sample_index);
    if (type)
        return type;
    fprintf(stderr, "timerleak: there is no sample type \"%s\"; there are",
            input->settings.sample_index);
    for (size_t i = 0; sample_at(i); i++)
        fprintf(stderr, " %s", sample_at(i)->name);
    fputc('\n', stderr);
    input->status = EXIT_USAGE;
    return NULL;
}

int input_close(struct input *input)
{
    bool written = !ferror(input->output);
    written &= (input->output == stdout ? fflush(stdout) : fclose(input->output)) == 0;
    if (!written) {
        fprintf(stderr, "timerleak: the output could not be written: %s\n", strerror(errno));
        input->status = EXIT_UNREADABLE;
    }
    profile_free(input->profile);
    return input->status;
}
