/*
 * A daemon keeps two timers that are not close-on-exec, and each of its children has these two, and
 * never touches them: passed on, but no pile.
 */
#include <spawn.h>
#include <sys/wait.h>
#include "support/timers.h"

#define CHILDREN 8

extern char **environ;

static void start_child(char *program)
{
    char *argv[] = {program, "worker", NULL};
    pid_t child;
    int status;
    fail_if(posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ), "posix_spawn");
    waitpid(child, &status, 0);
    fail_if(status != 0, "child");
}

int main(int argc, char **argv)
{
    volatile int timers = 2;
    if (argc > 1)
        return 0;
    // expect-process@worker: created=0 inherited=2 live=2 passed-on=2
    // expect-process@together: created=2 inherited=0 released=0 live=2 peak=2 passed-on=2
    for (int i = 0; i < timers; i++)
        // expect: timerfd held created=2 never-armed=2
        // expect@worker: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker2: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker3: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker4: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker5: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker6: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker7: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@worker8: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@together: timerfd held created=2 inherited=0 passed-on=2 never-armed=2
        fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    for (int i = 0; i < CHILDREN; i++)
        start_child(argv[0]);
    return 0;
}
