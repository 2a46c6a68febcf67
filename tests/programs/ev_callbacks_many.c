// library: ev.h
// link: -lev
// family: libev
/* More callbacks than have anything stand in for them: all are called. That the others fired once
 * is seen by what they came to. */
#include "support/libev.h"
#include "families/wrap/trampolines.h"

#define MANY (TRAMPOLINES + 16)
#define EACH_CALLBACK(X) EACH_TRAMPOLINE(X) TRAMPOLINE_ROW(X, 10)

static ev_timer timers[MANY];
static int fired[MANY];

#define FIRED(n)                                                                                   \
    static void fired_##n(struct ev_loop *loop, ev_timer *timer, int events)                       \
    {                                                                                              \
        (void)loop;                                                                                \
        fired[0x##n] += timer == &timers[0x##n] && events == EV_TIMER;                             \
    }
EACH_CALLBACK(FIRED)

#define NAMED(n) fired_##n,
static void (*const callbacks[])(struct ev_loop *, ev_timer *, int) = {EACH_CALLBACK(NAMED)};

static void run_all(struct ev_loop *loop)
{
    for (volatile int i = 0; i < MANY; i++) {
        ev_timer_init(&timers[i], callbacks[i], SOON, 0.);
        // expect: libev clean created=816 armed=816 fired=816 stopped=0 released=816
        ev_timer_start(loop, &timers[i]);
    }
    ev_run(loop, 0);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    int all = 0;
    run_all(loop);
    run_all(loop);
    for (int i = 0; i < MANY; i++)
        ev_timer_stop(loop, &timers[i]);
    run_all(loop);
    for (int i = 0; i < MANY; i++)
        all += fired[i] == 3 && ev_cb(&timers[i]) == callbacks[i];
    printf("all: %d\n", all == MANY);
    print_process_facts();
    return 0;
}
