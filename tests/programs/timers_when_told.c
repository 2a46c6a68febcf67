/*
 * Makes a timer, then as many more as each line of its input says, and says how many there are; it
 * releases none. Whoever writes the lines decides what happens between them.
 */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    char line[32];
    int made = 1;
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    printf("%d made\n", made);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        for (int left = atoi(line); left > 0; left--, made++)
            fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
        printf("%d made\n", made);
        fflush(stdout);
    }
    print_process_facts();
    return 0;
}
