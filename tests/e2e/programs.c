/*
 * Runs every program of tests/programs bare and with the shim preloaded. Both must behave the
 * same, and the recordings must say what the program's annotations expect.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "annotations.h"
#include "command.h"
#include "comparison.h"
#include "preloaded.h"
#include "recordings.h"

#define MAX_PROGRAMS 512

struct program {
    char name[256];
};

/* Plugins lie among the programs, but are loaded by them. */
static bool is_program(const char *name)
{
    char *source = source_of(name);
    bool is = source && !source_says(source, "build", "-shared");

    free(source);
    return is;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct program *)a)->name, ((const struct program *)b)->name);
}

ParameterizedTestParameters(programs, behave_and_are_recorded)
{
    struct program *programs = cr_malloc(MAX_PROGRAMS * sizeof(*programs));
    size_t count = 0;
    char *path = built("programs");
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && count < MAX_PROGRAMS && (entry = readdir(directory)))
        if (is_program(entry->d_name))
            snprintf(programs[count++].name, sizeof(programs->name), "%s", entry->d_name);
    if (directory)
        closedir(directory);
    free(path);
    qsort(programs, count, sizeof(*programs), by_name);
    return cr_make_param_array(struct program, programs, count);
}

static void compare_recordings(const struct annotations *annotations, const char *directory,
                               pid_t pid, FILE *complaints)
{
    struct recordings recordings = recordings_read(directory, pid, complaints);

    if (annotations->no_recording && recordings.count)
        fprintf(complaints, "there is a recording, %s\n", recordings.items[0].path);
    if (!annotations->no_recording && !recordings.count)
        fprintf(complaints, "there is no recording\n");
    compare(annotations, &recordings, complaints);
    recordings_forget(&recordings);
}

ParameterizedTest(struct program *program, programs, behave_and_are_recorded, .timeout = 60)
{
    struct annotations annotations = annotations_read(program->name);
    char *text = NULL, *difference, *directory;
    size_t length = 0;
    FILE *complaints;

    if (annotations.needs_root && geteuid() != 0)
        cr_skip_test("%s needs root", program->name);
    directory = directory_make();
    complaints = open_memstream(&text, &length);
    struct outcome bare = run_bare(program->name);
    struct outcome preloaded = run_preloaded(program->name, directory, NULL);
    difference = differences(&bare, &preloaded);
    fputs(difference, complaints);
    compare_recordings(&annotations, directory, preloaded.pid, complaints);
    fclose(complaints);
    directory_remove(directory);
    cr_expect(length == 0, "%s:\n%s", program->name, text);
    free(text);
    free(difference);
    outcome_forget(&bare);
    outcome_forget(&preloaded);
    annotations_forget(&annotations);
}
