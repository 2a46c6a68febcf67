/*
 * Makes a timer, then as many more as each line of its input says, and says how many there are; it
 * releases none. After "fork" it is a child that makes them, and releases each at once. Whoever
 * writes the lines decides what happens between them.
 */
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

static void in_child(int count)
{
    pid_t child = fork();
    if (child)
        waitpid(child, NULL, 0);
    for (int left = child ? 0 : count; left > 0; left--)
        close(timerfd_create(CLOCK_MONOTONIC, 0));
    if (!child)
        exit(0);
}

int main(void)
{
    char line[32];
    int made = 1;
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    printf("%d made\n", made);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "fork ", 5))
            in_child(atoi(line + 5));
        for (int left = atoi(line); left > 0; left--, made++)
            fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
        printf("%d made\n", made);
        fflush(stdout);
    }
    print_process_facts();
    return 0;
}
