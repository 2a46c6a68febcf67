/*
 * Has a timer of each kind and in each state from the start: armed, that nobody has read, never
 * armed, of two descriptors; and a POSIX timer. One more timerfd and one more
 * POSIX timer for each '+' that it reads; '-' ends all that was there at the start. Answers each
 * with a line, and ends with its input. For the tests of what begins to follow a process while it
 * runs.
 */
// needs: clean end: only the kernel knows at once that one has expired
#include <poll.h>
#include "support/timers.h"
#include "support/transparency.h"

static struct {
    int armed, unread, idle, shared, duplicate;
    timer_t posix;
} first;

static SITE int first_timerfd(struct itimerspec when)
{
    // expect: timerfd held created=4 released=0 armed=3 never-armed=1 never-fired=2
    // never-released=1
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    fail_if(timer < 0, "timerfd_create");
    if (when.it_value.tv_sec || when.it_value.tv_nsec)
        arm_timerfd(timer, when);
    return timer;
}

static SITE timer_t posix_timer(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 released=0 armed=1 never-fired=1
    fail_if(timer_create(CLOCK_REALTIME, &quiet, &timer), "timer_create");
    arm_timer(timer, once(AN_HOUR));
    return timer;
}

static void begin(void)
{
    first.armed = first_timerfd(once(AN_HOUR));
    first.unread = first_timerfd(once(1));
    first.idle = first_timerfd(once(0));
    first.shared = first_timerfd(every(AN_HOUR));
    first.duplicate = dup(first.shared);
    first.posix = posix_timer();
    struct pollfd expired = {first.unread, POLLIN, 0};
    fail_if(poll(&expired, 1, -1) != 1, "poll");
}

static void end(void)
{
    close(first.armed);
    close(first.unread);
    close(first.idle);
    close(first.shared);
    close(first.duplicate);
    timer_delete(first.posix);
}

static SITE int later_timerfd(void)
{
    return timerfd_create(CLOCK_MONOTONIC, 0);
}

static SITE void obey(char order)
{
    if (order == '+') {
        fail_if(later_timerfd() < 0, "timerfd_create");
        posix_timer();
    } else if (order == '-') {
        end();
    }
    printf("did %c\n", order);
    fflush(stdout);
}

int main(void)
{
    char order;
    begin();
    obey('=');
    while (read(0, &order, 1) > 0)
        obey(order);
    print_process_facts();
    return 0;
}
