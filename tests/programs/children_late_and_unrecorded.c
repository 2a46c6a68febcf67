// traced: no: the tracer needs no file of the child's own
/*
 * A child that first does something else ran from its fork on. For one that may write no recording,
 * its parent's tells that it is missing.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/timers.h"
#include "support/transparency.h"

#define FIRST_NS 50000000

static void in_child(void (*begin)(void))
{
    if (fork() == 0) {
        begin();
        // expect@child: timerfd held created=1 never-armed=1
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        printf("made %d\n", fd >= 0);
        exit(0);
    }
    wait(NULL);
}

static void do_something_else(void)
{
    // expect-process@child: created=1 duration-ns>=50000000
    struct timespec time = {.tv_nsec = FIRST_NS};
    nanosleep(&time, NULL);
}

static void do_nothing(void)
{
}

static void let_write(rlim_t most)
{
    struct rlimit limit = {most, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
}

int main(void)
{
    // expect-process: created=1 child=1 live=0
    // expect: timerfd clean created=1 released=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    close(fd);
    fflush(stdout);
    in_child(do_something_else);
    let_write(0);
    in_child(do_nothing);
    let_write(RLIM_INFINITY);
    print_process_facts();
    return 0;
}
