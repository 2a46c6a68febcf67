/*
 * main.c - the program behind `timerleak trace`, which finds it and hands it its arguments: it
 * needs libbpf, which timerleak itself does without.
 */
#include "base/clock.h"
#include "base/errors.h"
#include "cli/arguments.h"
#include "commands/commands.h"
#include "launch/launch.h"
#include "launch/output_name.h"
#include "launch/session.h"
#include "launch/traceable.h"
#include "trace/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURN 200 /* ms */

static atomic_bool ended;   /* by a signal */
static atomic_bool running; /* the command */

static void end(int number)
{
    (void)number;
    atomic_store(&ended, true);
}

static void end_on_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = end}, inherited;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        /* nohup(1) and the like */
        if (sigaction(signals[i], NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

struct trace_run {
    struct tracer *tracer;
    double seconds; /* 0: no end */
};

static bool time_is_over(const struct trace_run *run, uint64_t begun)
{
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    return run->seconds > 0 && (double)(now - begun) >= run->seconds * 1e9;
}

/* What a command has left running is known only by what was told before it ended. */
static void *run_follow(void *data)
{
    const struct trace_run *run = data;
    uint64_t begun = clock_now(CLOCK_MONOTONIC);
    bool last;
    do {
        last = !atomic_load(&running);
        tracer_turn(run->tracer, TURN);
    } while (!atomic_load(&ended) && !time_is_over(run, begun) &&
             !(last && tracer_idle(run->tracer)));
    return NULL;
}

/*
 * Another thread follows it, while this one stands in for it; and what it has left running, until
 * that has ended, too. False, and `status` is that of this process, if it could not be run.
 */
static bool run_command(struct trace_run *run, char **command, int *status)
{
    struct launch launch = {.command = command};
    struct launched launched = {0};
    sigset_t all, mask;
    pthread_t follower;
    sigfillset(&all); /* they are for who waits for the program */
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    atomic_store(&running, true);
    int error = pthread_create(&follower, NULL, run_follow, run);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    bool forked = error == 0 && launch_run(&launch, &launched);
    bool ran = forked && launched.error == 0;
    if (!ran)
        complain("%s can't be run: %s", command[0],
                 strerror(error    ? error
                          : forked ? launched.error
                                   : errno));
    signal(SIGINT, SIG_DFL); /* it was ignored while the program ran */
    end_on_signals();
    atomic_store(&running, false);
    if (error == 0)
        pthread_join(follower, NULL);
    *status = ran                        ? launched.status
              : launched.error == ENOENT ? EXIT_NOT_FOUND
                                         : EXIT_NOT_EXECUTABLE;
    return ran;
}

/* What was recorded; or that nothing was. */
static void tell(const struct output_name *output, uint64_t number, pid_t pid)
{
    struct session session;
    if (!session_find(&session, output->directory, number, pid))
        complain("%s can't be read any more: %s", output->directory, strerror(errno));
    else if (session.count == 0)
        complain("no timer was made or held: nothing is recorded");
    else
        session_tell(&session, NULL);
    session_free(&session);
}

static int trace(const struct settings *settings, const struct output_name *output, char **command)
{
    struct tracing tracing = {
        .pattern = output->pattern,
        .session = session_new(),
        .pid = settings->process > 0 ? (pid_t)settings->process : getpid(),
        .all = settings->all,
        .children = !settings->children || strcmp(settings->children, "yes") == 0,
    };
    struct traceable judged;
    if (*command) {
        traceable_judge(&judged, *command, "");
        tracing.program = judged.program;
    }
    struct trace_run run = {tracer_new(&tracing), settings->duration};
    if (!run.tracer)
        return EXIT_NOT_EXECUTABLE;
    int status = EXIT_OK;
    bool ran = false;
    if (*command) {
        ran = run_command(&run, command, &status);
    } else {
        end_on_signals();
        complain("tracing; Ctrl-C ends it");
        run_follow(&run);
    }
    size_t unwritten = tracer_end(run.tracer);
    if (ran || !*command)
        tell(output, tracing.session, tracing.pid);
    if (ran)
        return launch_end_alike(status);
    return status == EXIT_OK && unwritten > 0 ? EXIT_UNREADABLE : status;
}

static bool settings_check(const struct settings *settings, int words)
{
    int subjects = (settings->process != -1) + settings->all + (words > 0);
    if (subjects != 1)
        complain("trace needs a command, or -p PID, or -a: one of them. Try: timerleak trace "
                 "./server");
    else if (settings->process == 0 || settings->process < -1)
        complain("-p is the number of a process, not %ld", settings->process);
    else if (settings->process > 0 && kill((pid_t)settings->process, 0) != 0 && errno == ESRCH)
        complain("there is no process %ld", settings->process);
    else if (settings->children && strcmp(settings->children, "yes") != 0 &&
             strcmp(settings->children, "no") != 0)
        complain("--children is yes or no, not \"%s\"", settings->children);
    else
        return true;
    return false;
}

/* As in timerleak's main.c: a write beyond the limit for files fails. */
static void let_it_fail(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct output_name output;
    signal(SIGXFSZ, let_it_fail);
    settings_init(&settings);
    int words = arguments_parse_before(argc, argv, command_find("trace")->options, &settings);
    if (words < 0 || !settings_check(&settings, words))
        return EXIT_USAGE;
    argv[1 + words] = NULL;
    int status = EXIT_USAGE;
    if (output_name_parse(&output, settings.output) && output_name_make_way(&output))
        status = trace(&settings, &output, argv + 1);
    output_name_free(&output);
    return status;
}
