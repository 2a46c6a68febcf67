/*
 * A process may be killed at any moment, and its recording has to be good at that moment: it
 * opens, and each site balances but for the events that were under way, one a thread at most.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#define LONGEST 20000000      /* ns before the kill */
#define LONGEST_START 3000000 /* of a program's start */

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

struct folder {
    char parent[32]; /* "": where the tests' others are */
};

ParameterizedTestParameters(killed, nothing_stray_is_left_of_a_start)
{
    static struct folder folders[] = {{""}, {"/dev/shm"}};

    return cr_make_param_array(struct folder, folders, sizeof(folders) / sizeof(folders[0]));
}

static void kill_at_start(const char *name, const char *directory)
{
    struct running running = start_preloaded(name, NULL, NULL, directory, NULL);

    let_run(rand() % LONGEST_START);
    kill(running.pid, SIGKILL);
    struct outcome outcome = command_finish(&running);
    outcome_forget(&outcome);
}

static bool has_nameless_files(const char *directory)
{
    int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* How many files there are; each but a folder's own is a whole recording. */
static unsigned check_files(const char *directory)
{
    DIR *opened = opendir(directory);
    struct dirent *entry;
    unsigned count = 0;

    while (opened && (entry = readdir(opened))) {
        char *path = text_make("%s/%s", directory, entry->d_name), *error = NULL;
        bool part = strstr(entry->d_name, ".part") && !has_nameless_files(directory);

        if (entry->d_name[0] != '.' && !part) {
            json_t *report = report_read(path, &error);

            count++;
            cr_expect(report, "%s: %s", path, error);
            json_decref(report);
        }
        free(error);
        free(path);
    }
    closedir(opened);
    return count;
}

ParameterizedTest(struct folder *folder, killed, nothing_stray_is_left_of_a_start, .timeout = 120)
{
    char template[] = "/dev/shm/timerleak-e2e-XXXXXX", *directory;

    if (*folder->parent && !mkdtemp(template))
        cr_skip_test("%s: %s", folder->parent, strerror(errno));
    directory = *folder->parent ? strdup(template) : directory_make();
    srand(SEED);
    for (int i = 0; i < KILLS; i++)
        kill_at_start("nothing_at_all", directory);
    cr_expect_eq(check_files(directory), 0);
    for (int i = 0; i < KILLS; i++)
        kill_at_start("state_never_armed", directory);
    check_files(directory);
    directory_remove(directory);
}
