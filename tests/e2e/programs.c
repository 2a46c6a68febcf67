/*
 * Runs every program of tests/programs bare and with the shim preloaded. Both must behave the
 * same, and the recordings must say what the program's annotations expect.
 *
 * At a clean exit the shim asks the kernel, which repairs what a hook got wrong. So those that make
 * timers of the kernel also run with a sudden end: at the end of main() they are stopped, held
 * beside the kernel's own list, and killed; the annotations must hold all the same.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

static bool makes_timers_of_kernel(const char *name)
{
    struct annotations annotations = annotations_read(name, true);
    bool makes = false;

    for (size_t i = 0; i < annotations.count; i++)
        makes = makes || !strcmp(annotations.items[i].family, "timerfd") ||
                !strcmp(annotations.items[i].family, "posix");
    annotations_forget(&annotations);
    return makes;
}

static bool can_end_suddenly(const char *name)
{
    char *source = source_of(name);
    bool can = source && !source_says(source, "needs", "clean end");

    free(source);
    return can && is_program(name) && makes_timers_of_kernel(name);
}

static struct criterion_test_params choose(bool (*is_chosen)(const char *name))
{
    struct program *programs = cr_malloc(MAX_PROGRAMS * sizeof(*programs));
    size_t count = 0;
    char *path = built("programs");
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && count < MAX_PROGRAMS && (entry = readdir(directory)))
        if (is_chosen(entry->d_name))
            snprintf(programs[count++].name, sizeof(programs->name), "%s", entry->d_name);
    if (directory)
        closedir(directory);
    free(path);
    qsort(programs, count, sizeof(*programs), by_name);
    return cr_make_param_array(struct program, programs, count);
}

ParameterizedTestParameters(programs, behave_and_are_recorded)
{
    return choose(is_program);
}

ParameterizedTestParameters(programs, are_recorded_up_to_a_sudden_end)
{
    return choose(can_end_suddenly);
}

static void compare_folder(const struct annotations *annotations, const char *directory,
                           FILE *complaints)
{
    char *error = NULL;
    json_t *report = report_read(directory, &error);

    if (report)
        compare_together(annotations, report, complaints);
    else
        fprintf(complaints, "%s\n", error);
    json_decref(report);
    free(error);
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
    if (recordings.count > 1)
        compare_folder(annotations, directory, complaints);
    recordings_forget(&recordings);
}

ParameterizedTest(struct program *program, programs, behave_and_are_recorded, .timeout = 60)
{
    struct annotations annotations = annotations_read(program->name, false);
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

/* The kernel's list, by `timerleak verify`, beside the recording of a process that stands still. */
static void compare_with_kernel(pid_t pid, FILE *complaints)
{
    char *timerleak = built("timerleak"), *number = text_make("%d", (int)pid);
    const char *const argv[] = {timerleak, "verify", number, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    if (outcome_code(&outcome))
        fprintf(complaints, "verify ends with %d:\n%s%s", outcome_code(&outcome), outcome.out,
                outcome.err);
    outcome_forget(&outcome);
    free(number);
    free(timerleak);
}

ParameterizedTest(struct program *program, programs, are_recorded_up_to_a_sudden_end, .timeout = 60)
{
    struct annotations annotations = annotations_read(program->name, true);
    char *text = NULL, *directory;
    size_t length = 0;
    FILE *complaints;
    siginfo_t state = {0};

    if (annotations.needs_root && geteuid() != 0)
        cr_skip_test("%s needs root", program->name);
    directory = directory_make();
    complaints = open_memstream(&text, &length);
    struct running running = start_to_halt(program->name, directory);
    waitid(P_PID, (id_t)running.pid, &state, WSTOPPED | WEXITED | WNOWAIT);
    if (state.si_code == CLD_STOPPED)
        compare_with_kernel(running.pid, complaints);
    kill(running.pid, SIGKILL);
    struct outcome outcome = command_finish(&running);
    compare_recordings(&annotations, directory, outcome.pid, complaints);
    fclose(complaints);
    directory_remove(directory);
    cr_expect(length == 0, "%s, ended suddenly:\n%s", program->name, text);
    free(text);
    outcome_forget(&outcome);
    annotations_forget(&annotations);
}
