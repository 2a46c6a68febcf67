/*
 * A process may be killed at any moment, and its recording has to be good at that moment: it
 * opens, and each site balances but for the events that were under way, one a thread at most.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "recordings.h"

#define SEED 20240229
#define KILLS 200
#define THREADS 2
#define LONGEST 20000000 /* ns before the kill */

/* Not to wait for anything: the moment has to be a random one. */
static void let_run(long ns)
{
    struct timespec moment = {.tv_nsec = ns};

    nanosleep(&moment, NULL);
}

static void check_balance(const char *path, const json_t *report)
{
    size_t i;
    json_t *site;

    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        long long under_way = unbalanced(site);

        cr_expect(under_way >= 0 && under_way <= THREADS,
                  "%s: site %zu (%s): created %lld, released %lld, live %lld", path, i,
                  text_of(site, "family"), number_of(site, "created"), number_of(site, "released"),
                  number_of(site, "live"));
    }
}

/* Kills the program after `ns`; gives how many timers its recording knows of. */
static long long kill_one(const char *directory, long ns)
{
    char threads[12];
    struct running running;

    snprintf(threads, sizeof(threads), "%d", THREADS);
    running = start_preloaded("churn_all_families", threads, "10000", directory, NULL);
    let_run(ns);
    kill(running.pid, SIGKILL);
    struct outcome outcome = command_finish(&running);
    char *path = text_make("%s/churn_all_families.%d.tlk", directory, outcome.pid), *error = NULL;
    json_t *report = report_read(path, &error);
    long long created = 0;

    /* Killed while the shim still started, a process has no recording, or one said to be empty. */
    cr_expect(report || access(path, F_OK) != 0 || strstr(error, "is empty"),
              "killed after %ld ns: %s", ns, error);
    if (report) {
        check_balance(path, report);
        created = number_of(json_object_get(report, "totals"), "created");
    }
    json_decref(report);
    free(error);
    free(path);
    outcome_forget(&outcome);
    return created;
}

Test(killed, recordings_are_good_at_any_moment, .timeout = 120)
{
    char *directory = directory_make();
    int recorded = 0;

    cr_log_info("the seed is %d", SEED);
    srand(SEED);
    for (int i = 0; i < KILLS; i++)
        recorded += kill_one(directory, rand() % LONGEST) > 0;
    cr_expect(recorded > KILLS / 2, "only %d of %d had made a timer", recorded, KILLS);
    directory_remove(directory);
}
