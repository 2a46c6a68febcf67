// traced: no: nothing is dropped in a signal handler
/*
 * A timer made where the shim is at work, as by a signal handler, can't be entered; ended in such a
 * place, too, it is not lost once more, though the tables hold thousands of others, of which one is
 * ended likewise. The place is the shim's own call of dl_iterate_phdr(), which this program defines
 * anew.
 */
// build: -rdynamic
#include <dlfcn.h>
#include <link.h>
#include "support/timers.h"
#include "support/transparency.h"

#define OLDER 3000

static timer_t older[OLDER], dropped;
static struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
static void (*volatile in_handler)(void);

static void make_one(void)
{
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &dropped), "timer_create");
}

static void end_two(void)
{
    fail_if(timer_delete(dropped), "timer_delete");
    fail_if(timer_delete(older[0]), "timer_delete");
}

typedef int visit(struct dl_phdr_info *info, size_t size, void *data);

int dl_iterate_phdr(visit *each, void *data)
{
    static int (*real)(visit * each, void *data);
    void (*interrupt)(void) = in_handler;
    in_handler = NULL;
    if (interrupt)
        interrupt();
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    return real(each, data);
}

/* Around dlclose() the shim looks at what is loaded. */
static void make_interrupted(void (*interrupt)(void))
{
    timer_t timer;
    void *library = dlopen(NULL, RTLD_NOW);
    in_handler = interrupt;
    dlclose(library);
    // expect: posix clean created=2 released=2
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    if (in_handler)
        interrupt(); /* without the shim */
    in_handler = NULL;
    fail_if(timer_delete(timer), "timer_delete");
}

int main(void)
{
    for (int i = 0; i < OLDER; i++)
        // expect: posix held created=3000 released=1 never-armed=2999
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &older[i]), "timer_create");
    make_interrupted(make_one);
    make_interrupted(end_two);
    let_pass(200); /* or what has stopped to grow would not show it */
    // expect-process: created=3003 released=4 busy=1 pending=0
    print_process_facts();
    return 0;
}
