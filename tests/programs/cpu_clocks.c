// traced: no: whether a clock of processor time has expired is not known from outside
/*
 * Timers by clocks that stand still while nobody computes. How often they fired no hook can tell;
 * at the end the kernel says which of those that fire once have, and which can't have yet.
 */
// needs: clean end: only the kernel can tell
#include <pthread.h>
#include <sys/time.h>
#include "support/timers.h"

static struct sigevent quiet = {.sigev_notify = SIGEV_NONE};

static SITE void fires_once(clockid_t clock)
{
    timer_t timer;
    // expect: posix held created=2 live=2 never-released=2 fired=2 fired-unknown=0
    fail_if(timer_create(clock, &quiet, &timer), "timer_create");
    arm_timer(timer, once(1));
}

static SITE void has_time_left(clockid_t clock)
{
    timer_t timer;
    // expect: posix held created=2 live=2 never-fired=2 fired=0 fired-unknown=0
    fail_if(timer_create(clock, &quiet, &timer), "timer_create");
    arm_timer(timer, once(AN_HOUR));
}

static SITE void ticks(clockid_t clock)
{
    timer_t timer;
    // expect: posix held created=2 live=2 never-stopped=2 never-fired=0 fired=0 fired-unknown=2
    fail_if(timer_create(clock, &quiet, &timer), "timer_create");
    arm_timer(timer, every(1));
}

static SITE void will_tick(void)
{
    timer_t timer;
    // expect: posix held created=1 live=1 never-fired=1 fired=0 fired-unknown=0
    fail_if(timer_create(CLOCK_PROCESS_CPUTIME_ID, &quiet, &timer), "timer_create");
    arm_timer(timer, every(AN_HOUR));
}

static void spend(clockid_t clock, long ms)
{
    struct timespec now;
    do
        clock_gettime(clock, &now);
    while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < ms);
}

int main(void)
{
    struct itimerval tick = {{0, 10000}, {0, 10000}}, watchdog = {{0, 0}, {3600, 0}};
    clockid_t mine;
    signal(SIGPROF, SIG_IGN);
    // expect: itimer held created=1 live=1 never-stopped=1 never-fired=0 fired-unknown=1
    setitimer(ITIMER_PROF, &tick, NULL);
    // expect: itimer held created=1 live=1 never-fired=1 fired-unknown=0
    setitimer(ITIMER_VIRTUAL, &watchdog, NULL);
    fail_if(pthread_getcpuclockid(pthread_self(), &mine), "pthread_getcpuclockid");
    fires_once(CLOCK_PROCESS_CPUTIME_ID);
    fires_once(mine);
    has_time_left(CLOCK_THREAD_CPUTIME_ID);
    has_time_left(mine);
    ticks(CLOCK_PROCESS_CPUTIME_ID);
    ticks(CLOCK_THREAD_CPUTIME_ID);
    will_tick();
    spend(CLOCK_THREAD_CPUTIME_ID, 50);
    return 0;
}
