// traced: no: that the C library's thread could not be started is not seen
/*
 * A SIGEV_THREAD timer expires, but its thread cannot be made: the stack it asks for is larger
 * than any address space. Its deadline passes, and its function never runs.
 */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"

static void never_called(union sigval value)
{
    (void)value;
    printf("called\n");
}

int main(void)
{
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, (size_t)1 << 50);
    struct sigevent notify = {.sigev_notify = SIGEV_THREAD,
                              .sigev_notify_function = never_called,
                              .sigev_notify_attributes = &huge};
    timer_t timer;
    // expect: posix held created=1 armed=1 fired=0 never-released=1 overdue=1
    fail_if(timer_create(CLOCK_MONOTONIC, &notify, &timer), "timer_create");
    arm_timer(timer, once(1));
    let_pass(30);
    print_process_facts();
    return 0;
}
