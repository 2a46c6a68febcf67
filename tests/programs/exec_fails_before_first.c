/*
 * A recording that was begun, and removed as nothing was in it when the program was to become
 * another, is begun anew where that fails and a timer is made.
 */
#include <stdio.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(int argc, char **argv)
{
    // expect-process: end=exited created=2
    for (int turn = 0; turn < 3; turn++) {
        fail_if(setegid(getegid()), "setegid");
        printf("%d arguments, exec %d\n", argc, execl("/nonexistent/program", argv[0], NULL));
    }
    // expect: timerfd clean created=1 released=1
    close(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    printf("exec %d\n", execl("/nonexistent/program", argv[0], NULL));
    // expect: timerfd held created=1 never-armed=1
    printf("after: %d\n", timerfd_create(CLOCK_MONOTONIC, 0) >= 0);
    print_process_facts();
    return 0;
}
