/* A server starts as root, locks itself into an empty directory and becomes nobody. */
// needs: root
#include <sys/stat.h>
#include "support/timers.h"

SITE static void deeper(int depth)
{
    if (depth > 0) {
        deeper(depth - 1);
        __asm__ volatile("" ::: "memory");
        return;
    }
    timer_t timer;
    fail_if(timer_create(CLOCK_MONOTONIC, NULL, &timer), "timer_create");
    timer_delete(timer);
}

int main(void)
{
    char empty[] = "/tmp/timerleak-chroot-XXXXXX";
    fail_if(!mkdtemp(empty), "mkdtemp");
    fail_if(chdir(empty) || rmdir(empty) || chroot("."), "chroot"); /* nothing is left behind */
    fail_if(setgid(65534) || setuid(65534), "setuid");
    for (int depth = 0; depth < 120; depth++)
        deeper(depth);
    for (int i = 0; i < 600; i++) {
        struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
        timer_t timer;
        // expect: posix held created=600 released=0 never-armed=600
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    }
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 50; turn++) {
        pacer_wait(pacer);
        // expect: timerfd clean created=50 released=50
        close(timerfd_create(CLOCK_MONOTONIC, 0));
    }
    close(pacer);
    printf("uid %d\n", (int)getuid());
    return 0;
}
