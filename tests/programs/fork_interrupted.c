// traced: no: what is closed on the way into fork() is seen not to be inherited
/*
 * Forks that a signal handler interrupts where the shim holds its locks: after its own prepare
 * handler, which libc calls before those that were there first. The handler forks, too, or ends
 * timers. Both processes go on as if nothing had been.
 */
#include <pthread.h>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

enum what { NOTHING, FORK, END };

static enum what next; /* for the handler to do */
static int fd;
static timer_t timer;

static void on_signal(int number)
{
    enum what now = next;
    (void)number;
    next = NOTHING;
    if (now == FORK && fork() == 0)
        _exit(0);
    if (now == FORK)
        wait(NULL);
    if (now == END) {
        timer_delete(timer);
        close(fd);
    }
}

static void interrupt(void)
{
    if (next != NOTHING)
        raise(SIGUSR1);
}

static void before_constructors(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv, (void)environment;
    pthread_atfork(interrupt, NULL, NULL);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **, char **) = before_constructors;

static struct sigevent quiet = {.sigev_notify = SIGEV_NONE};

/* Places that were given back twice are given out twice. */
SITE static void make_some(void)
{
    timer_t kept;
    for (int i = 0; i < 10; i++)
        // expect@child: posix held created=10 released=0 never-armed=10
        // expect@child2: posix held created=10 released=0 never-armed=10
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &kept), "timer_create");
}

static void fork_and_go_on(enum what how)
{
    int status;
    next = how;
    fflush(stdout);
    if (fork() == 0) {
        make_some();
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    for (enum what how = FORK; how <= END; how++) {
        // expect: posix clean created=2 released=2
        fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
        // expect: timerfd clean created=2 released=2
        // expect@child: timerfd held created=0 inherited=1 released=0 never-armed=1
        // expect@child2: timerfd clean created=0 inherited=1 released=1
        fd = timerfd_create(CLOCK_MONOTONIC, 0);
        fork_and_go_on(how);
        if (how == FORK) {
            timer_delete(timer);
            close(fd);
        }
    }
    print_process_facts();
    return 0;
}
