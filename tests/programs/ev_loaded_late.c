// library: ev.h
// family: libev
/* libev comes by dlopen, and nobody else sees it; who asks for it before is told the truth. */
#include <dlfcn.h>
#include "support/libev.h"

static int fired;

int main(void)
{
    printf("before: %p\n", dlsym(RTLD_DEFAULT, "ev_timer_start"));
    void *library = dlopen("libev.so.4", RTLD_NOW | RTLD_LOCAL);
    fail_if(!library, "dlopen");
    struct ev_loop *(*loop_new)(unsigned) = dlsym(library, "ev_loop_new");
    int (*run)(struct ev_loop *, int) = dlsym(library, "ev_run");
    void (*start)(struct ev_loop *, ev_timer *) = dlsym(library, "ev_timer_start");
    void (*stop)(struct ev_loop *, ev_timer *) = dlsym(library, "ev_timer_stop");
    printf("not for all: %p\n", dlsym(RTLD_DEFAULT, "ev_timer_start"));
    struct ev_loop *loop = loop_new(0);
    ev_timer once, stopped, waits;
    timer_ready(&once, SOON, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=1 stopped=0 released=1
    start(loop, &once);
    while (!fired)
        run(loop, EVRUN_ONCE);
    timer_ready(&stopped, HOUR, 0., &fired);
    // expect: libev clean created=1 armed=1 fired=0 stopped=1 released=1
    start(loop, &stopped);
    stop(loop, &stopped);
    timer_ready(&waits, HOUR, 0., &fired);
    // expect: libev held created=1 armed=1 never-fired=1
    start(loop, &waits);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
