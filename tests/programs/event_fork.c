// library: pc:libevent
// family: libevent
/* A child has its parent's events, and goes on with them as its own. */
#include <sys/wait.h>
#include "support/libevent.h"

static int fired;

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *all[3];
    int status;
    for (volatile int i = 0; i < 3; i++) {
        // expect: libevent held created=3 live=3 never-fired=3
        // expect@child: libevent held created=0 inherited=3 fired=1 stopped=1 released=1
        // never-fired=1 never-released=1
        all[i] = evtimer_new(base, count, &fired);
        add_for(all[i], AN_HOUR);
    }
    if (fork() == 0) {
        event_reinit(base);
        event_free(all[0]);
        add_for(all[1], 1);
        run_until(base, &fired, 1);
        // expect@child: libevent clean created=1 armed=1 fired=1 released=1
        struct event *own = evtimer_new(base, count, &fired);
        add_for(own, 1);
        run_until(base, &fired, 2);
        event_free(own);
        exit(fired);
    }
    wait(&status);
    printf("in the child %d fired, here %d\n", WEXITSTATUS(status), fired);
    return 0;
}
