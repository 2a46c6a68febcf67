/* Each job is called back by a one-shot SIGEV_THREAD timer of its own; none is ever deleted. */
#include <semaphore.h>
#include "support/timers.h"

static sem_t done;

static void finish(union sigval value)
{
    (void)value;
    sem_post(&done);
}

static void call_back_soon(void)
{
    struct sigevent notify = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = finish};
    timer_t timer;
    // expect: posix leak created=40 released=0 armed=40 fired=40 never-released=40
    fail_if(timer_create(CLOCK_MONOTONIC, &notify, &timer), "timer_create");
    arm_timer(timer, once(PACE));
}

int main(void)
{
    sem_init(&done, 0, 0);
    for (int job = 0; job < 40; job++) {
        call_back_soon();
        sem_wait(&done);
    }
    printf("40 jobs\n");
    return 0;
}
