/* A number that was a timer's is a pipe's next, and a timer's again: only timers are counted. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    for (int turn = 0; turn < 50; turn++) {
        // expect: timerfd clean created=50 released=50 armed=0 fired=0
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        close(fd);
        int ends[2];
        char eight[8] = "tick";
        fail_if(pipe(ends), "pipe");
        if (ends[0] != fd || write(ends[1], eight, 8) != 8 || read(ends[0], eight, 8) != 8)
            printf("turn %d: an unexpected pipe\n", turn);
        close(ends[0]);
        close(ends[1]);
    }
    // expect: timerfd held created=1 never-armed=1
    int last = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("last %d\n", last);
    print_process_facts();
    return 0;
}
