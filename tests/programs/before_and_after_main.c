/* Timers made in a constructor, in main, in an atexit handler and in a destructor. */
#include "support/timers.h"
#include "support/transparency.h"

static int made_early, kept;

__attribute__((constructor)) static void before_main(void)
{
    // expect: timerfd clean created=1 released=1 armed=1 stopped=1
    made_early = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(made_early, once(AN_HOUR));
    // expect: timerfd held created=1 released=0 never-armed=1
    kept = timerfd_create(CLOCK_MONOTONIC, 0);
}

__attribute__((destructor)) static void after_main(void)
{
    // expect: timerfd clean created=1 released=1
    int late = timerfd_create(CLOCK_MONOTONIC, 0);
    close(late);
    close(made_early);
}

static void at_exit(void)
{
    timer_t timer;
    // expect: posix clean created=1 released=1
    fail_if(timer_create(CLOCK_MONOTONIC, NULL, &timer), "timer_create");
    printf("at exit: delete %d\n", timer_delete(timer));
}

int main(void)
{
    atexit(at_exit);
    printf("early %d, kept %d\n", made_early >= 0, kept > made_early);
    print_process_facts();
    return 0;
}
