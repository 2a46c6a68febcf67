/* glibc gives a SIGEV_THREAD timer the id of the one deleted just before: each is a new timer. */
#include <stdbool.h>
#include "support/timers.h"
#include "support/transparency.h"

static void never_called(union sigval value)
{
    (void)value;
}

int main(void)
{
    struct sigevent notify = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = never_called};
    timer_t timer, before = NULL;
    bool same = true;
    for (int turn = 0; turn < 100; turn++) {
        // expect: posix clean created=100 released=100 armed=100 fired=0 stopped=100 peak=1
        fail_if(timer_create(CLOCK_MONOTONIC, &notify, &timer), "timer_create");
        arm_timer(timer, once(AN_HOUR));
        fail_if(timer_delete(timer), "timer_delete");
        same = same && (turn == 0 || timer == before);
        before = timer;
    }
    printf("ids are %s\n", same ? "the same" : "different");
    print_process_facts();
    return 0;
}
