/*
 * traced.c - programs of tests/programs, watched from outside: they must behave as they do bare,
 * and their recordings must say what their annotations expect, as under the shim. Besides, what the
 * shim can't reach: static programs, of another C library, in a container, running already.
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
#include "subject.h"
#include "tracing.h"

#define MAX_PROGRAMS 512

struct program {
    char name[256];
};

/* ---- which ---- */

/* Timers of libraries are no objects of the kernel: nobody sees them from there. Those of Go's own
 * runtime are looked for. */
static bool makes_only_timers_that_are_seen(const char *name)
{
    struct annotations annotations = annotations_read(name, false);
    bool only = true;

    for (size_t i = 0; i < annotations.count; i++)
        only = only && (annotations.items[i].subject == SUBJECT_PROCESS ||
                        !strcmp(annotations.items[i].family, "timerfd") ||
                        !strcmp(annotations.items[i].family, "posix") ||
                        !strcmp(annotations.items[i].family, "itimer") ||
                        !strncmp(annotations.items[i].family, "go/", 3));
    annotations_forget(&annotations);
    return only;
}

static bool applies(const char *name)
{
    char *source = source_of(name);
    bool does = source && !source_says(source, "build", "-shared") &&
                !source_says(source, "library", "") && !source_says(source, "link", "gotime") &&
                !source_says(source, "traced", "no") && makes_only_timers_that_are_seen(name);

    free(source);
    return does;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct program *)a)->name, ((const struct program *)b)->name);
}

/* In that folder of the programs, whose name is part of theirs. */
static size_t list_programs(const char *folder, struct program *programs, size_t count)
{
    char *below = text_make("programs/%s", folder), *path = built(below);
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && count < MAX_PROGRAMS && (entry = readdir(directory))) {
        char *name = text_make("%s%s", folder, entry->d_name);

        if (applies(name))
            snprintf(programs[count++].name, sizeof(programs->name), "%s", name);
        free(name);
    }
    if (directory)
        closedir(directory);
    free(path);
    free(below);
    return count;
}

ParameterizedTestParameters(traced, behave_and_are_recorded_alike)
{
    struct program *programs = cr_malloc(MAX_PROGRAMS * sizeof(*programs));
    size_t count = list_programs("", programs, 0);

    count = list_programs("go/", programs, count);
    qsort(programs, count, sizeof(*programs), by_name);
    return cr_make_param_array(struct program, programs, count);
}

/* ---- how ---- */

static struct outcome run_traced(const char *path, const char *directory)
{
    char *timerleak = built("timerleak");
    const char *const argv[] = {timerleak, "trace", "-o", directory, "--", path, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    free(timerleak);
    tracing_needed(&outcome);
    return outcome;
}

/* What the tracer itself tells, a line for each program, is not the program's. */
static void forget_own_lines(char *text)
{
    static const char own[] = "timerleak: ";
    char *to = text;

    for (char *line = text, *end; *line; line = end) {
        end = line + strcspn(line, "\n");
        end += *end == '\n';
        if (strncmp(line, own, sizeof(own) - 1)) {
            memmove(to, line, (size_t)(end - line));
            to += end - line;
        }
    }
    *to = '\0';
}

/* The tracer counts what it could not take in time, on a machine that is busy with other things. */
static long long lost_of(const struct recordings *recordings)
{
    long long lost = 0;

    for (size_t i = 0; i < recordings->count; i++) {
        const json_t *dropped = json_object_get(recordings->items[i].report, "dropped");

        lost += number_of(dropped, "event") + number_of(dropped, "stack");
    }
    return lost;
}

/*
 * The program's annotations, and what was recorded of a program at that path. What was lost is
 * given back: what is missing then was told.
 */
static long long compare_traced(const struct annotations *annotations, const char *path,
                                FILE *complaints)
{
    char *directory = directory_make();
    struct outcome bare, traced = run_traced(path, directory);
    const char *const argv[] = {path, NULL};
    struct recordings recordings = recordings_read_below(directory, traced.pid, complaints);
    char *difference;

    bare = command_run(&(struct command){.argv = argv});
    forget_own_lines(traced.err);
    difference = differences(&bare, &traced);
    fputs(difference, complaints);
    if (!annotations->no_recording && !recordings.count)
        fprintf(complaints, "there is no recording\n");
    compare(annotations, &recordings, complaints);
    long long lost = lost_of(&recordings);
    recordings_forget(&recordings);
    free(difference);
    outcome_forget(&bare);
    outcome_forget(&traced);
    directory_remove(directory);
    return lost;
}

static void expect_alike(const char *what, const struct annotations *annotations, const char *path)
{
    char *text = NULL;
    size_t length = 0;
    FILE *complaints = open_memstream(&text, &length);
    long long lost = compare_traced(annotations, path, complaints);

    fclose(complaints);
    if (length > 0 && lost > 0)
        cr_skip_test("%s: %lld events or stacks came too fast for this machine", what, lost);
    cr_expect(length == 0, "%s, traced:\n%s", what, text);
    free(text);
}

ParameterizedTest(struct program *program, traced, behave_and_are_recorded_alike, .timeout = 60)
{
    struct annotations annotations = annotations_read(program->name, false);
    char *path = program_path(program->name);

    if (annotations.needs_root && geteuid() != 0)
        cr_skip_test("%s needs root", program->name);
    expect_alike(program->name, &annotations, path);
    free(path);
    annotations_forget(&annotations);
}

/* ---- what the shim can't reach ---- */

struct build {
    char name[32], command[96], source[64];
};

ParameterizedTestParameters(traced, other_builds_are_recorded_alike)
{
    static struct build builds[] = {
        {"static", "cc -static", "timerfd_forgotten_on_error"},
        {"static", "cc -static", "posix_created_in_loop"},
        {"static-pie", "cc -static-pie", "timerfd_forgotten_on_error"},
        {"musl", "musl-gcc -static", "timerfd_forgotten_on_error"},
        {"musl, shared", "musl-gcc", "timerfd_forgotten_on_error"},
        {"no frame pointers", "cc -fomit-frame-pointer", "timerfd_forgotten_on_error"},
        {"frame pointers", "cc -fno-omit-frame-pointer", "timerfd_forgotten_on_error"},
    };

    return cr_make_param_array(struct build, builds, sizeof(builds) / sizeof(*builds));
}

ParameterizedTest(struct build *build, traced, other_builds_are_recorded_alike, .timeout = 60)
{
    struct annotations annotations = annotations_read(build->source, false);
    char *directory = directory_make();

    char *compiler = strndup(build->command, strcspn(build->command, " "));
    need(compiler);
    free(compiler);
    char *path = text_make("%s/%s", directory, build->source);
    free(output_of(text_make("%s -std=gnu11 -D_GNU_SOURCE= -Ipreload -g -O2 -pthread -o '%s' "
                             "tests/programs/%s.c",
                             build->command, path, build->source)));
    char *what = text_make("%s, %s", build->source, build->name);
    expect_alike(what, &annotations, path);
    free(what);
    free(path);
    directory_remove(directory);
    annotations_forget(&annotations);
}

/* A name is what its owner makes it. Of several recordings of one program it is told. */
Test(traced, a_name_with_orders_to_the_terminal_reaches_none, .timeout = 60)
{
    char *timerleak = built("timerleak"), *directory = directory_make();
    char *program = program_path("posix_created_in_loop");
    char *path = text_make("%s/\033]0;title\a", directory);
    free(output_of(text_make("cp '%s' '%s'", program, path)));
    const char *const argv[] = {timerleak, "trace",          "-o", directory, "--", "sh",
                                "-c",      "\"$0\"; \"$0\"", path, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    tracing_needed(&outcome);
    cr_expect(strstr(outcome.err, "title"), "%s", outcome.err);
    cr_expect_not(strpbrk(outcome.err, "\033\a"), "%s", outcome.err);
    outcome_forget(&outcome);
    free(timerleak);
    free(program);
    free(path);
    directory_remove(directory);
}
