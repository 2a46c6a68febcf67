/* A program that looks after itself: all that it makes after a mark is released before it asks. */
#include <pthread.h>
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

static int handed_over;

static void *close_it(void *unused)
{
    close(handed_over);
    return unused;
}

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    struct timerleak_rules patient = {.patience_ms = 60000};
    timer_t timer, kept;
    pthread_t other;
    // expect: posix held created=1 never-armed=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &kept), "timer_create");
    struct timerleak_mark mark = timerleak_mark_now();
    // expect: posix clean created=1 released=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    timer_delete(timer);
    // expect: timerfd clean created=1 released=1
    handed_over = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(pthread_create(&other, NULL, close_it, NULL), "pthread_create");
    if (!timerleak_none_left(&mark, &patient)) {
        fputs(mark.text, stderr);
        return 1;
    }
    pthread_join(other, NULL);
    print_process_facts();
    return 0;
}
