/*
 * A timerfd crosses fork: both processes hold the same timer, and what the child reads the parent
 * does not see. Each closes its own descriptor.
 */
#include <errno.h>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int status;
    // expect: timerfd clean created=1 released=1 armed=0
    // expect@child: timerfd clean created=0 inherited=1 released=1 armed=1 fired=1
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    fflush(stdout);
    if (fork() == 0) {
        arm_timerfd(fd, once(1));
        let_pass(5);
        uint64_t count = expirations(fd);
        close(fd);
        _exit((int)count);
    }
    wait(&status);
    printf("the child read %d\n", WEXITSTATUS(status));
    uint64_t count = expirations(fd);
    printf("the parent read %d, %s\n", (int)count, strerrorname_np(errno));
    close(fd);
    print_process_facts();
    return 0;
}
