/*
 * A signal handler forks while the shim enters a timer, and the child returns from it: it is not
 * recorded, and what it goes on to enter is not in its parent's recording. The place is the shim's
 * own call of dl_iterate_phdr(), which this program defines anew.
 */
// build: -rdynamic
#include <dlfcn.h>
#include <link.h>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

static volatile int to_fork, is_child;

static void fork_once(void)
{
    to_fork = 0;
    fflush(stdout);
    is_child = fork() == 0;
    if (!is_child)
        wait(NULL);
}

typedef int visit(struct dl_phdr_info *info, size_t size, void *data);

int dl_iterate_phdr(visit *each, void *data)
{
    static int (*real)(visit * each, void *data);
    if (to_fork)
        fork_once();
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    return real(each, data);
}

int main(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    dlclose(dlopen(NULL, RTLD_NOW)); /* what is loaded must be looked at again after this */
    to_fork = 1;
    // expect: posix held created=1 released=0 never-armed=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    if (to_fork)
        fork_once(); /* without the shim */
    // expect-process: created=1 released=0 live=1
    printf("a child: %d\n", is_child);
    if (is_child)
        exit(0);
    print_process_facts();
    return 0;
}
