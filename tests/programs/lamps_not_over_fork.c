/* A child that ends timers of its parent's which it does not have ends none of its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/lamps.h"

#define LIT 3

int main(void)
{
    uint64_t all[LIT] = {0};
    int status;
    bool watched = &timerleak_ledger;
    if (watched)
        lamps = timerleak_ledger.family("lamp", TLK_BY_HANDLE);
    for (volatile int i = 0; i < LIT; i++) {
        // expect: lamp/red held created=3 live=3 never-fired=3
        struct lamp *lamp = lamp_light();
        if (watched)
            all[i] = lamp_found(lamp);
    }
    // expect-process: created=4 live=3
    // expect-process@child: created=3 live=3
    if (fork() == 0) {
        for (volatile int i = 0; i < LIT; i++)
            // expect@child: timerfd held created=3 live=3 never-armed=3
            fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
        for (int i = 0; watched && i < LIT; i++)
            timerleak_ledger.released(all[i]);
        exit(7);
    }
    wait(&status);
    // expect: lamp/red clean created=1 armed=1 fired=0 stopped=1 released=1
    lamp_free(lamp_light());
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
