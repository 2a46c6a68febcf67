/*
 * Timers leak until RLIMIT_SIGPENDING: from then on timer_create fails, and what fails counts
 * nothing. The limit is counted per user, so the program becomes one whom nobody else is.
 */
// needs: root
#include <errno.h>
#include <sys/resource.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    struct rlimit limit = {40, 40};
    setrlimit(RLIMIT_SIGPENDING, &limit);
    fail_if(setuid(61000 + getpid() % 1000), "setuid");
    int pacer = pacer_open(PACE), created = 0;
    const char *error = "none";
    for (int turn = 0; turn < 45; turn++) {
        pacer_wait(pacer);
        timer_t timer;
        // expect: posix leak created=40 released=0 armed=0 never-armed=40
        if (timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
            created++;
        else
            error = strerrorname_np(errno);
    }
    printf("created %d, error %s\n", created, error);
    close(pacer);
    return 0;
}
