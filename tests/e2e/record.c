/*
 * `timerleak record`: what it runs is undisturbed, and ends for the caller as it would without.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

/* Runs `timerleak record` with up to three options and a program of tests/programs or a path. */
static struct outcome record(const char *const options[3], const char *program,
                             const char *const *environment)
{
    char *timerleak = built("timerleak");
    char *path = strchr(program, '/') ? strdup(program) : program_path(program);
    const char *argv[8] = {timerleak, "record"};
    size_t count = 2;

    for (size_t i = 0; i < 3 && options[i]; i++)
        argv[count++] = options[i];
    argv[count++] = "--";
    argv[count] = path;
    struct outcome outcome = command_run(&(struct command){argv, environment, NULL});

    free(timerleak);
    free(path);
    return outcome;
}

static struct outcome record_into(const char *directory, const char *program)
{
    return record((const char *const[3]){"-o", directory}, program, NULL);
}

static struct recordings record_and_read(const char *program, const char *children)
{
    char *directory = directory_make();
    struct outcome outcome =
        record((const char *const[3]){children, "-o", directory}, program, NULL);
    struct recordings recordings = recordings_read(directory, outcome.pid, stderr);

    directory_remove(directory);
    outcome_forget(&outcome);
    return recordings;
}

static void expect_same_end(const char *program)
{
    char *directory = directory_make();
    struct outcome bare = run_bare(program), recorded = record_into(directory, program);

    cr_expect_eq(recorded.status, bare.status, "%s: bare its status is %#x, recorded %#x", program,
                 (unsigned)bare.status, (unsigned)recorded.status);
    cr_expect_str_eq(recorded.out, bare.out, "%s", program);
    directory_remove(directory);
    outcome_forget(&bare);
    outcome_forget(&recorded);
}

Test(record, passes_on_exit_status_and_signal, .timeout = 30)
{
    expect_same_end("itimer_fires");
    expect_same_end("ends_by_underscore_exit");
    expect_same_end("ends_by_kill");
    expect_same_end("ends_by_abort");
    expect_same_end("ends_by_segv");
    expect_same_end("exec_hands_on_timerfd");
}

Test(record, stamps_who_was_killed, .timeout = 30)
{
    struct recordings recordings = record_and_read("ends_by_kill", "--children=yes");
    cr_assert_eq(recordings.count, 1);
    const json_t *process = json_object_get(recordings.items[0].report, "process");

    cr_expect_str_eq(text_of(process, "end"), "killed");
    cr_expect_eq(number_of(process, "end_status"), SIGKILL);
    recordings_forget(&recordings);
}

Test(record, children_write_their_own_or_none, .timeout = 30)
{
    struct recordings both = record_and_read("fork_child_leaks", "--children=yes");
    struct recordings parent = record_and_read("fork_child_leaks", "--children=no");

    cr_expect_eq(both.count, 2, "with children there are %zu recordings", both.count);
    cr_expect_eq(parent.count, 1, "without children there are %zu recordings", parent.count);
    recordings_forget(&both);
    recordings_forget(&parent);
}

static void expect_undamaged(const char *program)
{
    char *directory = directory_make(), *timerleak = built("timerleak");
    struct outcome recorded = record_into(directory, program);
    const char *const argv[] = {timerleak, "check", directory, NULL};
    struct outcome checked = command_run(&(struct command){argv, NULL, NULL});

    cr_expect_eq(outcome_code(&recorded), 0, "%s", recorded.err);
    cr_expect_eq(outcome_code(&checked), 0, "%s%s", checked.out, checked.err);
    directory_remove(directory);
    free(timerleak);
    outcome_forget(&recorded);
    outcome_forget(&checked);
}

/* A race: several runs, in each of which it was seen once in four. */
Test(record, children_copy_what_was_there_at_the_fork)
{
    for (int run = 0; run < 10; run++)
        expect_undamaged("fork_while_tables_grow");
}

/* Where that can be done. */
static void hide_proc(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        mount("tmpfs", "/proc", "tmpfs", 0, NULL);
}

/* In a container a program has the same pid at each start; without /proc a file needs a name at
 * once. */
static void prepare_stale_names(void)
{
    char name[64];

    hide_proc();
    snprintf(name, sizeof(name), "x.tlk.%d.part", getpid());
    close(open(name, O_CREAT | O_WRONLY, 0600));
}

/* Preloaded by hand, into a recording of that name in the directory. */
static void run_by_hand(const char *directory, const char *name, void (*prepare)(void))
{
    char *program = program_path("alarm_cancelled"), *shim = built("libtimerleak.so");
    char *preload = text_make("LD_PRELOAD=%s", shim);
    char *output = text_make("TIMERLEAK_OUTPUT=%s/%s", directory, name);
    const char *const argv[] = {program, NULL};
    const char *const environment[] = {preload, output, "TIMERLEAK_EXE=alarm_cancelled", NULL};
    struct outcome outcome = command_run(&(struct command){argv, environment, prepare});

    free(program);
    free(shim);
    free(preload);
    free(output);
    outcome_forget(&outcome);
}

Test(record, what_a_killed_process_left_is_in_nobodys_way)
{
    char *directory = directory_make(), *recording = text_make("%s/x.tlk", directory);

    cr_assert_eq(chdir(directory), 0);
    run_by_hand(directory, "x.tlk", prepare_stale_names);
    cr_expect_eq(access(recording, R_OK), 0, "%s is missing", recording);
    directory_remove(directory);
    free(recording);
}

static long long descriptors_allowed(const char *file, bool in_json)
{
    char *error = NULL;
    json_t *report = in_json ? json_load_file(file, 0, NULL) : report_read(file, &error);
    long long soft;

    cr_assert(report, "%s: %s", file, error ? error : "no report");
    soft = number_of(json_object_get(report, "limits"), "nofile_soft");
    json_decref(report);
    return soft;
}

/* Servers raise theirs: a forecast by what was allowed at the start would be a false one. */
Test(record, limits_are_those_that_the_program_has_set, .timeout = 60)
{
    char *directory = directory_make(), *timerleak = built("timerleak");
    char *recording = text_make("%s/x.tlk", directory), *running = text_make("%s/x", directory);
    struct outcome outcome = command_run(&(struct command){
        (const char *const[]){timerleak, "record", "--children=no", "-o", recording, "bash", "-c",
                              "ulimit -S -n 64; \"$0\" report --json \"$1\" >\"$2\"; :", timerleak,
                              recording, running, NULL},
        NULL, NULL});

    cr_expect_eq(outcome.status, 0, "%s", outcome.err);
    cr_expect_eq(descriptors_allowed(running, true), 64);
    cr_expect_eq(descriptors_allowed(recording, false), 64);
    outcome_forget(&outcome);
    directory_remove(directory);
    free(recording);
    free(running);
    free(timerleak);
}

Test(record, a_program_has_its_name_also_without_proc)
{
    char *directory = directory_make(), *program = program_path("alarm_cancelled"), *error;
    char *recording = text_make("%s/alarm_cancelled.tlk", directory);
    json_t *report;

    run_by_hand(directory, "%e.tlk", hide_proc);
    report = report_read(recording, &error);
    cr_assert(report, "%s", error);
    cr_expect_str_eq(text_of(json_object_get(report, "process"), "exe"), program);
    json_decref(report);
    directory_remove(directory);
    free(program);
    free(recording);
}

#define MOMENTS 100
#define MOMENT_NS 40000

static void kill_after(pid_t child, long ns)
{
    struct timespec begun, now;

    clock_gettime(CLOCK_MONOTONIC, &begun);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - begun.tv_sec) * 1000000000 + now.tv_nsec - begun.tv_nsec < ns);
    kill(child, SIGKILL);
}

/* At a hundred moments of its start; what is found is whole, or nothing. */
Test(record, a_process_that_is_killed_as_it_starts_leaves_nothing_unfinished)
{
    char *directory = directory_make(), *left;

    for (int i = 0; i < MOMENTS; i++) {
        struct running running = start_preloaded("alarm_cancelled", NULL, NULL, directory, NULL);

        kill_after(running.pid, (long)i * MOMENT_NS);
        struct outcome outcome = command_finish(&running);
        outcome_forget(&outcome);
    }
    left = output_of(text_make("ls '%s' | grep -v '[.]tlk$' || :", directory));
    cr_expect_str_empty(left, "%s", left);
    directory_remove(directory);
    free(left);
}

Test(record, a_fifo_in_its_place_is_not_waited_for)
{
    char *directory = directory_make(), pid[16];
    struct running running = start_preloaded("timers_when_told", NULL, NULL, directory, NULL);

    cr_assert(command_wait_for(&running, "1 made\n"));
    snprintf(pid, sizeof(pid), "%d", (int)running.pid);
    char *path = text_make("%s/timers_when_told.%s.tlk", directory, pid);
    cr_assert_eq(unlink(path), 0, "%s is missing", path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    close(running.input);
    running.input = -1;
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0, "%s", outcome.err);
    outcome_forget(&outcome);
    directory_remove(directory);
    free(path);
}

static void expect_line(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

Test(record, names_recordings_as_told, .timeout = 30)
{
    char *directory = directory_make(), host[256];
    char *pattern = text_make("%s/%%h-%%e.tlk", directory);
    struct outcome outcome = record_into(pattern, "alarm_cancelled");

    gethostname(host, sizeof(host));
    char *path = text_make("%s/%s-alarm_cancelled.tlk", directory, host);
    cr_expect(access(path, R_OK) == 0, "%s is missing; it said:\n%s", path, outcome.err);
    expect_line(outcome.err, path);
    directory_remove(directory);
    free(pattern);
    free(path);
    outcome_forget(&outcome);
}

/* What it says to do next can be done as it stands, whatever the recording is called. */
Test(record, quotes_what_it_tells_to_type, .timeout = 30)
{
    char *folder = directory_make(), *timerleak = built("timerleak");
    char *program = program_path("held_pool");
    char *report = output_of(text_make("cd '%s' && '%s' record -o "
                                       "\"./it's \\$(x).tlk\" '%s' 2>said && PATH=\"%s:$PATH\" && "
                                       "eval \"$(sed -n 's/.*; see: //p' said)\"",
                                       folder, timerleak, program, getenv("TIMERLEAK_BUILD")));

    expect_part(report, "held_pool (pid ");
    free(report);
    free(program);
    free(timerleak);
    directory_remove(folder);
}

Test(record, keeps_the_recording_before_under_another_name, .timeout = 30)
{
    char *directory = directory_make(), *path = text_make("%s/x.tlk", directory);
    char *old = text_make("%s.old", path), *error = NULL;
    struct outcome first = record_into(path, "alarm_cancelled");
    struct outcome second = record_into(path, "itimer_fires");
    json_t *before = report_read(old, &error), *now = report_read(path, &error);

    cr_assert(before && now, "%s", error);
    const json_t *argv = json_object_get(json_object_get(before, "process"), "argv");
    expect_line(json_string_value(json_array_get(argv, 0)), "alarm_cancelled");
    json_decref(before);
    json_decref(now);
    directory_remove(directory);
    free(path);
    free(old);
    outcome_forget(&first);
    outcome_forget(&second);
}

Test(record, keeps_what_was_preloaded_before, .timeout = 30)
{
    char *directory = directory_make();
    const char *const environment[] = {"LD_PRELOAD=libpthread.so.0", NULL};
    struct outcome outcome =
        record((const char *const[3]){"-o", directory}, "/usr/bin/env", environment);

    expect_line(outcome.out, "libpthread.so.0");
    expect_line(outcome.out, "libtimerleak.so");
    directory_remove(directory);
    outcome_forget(&outcome);
}

Test(record, says_why_nothing_can_be_recorded, .timeout = 30)
{
    char *directory = directory_make();
    struct outcome none = record_into(directory, "/nonexistent/program");
    struct outcome fixed = record_into(directory, "static_program");

    cr_expect_eq(outcome_code(&none), 127);
    expect_line(none.err, "/nonexistent/program");
    cr_expect_eq(outcome_code(&fixed), 0);
    expect_line(fixed.err, "static");
    expect_line(fixed.out, "timerfd 3\n");
    directory_remove(directory);
    outcome_forget(&none);
    outcome_forget(&fixed);
}

Test(record, refuses_a_wrong_command_line, .timeout = 30)
{
    struct outcome nowhere = record_into("/nonexistent/x.tlk", "alarm_cancelled");
    struct outcome conversion = record_into("/tmp/%z.tlk", "alarm_cancelled");

    cr_expect_eq(outcome_code(&nowhere), 2);
    cr_expect_eq(outcome_code(&conversion), 2);
    outcome_forget(&nowhere);
    outcome_forget(&conversion);
}
