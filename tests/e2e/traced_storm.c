/*
 * traced_storm.c - more than the tracer may be able to follow: what it can't is counted, and its
 * memory has bounds. And it is killed, as are those it watches, at moments that nobody chose.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "preloaded.h"
#include "recordings.h"
#include "subject.h"
#include "tracing.h"

#define PROCESSES 2000
#define TIMERS_EACH 2           /* of state_never_armed */
#define MEMORY_MOST (256 << 10) /* KiB */

static long long memory_most(pid_t pid)
{
    char *line = output_of(text_make("sed -n 's/VmHWM://p' /proc/%d/status", (int)pid));
    long long most = atoll(line);

    free(line);
    return most;
}

/* What all those of that name have recorded, together. */
static json_t *storm_report(const char *directory)
{
    char *timerleak = built("timerleak");
    char *text = output_of(text_make("'%s' report --json '%s'/storm.*", timerleak, directory));
    json_t *report = json_loads(text, 0, NULL);

    cr_assert(report);
    free(text);
    free(timerleak);
    return report;
}

Test(traced_storm, short_processes, .timeout = 300)
{
    char *directory = directory_make(), *path = program_path("state_never_armed");
    char *output = text_make("%s/%%e.%%p.tlk", directory);
    struct running tracing = tracing_start(directory, "-a", "-o", output);

    free(output_of(text_make("cp '%s' '%s/storm' && seq %d | xargs -P4 -n1 '%s/storm' >/dev/null",
                             path, directory, PROCESSES, directory)));
    long long memory = memory_most(tracing.pid);

    tracing_end(&tracing, SIGINT);
    json_t *report = storm_report(directory);
    const json_t *totals = json_object_get(report, "totals");
    long long created = number_of(totals, "created");
    long long lost = number_of(json_object_get(report, "dropped"), "event");

    cr_expect_leq(memory, MEMORY_MOST, "%lld KiB", memory);
    cr_expect(lost > 0 ? created < PROCESSES * TIMERS_EACH : created == PROCESSES * TIMERS_EACH,
              "%lld timers of %d, and %lld events were lost", created, PROCESSES * TIMERS_EACH,
              lost);
    cr_expect_eq(number_of(totals, "live"), created);
    json_decref(report);
    free(output);
    free(path);
    free(output_of(text_make("rm -r '%s'", directory)));
    free(directory);
}

/* ---- killed ---- */

#define SEED 20240301
#define KILLS 10
#define LONGEST 200000000 /* ns before the kill */

/* Not to wait for anything: the moment has to be a random one. */
static void let_run(void)
{
    struct timespec moment = {.tv_nsec = rand() % LONGEST};

    nanosleep(&moment, NULL);
}

/* `report` reads each; one that has its name, and nothing in it yet, says so. */
static void expect_whole(const char *directory)
{
    FILE *complaints = tmpfile();
    struct recordings recordings = recordings_read(directory, 0, complaints);
    char line[512];

    rewind(complaints);
    while (fgets(line, sizeof(line), complaints))
        cr_expect(strstr(line, "is empty") || line[0] == '\n', "%s", line);
    fclose(complaints);
    for (size_t i = 0; i < recordings.count; i++) {
        size_t at;
        json_t *site;

        json_array_foreach(json_object_get(recordings.items[i].report, "sites"), at, site)
            cr_expect_eq(unbalanced(site), 0, "%s", recordings.items[i].path);
    }
    recordings_forget(&recordings);
}

static struct running churn_start(void)
{
    char *path = program_path("churn_all_families");
    const char *const argv[] = {path, "2", "100000", NULL};
    struct running running = command_start(&(struct command){.argv = argv});

    free(path);
    return running;
}

/* The tracer, which the process survives; or the process, with which the tracer ends. */
static void kill_one(const char *directory, bool tracer)
{
    struct running program = churn_start();
    char *number = text_make("%d", (int)program.pid);
    struct running tracing = tracing_start(directory, "-p", number, NULL);
    struct outcome traced, outcome;

    let_run();
    if (tracer) {
        kill(tracing.pid, SIGKILL);
        outcome = command_finish(&tracing);
        kill(program.pid, SIGTERM); /* of which it dies only if it still runs */
        traced = command_finish(&program);
    } else {
        kill(program.pid, SIGKILL);
        traced = command_finish(&program);
        outcome = command_finish(&tracing);
    }
    cr_expect_eq(outcome_code(&traced), 128 + (tracer ? SIGTERM : SIGKILL), "%s", traced.err);
    cr_expect_eq(outcome_code(&outcome), tracer ? 128 + SIGKILL : 0, "%s", outcome.err);
    outcome_forget(&traced);
    outcome_forget(&outcome);
    free(number);
}

Test(traced_storm, killed_at_any_moment, .timeout = 120)
{
    char *directory = directory_make();

    cr_log_info("the seed is %d", SEED);
    srand(SEED);
    for (int i = 0; i < KILLS; i++)
        kill_one(directory, i % 2 == 0);
    expect_whole(directory);
    directory_remove(directory);
}
