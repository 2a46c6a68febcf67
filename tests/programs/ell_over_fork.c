// library: pc:ell
// family: ell
/* A child has its parent's timeouts, and may remove them. */
#include <ell/ell.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/timers.h"

static void end(struct l_timeout *timeout, void *data)
{
    (void)timeout;
    (void)data;
    l_main_quit();
}

int main(void)
{
    struct l_timeout *both, *never;
    int status;
    l_main_init();
    // expect: ell clean created=1 armed=1 fired=1 released=1
    // expect@child: ell clean created=0 inherited=1 stopped=1 released=1
    both = l_timeout_create_ms(50, end, NULL, NULL);
    // expect: ell held created=1 live=1 armed=1 never-fired=1
    // expect-caller: timerfd held created=1 live=1 armed=1 never-fired=1
    // expect@child: ell held created=0 inherited=1 live=1 never-fired=1
    // expect-caller@child: timerfd held created=0 inherited=1 live=1 never-fired=1
    never = l_timeout_create(3600, end, NULL, NULL);
    fflush(stdout);
    if (fork() == 0) {
        l_timeout_remove(both);
        exit(never ? 7 : 8);
    }
    wait(&status);
    l_main_run();
    l_timeout_remove(both);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
