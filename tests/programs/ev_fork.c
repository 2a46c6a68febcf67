// library: ev.h
// link: -lev
// family: libev
/* A child has its parent's watchers, and goes on with them as its own. */
#include <sys/wait.h>
#include "support/libev.h"

static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer all[3], own;
    int status;
    for (volatile int i = 0; i < 3; i++) {
        timer_ready(&all[i], 0., HOUR, &fired);
        // expect: libev held created=3 live=3 never-fired=3
        // expect@child: libev held created=0 inherited=3 fired=1 stopped=2 released=2
        // never-fired=1
        ev_timer_again(loop, &all[i]);
    }
    if (fork() == 0) {
        ev_loop_fork(loop);
        ev_timer_stop(loop, &all[0]);
        all[1].repeat = SOON;
        ev_timer_again(loop, &all[1]);
        run_until(loop, &fired, 1);
        ev_timer_stop(loop, &all[1]);
        timer_ready(&own, SOON, 0., &fired);
        // expect@child: libev clean created=1 armed=1 fired=1 released=1
        ev_timer_start(loop, &own);
        run_until(loop, &fired, 2);
        exit(fired);
    }
    wait(&status);
    printf("in the child %d fired, here %d\n", WEXITSTATUS(status), fired);
    return 0;
}
