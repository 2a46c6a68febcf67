/*
 * Threads make and end timers all the time while the process forks children that do the same. A
 * child may have got a timerfd that a thread was about to close; it closes all it got, as daemons
 * do.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/timers.h"
#include "support/transparency.h"

static atomic_int stop;

SITE static void make_and_end(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix clean created>=3
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    timer_delete(timer);
    // expect: timerfd clean created>=3
    close(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}

static void *churn(void *unused)
{
    while (!stop)
        make_and_end();
    return unused;
}

int main(void)
{
    pthread_t threads[3];
    int good = 0, status;
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, churn, NULL);
    for (int child = 0; child < 10; child++) {
        if (fork() == 0) {
            for (int turn = 0; turn < 3; turn++)
                make_and_end();
            close_range(STDERR_FILENO + 1, ~0U, 0);
            _exit(11);
        }
        wait(&status);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 11;
    }
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%d good children\n", good);
    print_process_facts();
    return 0;
}
