/*
 * Functions that return what another one returns have no frame when the timer is made: the report
 * names them all the same, but where it can't be told which way the call took.
 */
#include "support/timers.h"
#include "support/transparency.h"

SITE static int refuse(int clock)
{
    return fprintf(stderr, "no clock %d\n", clock);
}

SITE static int timeout_open(int clock)
{
    if (clock < 0)
        return refuse(clock);
    // expect: timerfd held created=1 never-armed=1 tail-call=yes
    return timerfd_create(clock, TFD_CLOEXEC);
}

SITE static int connection_open(int clock)
{
    // expect-caller: timerfd held created=1 never-armed=1 tail-call=yes
    return timeout_open(clock < 0 ? clock : CLOCK_MONOTONIC);
}

/* What calls it may have been inlined itself. */
static inline __attribute__((always_inline)) int connect_one(int clock)
{
    return connection_open(clock) + 1;
}

SITE static int raw_open(int flags)
{
    return timerfd_create(CLOCK_MONOTONIC, flags);
}

SITE static int checked_open(int flags)
{
    return raw_open(flags | TFD_CLOEXEC);
}

SITE static int any_open(int flags)
{
    return flags ? checked_open(flags) : raw_open(TFD_NONBLOCK);
}

SITE static int told_open(int (*open)(int), int flags)
{
    return flags ? open(flags) : timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
}

SITE static int again_open(int more);

SITE static int once_more(int more)
{
    return more > 0 ? again_open(more - 1) : timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
}

SITE static int again_open(int more)
{
    __asm__ volatile(""); /* else both are made one loop */
    return once_more(more / 2);
}

int main(int argc, char **argv)
{
    (void)argv;
    volatile int flags = TFD_CLOEXEC; /* not known when it is compiled */
    int opened = connect_one(argc);
    // expect: timerfd held created=1 never-armed=1 tail-call=no
    opened += any_open(flags);
    // expect: timerfd held created=1 never-armed=1 tail-call=no
    opened += told_open(raw_open, flags);
    // expect: timerfd held created=1 never-armed=1 tail-call=no
    opened += again_open(argc);
    printf("%d\n", opened > 0);
    print_process_facts();
    return 0;
}
