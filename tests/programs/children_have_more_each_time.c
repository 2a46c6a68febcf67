/*
 * A parent forgets close-on-exec, and keeps what it makes: each child that it starts has one timer
 * more, which it never touches. The timers are the parent's, and count once.
 */
#include <spawn.h>
#include <sys/wait.h>
#include "support/timers.h"

#define CHILDREN 5

extern char **environ;

static void start_child(char *program, int number)
{
    char name[12];
    char *argv[] = {program, name, NULL};
    pid_t child;
    int status;
    snprintf(name, sizeof name, "%d", number);
    fail_if(posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ), "posix_spawn");
    waitpid(child, &status, 0);
    fail_if(status != 0, "child");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (argc > 1)
        return 0;
    // expect-process@1: created=0 inherited=1 live=1 passed-on=1
    // expect-process@5: created=0 inherited=5 live=5 passed-on=5
    // expect-process@together: created=5 inherited=0 released=0 live=5 peak=5 passed-on=5
    for (int i = 1; i <= CHILDREN; i++) {
        // expect: timerfd held created=5 never-armed=5
        // expect@1: timerfd held inherited=1 passed-on=1 never-armed=1
        // expect@2: timerfd held inherited=2 passed-on=2 never-armed=2
        // expect@3: timerfd held inherited=3 passed-on=3 never-armed=3
        // expect@4: timerfd held inherited=4 passed-on=4 never-armed=4
        // expect@5: timerfd held inherited=5 passed-on=5 never-armed=5
        // expect@together: timerfd leak created=5 inherited=0 passed-on=5 never-armed=5
        fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
        start_child(argv[0], i);
    }
    return 0;
}
