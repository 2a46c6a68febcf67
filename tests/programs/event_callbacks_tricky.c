// library: pc:libevent
// family: libevent
/* Callbacks that free their own timer, set it anew, make others, end others, and never return. */
#include <setjmp.h>
#include "support/libevent.h"

static struct event_base *base;
static struct event *itself, *victim, *again, *made;
static int fired, turns;
static jmp_buf out;

static void frees_itself(int fd, short what, void *argument)
{
    printf("frees itself: %d %s\n", fd, what == EV_TIMEOUT ? "timeout" : "?");
    event_free(*(struct event **)argument);
    fired++;
}

static void starts_again(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    if (++turns < 5)
        add_for(*(struct event **)argument, 1);
    fired++;
}

static void makes_and_ends(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    event_free(victim);
    // expect: libevent held created=1 armed=1 never-fired=1
    made = evtimer_new(base, count, &fired);
    add_for(made, AN_HOUR);
    fired++;
}

static void jumps(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    longjmp(out, 1);
}

static void one_ends_another(void)
{
    int before = fired;
    // expect: libevent clean created=1 armed=1 stopped=1 released=1
    victim = evtimer_new(base, count, &fired);
    add_for(victim, AN_HOUR);
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    struct event *ends = evtimer_new(base, makes_and_ends, NULL);
    add_for(ends, 2);
    run_until(base, &fired, before + 1);
    event_free(ends);
}

int main(void)
{
    base = event_base_new();
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    itself = evtimer_new(base, frees_itself, &itself);
    add_for(itself, 1);
    run_until(base, &fired, 1);

    // expect: libevent clean created=1 armed=5 fired=5 stopped=0 released=1
    again = evtimer_new(base, starts_again, &again);
    add_for(again, 1);
    run_until(base, &fired, 6);
    event_free(again);

    one_ends_another();

    struct event_base *left = event_base_new();
    // expect: libevent held created=1 armed=1 fired=1 never-released=1
    struct event *jumper = evtimer_new(left, jumps, NULL);
    add_for(jumper, 1);
    if (setjmp(out) == 0)
        event_base_dispatch(left);
    // expect: libevent clean created=1 armed=1 fired=0 stopped=1 released=1
    struct event *after = evtimer_new(base, count, &fired);
    add_for(after, AN_HOUR);
    event_free(after);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
