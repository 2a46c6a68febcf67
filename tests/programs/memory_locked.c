/*
 * A program for real time locks all its memory. Of what the shim has reserved most is given back
 * then, and what comes after is recorded still, also of a child.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "support/status.h"
#include "support/timers.h"
#include "support/transparency.h"

#define WORKING_SET (16 << 20)

SITE static void deeper(int depth)
{
    if (depth > 0) {
        deeper(depth - 1);
        __asm__ volatile("" ::: "memory");
        return;
    }
    // expect: timerfd clean
    // expect@child: timerfd clean
    close(timerfd_create(CLOCK_MONOTONIC, 0));
}

static void serve(void)
{
    for (int i = 0; i < 1000; i++) {
        struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
        timer_t timer;
        // expect: posix held created=1000 released=0 never-armed=1000
        // expect@child: posix held created=1000 released=0 never-armed=1000
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    }
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 40; turn++) {
        pacer_wait(pacer);
        deeper(turn);
    }
    close(pacer);
}

int main(void)
{
    int status;
    fail_if(mmap(NULL, WORKING_SET, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED,
            "mmap");
    // expect: timerfd held created=1 never-armed=1
    // expect@child: timerfd held created=0 inherited=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    int failed = mlockall(MCL_CURRENT | MCL_FUTURE);
    printf("mlockall %d, error %d, %s\n", failed, failed ? errno : 0,
           status_kb("VmLck:") < 4 * WORKING_SET / 1024 ? "as much as needed"
                                                        : "far more than needed");
    serve();
    if (fork() == 0) {
        serve();
        exit(3);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    print_process_facts();
    return 0;
}
