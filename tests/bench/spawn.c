/*
 * spawn.c - starts a command again and again, preloaded and bare in turn.
 *
 *     spawn time PAIRS SHIM RECORDINGS COMMAND [ARGUMENT...]
 *     spawn kill TIMES SHIM RECORDINGS COMMAND [ARGUMENT...]
 *
 * The first prints the microseconds from its start to its end, a pair a line. The second only
 * starts it preloaded, and kills it: each time a little later, until where it would have ended.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

#define TIMES_BEFORE 3

extern char **environ;
static char **bare, **preloaded;

/* The variables, with those of the shim. */
static char **environment_with(const char *shim, const char *recordings)
{
    size_t count = 0;
    char **environment;

    while (environ[count])
        count++;
    environment = (char **)calloc(count + 3, sizeof(*environment));
    check(environment && asprintf(&environment[0], "LD_PRELOAD=%s", shim) > 0 &&
              asprintf(&environment[1], "TIMERLEAK_OUTPUT=%s", recordings) > 0,
          "environment");
    memcpy(environment + 2, environ, count * sizeof(*environment));
    return environment;
}

static pid_t start(char **command, char **environment)
{
    pid_t child;

    check(posix_spawnp(&child, command[0], NULL, NULL, command, environment) == 0, command[0]);
    return child;
}

static uint64_t time_one(char **command, char **environment)
{
    uint64_t begun = timing_now();
    pid_t child = start(command, environment);
    int status;

    check(waitpid(child, &status, 0) == child, "waitpid");
    if (status != 0) {
        fprintf(stderr, "spawn: %s failed\n", command[0]);
        exit(1);
    }
    return timing_now() - begun;
}

static void time_pairs(int pairs, char **command)
{
    for (int i = 0; i < TIMES_BEFORE; i++)
        time_one(command, i % 2 ? bare : preloaded);
    for (int i = 0; i < pairs; i++) {
        double with = (double)time_one(command, preloaded) / 1e3;

        printf("%.1f %.1f\n", with, (double)time_one(command, bare) / 1e3);
    }
}

static void kill_at_each_moment(int times, char **command)
{
    uint64_t longest = 0;

    for (int i = 0; i < TIMES_BEFORE; i++) {
        uint64_t took = time_one(command, preloaded);

        longest = took > longest ? took : longest;
    }
    for (int i = 0; i < times; i++) {
        uint64_t end = timing_now() + longest * (unsigned)i / (unsigned)times;
        pid_t child = start(command, preloaded);

        while (timing_now() < end)
            ;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
}

int main(int argc, char **argv)
{
    if (argc < 6 || (strcmp(argv[1], "time") && strcmp(argv[1], "kill"))) {
        fprintf(stderr, "usage: %s time|kill TIMES SHIM RECORDINGS COMMAND [ARGUMENT...]\n",
                argv[0]);
        return 2;
    }
    bare = environ;
    preloaded = environment_with(argv[3], argv[4]);
    (*argv[1] == 't' ? time_pairs : kill_at_each_moment)(atoi(argv[2]), argv + 5);
    return 0;
}
