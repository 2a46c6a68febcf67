// library: ev.h
// link: -lev
// family: libev
/* The memory of a watcher is used anew while it is active: libev is not asked to go on with that.
 */
#include "support/libev.h"

static int fired;

int main(void)
{
    struct ev_loop *loop = ev_default_loop(0);
    ev_timer *mine = malloc(sizeof(*mine)), *freed = calloc(1, 1 << 20);
    timer_ready(mine, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1 overwritten=1
    ev_timer_start(loop, mine);
    timer_ready(mine, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1
    ev_timer_start(loop, mine);
    /* Not mapped any more. Found in the end. */
    timer_ready(freed, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1 overwritten=1
    ev_timer_start(loop, freed);
    free(freed);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
