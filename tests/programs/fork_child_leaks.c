/* The parent is clean; the child, which runs the same function, leaks on each turn. */
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

SITE static void work(int forgets)
{
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 60; turn++) {
        pacer_wait(pacer);
        // expect: timerfd clean created=60 inherited=0 released=60
        // expect@child: timerfd leak created=60 inherited=0 released=0 armed=60 never-fired=60
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        if (!forgets)
            close(fd);
    }
    close(pacer);
}

int main(void)
{
    int status;
    if (fork() == 0) {
        work(1);
        _exit(0);
    }
    work(0);
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    print_process_facts();
    return 0;
}
