// library: pc:ell
// family: ell
/* The states of ell's timeouts, each of which has a timerfd. */
#include <ell/ell.h>
#include <stdio.h>
#include "support/timers.h"

static int ticks, others;

static void tick(struct l_timeout *timeout, void *data)
{
    int *count = data;
    if (++*count < 5)
        l_timeout_modify_ms(timeout, 1);
    else
        l_timeout_remove(timeout);
    if (*count == 5)
        l_main_quit();
}

static void nothing(struct l_timeout *timeout, void *data)
{
    (void)timeout;
    (void)data;
    others++;
}

int main(void)
{
    struct l_timeout *idle, *pushed_off;
    l_main_init();
    // expect: ell clean created=1 armed=5 fired=5 released=1
    l_timeout_create_ms(1, tick, &ticks, NULL);
    // expect: ell held created=1 live=1 armed=1 fired=1 never-released=1
    // expect-caller: timerfd held created=1 live=1 armed=1 fired=1 never-released=1
    l_timeout_create_ms(2, nothing, NULL, NULL);
    // expect: ell held created=1 live=1 armed=2 never-fired=1
    // expect-caller: timerfd held created=1 live=1 armed=2 never-fired=1
    pushed_off = l_timeout_create(3600, nothing, NULL, NULL);
    l_timeout_modify(pushed_off, 7200);
    l_timeout_modify_ms(pushed_off, 0);
    l_timeout_modify_ms(pushed_off, UINT64_MAX);
    // expect: ell held created=1 live=1 never-armed=1
    // expect-caller: timerfd held created=1 live=1 never-armed=1
    idle = l_timeout_create_ms(0, nothing, NULL, NULL);
    l_timeout_modify(idle, 0);
    l_main_run();
    printf("%d %d\n", ticks, others);
    return 0;
}
