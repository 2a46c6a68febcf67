// library: pc:libevent
// family: libevent
/* libevent comes by dlopen, and nobody else sees it; who asks for it before is told the truth. */
#include <dlfcn.h>
#include "support/timers.h"
#include "support/transparency.h"

struct event;
struct event_base;
typedef void (*callback_t)(int, short, void *);

static int fired;

static void count(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    ++*(int *)argument;
}

int main(void)
{
    printf("before: %p %p\n", dlsym(RTLD_DEFAULT, "event_new"), dlsym(RTLD_DEFAULT, "event_add"));
    void *library = dlopen("libevent_core-2.1.so.7", RTLD_NOW | RTLD_LOCAL);
    fail_if(!library, "dlopen");
    struct event_base *(*base_new)(void) = dlsym(library, "event_base_new");
    int (*loop)(struct event_base *, int) = dlsym(library, "event_base_loop");
    struct event *(*new)(struct event_base *, int, short, callback_t, void *) =
        dlsym(library, "event_new");
    int (*add)(struct event *, const struct timeval *) = dlsym(library, "event_add");
    void (*end)(struct event *) = dlsym(library, "event_free");
    printf("not for all: %p\n", dlsym(RTLD_DEFAULT, "event_new"));
    printf("no such: %p\n", dlsym(library, "evtimer_new"));

    struct event_base *base = base_new();
    struct timeval soon = {0, 1000}, hour = {.tv_sec = 3600};
    // expect: libevent clean created=1 armed=1 fired=1 stopped=0 released=1
    struct event *timer = new (base, -1, 0, count, &fired);
    add(timer, &soon);
    while (!fired)
        loop(base, 1);
    end(timer);
    // expect: libevent held created=1 armed=1 never-fired=1
    struct event *waits = new (base, -1, 0, count, &fired);
    add(waits, &hour);
    printf("fired %d\n", fired);
    print_process_facts();
    return 0;
}
