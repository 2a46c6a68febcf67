/* A running process followed: as a log, and on a terminal. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recording.h"
#include "subject.h"
#include "terminal.h"

#define PROGRAM "timers_on_request"
#define SITE "  tests/programs/timers_on_request.c:" /* of whichever frame tells it apart */
#define NEVER "3600"                                 /* seconds: only keys make it look */

struct watched {
    struct running program;
    char *directory, *timerleak, *number;
};

static struct watched watched_start(void)
{
    struct watched watched = {.directory = directory_make(), .timerleak = built("timerleak")};

    watched.program = start_preloaded(PROGRAM, NULL, NULL, watched.directory, NULL);
    cr_assert(command_wait_for(&watched.program, "1 timers\n"), "%s", watched.program.err.text);
    watched.number = text_make("%d", (int)watched.program.pid);
    return watched;
}

/* Ends the program, if that is still to be done. */
static int watched_end(struct watched *watched)
{
    struct outcome outcome = command_finish(&watched->program);
    int code = outcome_code(&outcome);

    outcome_forget(&outcome);
    return code;
}

static void watched_forget(struct watched *watched)
{
    directory_remove(watched->directory);
    free(watched->timerleak);
    free(watched->number);
}

/* Returns once the program has done it. */
static void order(struct watched *watched, const char *orders, const char *answer)
{
    cr_assert_eq(write(watched->program.input, orders, strlen(orders)), (ssize_t)strlen(orders));
    cr_assert(command_wait_for(&watched->program, answer), "%s", watched->program.err.text);
}

static struct running watch(const struct watched *watched, const char *interval)
{
    const char *const argv[] = {watched->timerleak, "watch",  watched->number,
                                "--interval",       interval, NULL};

    return command_start(&(struct command){.argv = argv});
}

static void expect_watch(const struct watched *watched, const char *what, const char *option,
                         int code, const char *part)
{
    const char *const argv[] = {watched->timerleak, "watch", what, option, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});

    cr_expect_eq(outcome_code(&outcome), code, "it ends with %d: %s", outcome_code(&outcome),
                 outcome.err);
    expect_part(code == 0 ? outcome.out : outcome.err, part);
    outcome_forget(&outcome);
}

/* ---- as a log ---- */

Test(watch, logs_what_moves_until_the_process_ends, .timeout = 300)
{
    struct watched watched = watched_start();
    struct running running = watch(&watched, "0.1");

    cr_assert(command_wait_for(&running, "timers: 1 live\n"), "%s", running.err.text);
    order(&watched, "+++", "4 timers\n");
    cr_assert(command_wait_for(&running, "timers: 4 live, +3 since the watch began"));
    cr_expect_eq(watched_end(&watched), 0);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0, "it ends with %d: %s", outcome_code(&outcome),
                 outcome.err);
    const char *end = strstr(outcome.out, "exited with status 0");
    cr_assert_not_null(end, "%s", outcome.out);
    expect_part(end, "timers: 4 live, +3 since the watch began");
    expect_part(end, SITE);
    cr_expect_null(strchr(outcome.out, '\033'), "a log has no escape sequences:\n%s", outcome.out);
    outcome_forget(&outcome);
    watched_forget(&watched);
}

Test(watch, tells_a_kill_that_nobody_noted, .timeout = 300)
{
    struct watched watched = watched_start();
    struct running running = watch(&watched, "0.1");

    cr_assert(command_wait_for(&running, "timers: 1 live\n"), "%s", running.err.text);
    kill(watched.program.pid, SIGKILL);
    watched_end(&watched);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0);
    expect_part(outcome.out, "gone, nobody saw how");
    outcome_forget(&outcome);
    watched_forget(&watched);
}

Test(watch, tells_that_it_became_another_program, .timeout = 300)
{
    struct watched watched = watched_start();
    struct running running = watch(&watched, "0.1");

    cr_assert(command_wait_for(&running, "timers: 1 live\n"), "%s", running.err.text);
    cr_assert_eq(write(watched.program.input, "x", 1), 1);
    struct outcome outcome = command_finish(&running);
    cr_expect_eq(outcome_code(&outcome), 0);
    expect_part(outcome.out, "became another program");
    cr_expect_eq(watched_end(&watched), 3);
    outcome_forget(&outcome);
    watched_forget(&watched);
}

Test(watch, shows_a_recording_whose_process_has_ended, .timeout = 300)
{
    struct watched watched = watched_start();
    char *path = text_make("%s/" PROGRAM ".%s.tlk", watched.directory, watched.number);

    watched_end(&watched);
    expect_watch(&watched, path, NULL, 0, "exited with status 0");
    expect_watch(&watched, path, "--focus=nothing_like_this", 0, "timers: 0 live");
    expect_watch(&watched, path, "--focus=(", 2, "focus");
    expect_watch(&watched, path, "--interval=0", 2, "--interval does not take \"0\"");
    expect_watch(&watched, watched.number, NULL, 3, "there is no process");
    unlink(path);
    expect_watch(&watched, path, NULL, 3, "No such file");
    free(path);
    watched_forget(&watched);
}

Test(watch, ends_after_so_many_looks, .timeout = 300)
{
    struct watched watched = watched_start();

    expect_watch(&watched, watched.number, "--count=1", 0, "timers: 1 live\n");
    watched_end(&watched);
    watched_forget(&watched);
}

/* ---- on a terminal ---- */

static struct terminal watch_on_terminal(const struct watched *watched)
{
    const char *const argv[] = {watched->timerleak, "watch", watched->number,
                                "--interval",       NEVER,   NULL};

    return terminal_start(argv, 120, 24);
}

static void expect_frame(struct terminal *terminal, const char *text)
{
    free(terminal_frame(terminal, text));
}

static void expect_ended(struct terminal *terminal, int code)
{
    struct outcome outcome = command_finish(&terminal->running);

    cr_expect_eq(outcome_code(&outcome), code, "it ends with %d:\n%s", outcome_code(&outcome),
                 outcome.out);
    cr_expect(terminal_is_plain(terminal), "the terminal is not as it was");
    outcome_forget(&outcome);
    close(terminal->end);
}

Test(watch, obeys_keys, .timeout = 300)
{
    struct watched watched = watched_start();
    struct terminal terminal = watch_on_terminal(&watched);

    expect_frame(&terminal, "1 site by growth");
    cr_expect_not(terminal_is_plain(&terminal), "keys would be echoed, and come by the line");
    terminal_type(&terminal, "s");
    expect_frame(&terminal, "1 site by change");
    order(&watched, "+++", "4 timers\n");
    terminal_type(&terminal, " ");
    expect_frame(&terminal, "timers: 4 live, +3 since the watch began");
    terminal_type(&terminal, "q");
    expect_ended(&terminal, 0);
    watched_end(&watched);
    watched_forget(&watched);
}

/* Without what erases it to its end. */
static size_t widest_line(const char *frame)
{
    size_t widest = 0;

    for (const char *line = frame; *line; line += strcspn(line, "\n") + 1) {
        size_t width = strcspn(line, "\033\n");
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t count_lines(const char *frame)
{
    size_t lines = 0;

    for (; *frame; frame++)
        lines += *frame == '\n';
    return lines;
}

Test(watch, fits_the_terminal, .timeout = 300)
{
    struct watched watched = watched_start();
    struct terminal terminal = watch_on_terminal(&watched);
    char *frame = terminal_frame(&terminal, "VERDICT");

    expect_part(frame, SITE);
    cr_expect_gt(widest_line(frame), 40);
    free(frame);
    terminal_resize(&terminal, 60, 24);
    frame = terminal_frame(&terminal, "VERDICT");
    cr_expect_leq(widest_line(frame), 60, "%s", frame);
    expect_part(frame, "; keys: s sorts, space looks, q quits\033");
    expect_part(frame, "growth: since the first;\033");
    expect_part(frame, " add_timer ");
    free(frame);
    terminal_resize(&terminal, 40, 3);
    frame = terminal_frame(&terminal, "timers: 1 live");
    cr_expect_leq(widest_line(frame), 40, "%s", frame);
    cr_expect_eq(count_lines(frame), 2, "%s", frame);
    free(frame);
    terminal_type(&terminal, "q");
    expect_ended(&terminal, 0);
    watched_end(&watched);
    watched_forget(&watched);
}

/* What is most worth to be seen comes first, and stays where it is when more does not fit. */
Test(watch, shows_as_many_sites_as_fit_the_terminal, .timeout = 300)
{
    struct watched watched = {.directory = directory_make(), .timerleak = built("timerleak")};
    watched.program = start_preloaded("churn_all_families", NULL, NULL, watched.directory, NULL);
    cr_assert(command_wait_for(&watched.program, "resting\n"), "%s", watched.program.err.text);
    watched.number = text_make("%d", (int)watched.program.pid);
    struct terminal terminal = watch_on_terminal(&watched);
    char *frame = terminal_frame(&terminal, "sites by growth");
    size_t whole = count_lines(frame), sites = count_lines(strstr(frame, "VERDICT")) - 1;

    cr_assert_geq(sites, 3, "%s", frame);
    for (size_t fewer = 1; fewer < sites; fewer++) {
        char *cut;
        terminal_resize(&terminal, 120, (unsigned)(whole - fewer + 1));
        while (count_lines(cut = terminal_frame(&terminal, "VERDICT")) != whole - fewer)
            free(cut);
        cr_expect_eq(strncmp(frame, cut, strcspn(frame, "\033\n")), 0, "%s", cut);
        free(cut);
    }
    free(frame);
    terminal_type(&terminal, "q");
    expect_ended(&terminal, 0);
    watched_end(&watched);
    watched_forget(&watched);
}

/* As the shim does: what a recording says before an exec, and when the exec has failed. */
static void write_end(const struct watched *watched, uint32_t end)
{
    char *path = text_make("%s/" PROGRAM ".%s.tlk", watched->directory, watched->number);
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    cr_assert(pwrite(fd, &end, sizeof(end), offsetof(struct tlk_header, end)) == sizeof(end));
    close(fd);
    free(path);
}

Test(watch, goes_on_over_an_exec_that_fails, .timeout = 300)
{
    struct watched watched = watched_start();
    struct terminal terminal = watch_on_terminal(&watched);

    for (int round = 0; round < 2; round++) {
        expect_frame(&terminal, "running");
        write_end(&watched, TLK_EXECED);
        terminal_type(&terminal, " ");
        expect_frame(&terminal, "became another program");
        write_end(&watched, TLK_RUNNING);
        terminal_type(&terminal, " ");
    }
    expect_frame(&terminal, "running");
    write_end(&watched, TLK_EXECED);
    terminal_type(&terminal, " ");
    expect_frame(&terminal, "became another program");
    terminal_type(&terminal, " ");
    expect_ended(&terminal, 0);
    write_end(&watched, TLK_RUNNING);
    watched_end(&watched);
    watched_forget(&watched);
}

Test(watch, gives_the_terminal_back_when_told_to_end, .timeout = 300)
{
    struct watched watched = watched_start();
    struct terminal terminal = watch_on_terminal(&watched);

    expect_frame(&terminal, "1 site by growth");
    kill(terminal.running.pid, SIGTERM);
    expect_ended(&terminal, 0);
    terminal = watch_on_terminal(&watched);
    expect_frame(&terminal, "1 site by growth");
    terminal_type(&terminal, "\003");
    expect_ended(&terminal, 0);
    watched_end(&watched);
    watched_forget(&watched);
}

Test(watch, gives_the_terminal_back_while_it_is_stopped, .timeout = 300)
{
    struct watched watched = watched_start();
    char *line = text_make("set -m; '%s' watch %s --interval " NEVER "; echo stop'ped'; read go; "
                           "fg; echo end'ed'; read go",
                           watched.timerleak, watched.number);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct terminal terminal = terminal_start(argv, 120, 24);

    expect_frame(&terminal, "1 site by growth");
    terminal_type(&terminal, "\032");
    terminal_wait_for(&terminal, "stopped");
    cr_expect(terminal_is_plain(&terminal), "the shell gets it as it was");
    terminal_type(&terminal, "\n");
    expect_frame(&terminal, "1 site by growth");
    cr_expect_not(terminal_is_plain(&terminal));
    terminal_type(&terminal, "q");
    terminal_wait_for(&terminal, "ended");
    terminal_type(&terminal, "\n");
    expect_ended(&terminal, 0);
    free(line);
    watched_end(&watched);
    watched_forget(&watched);
}
