// traced: no: the grandchild has a recording, too
/*
 * A child's first timer is made while it forks itself, after the shim has seen that there is
 * nothing to keep for that fork: the grandchild, which has half of a recording in its memory, has
 * none.
 */
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "support/timers.h"
#include "support/transparency.h"

static bool in_child;

static void make_first(void)
{
    if (!in_child)
        return;
    // expect@child: timerfd held created=1 never-armed=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    in_child = fd < 0;
}

/* Before the shim's own: what is registered first comes last before a fork. */
static void before_constructors(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv, (void)environment;
    pthread_atfork(make_first, NULL, NULL);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **, char **) = before_constructors;

static void be_grandchild(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("grandchild %d\n", fd >= 0);
    exit(0);
}

int main(void)
{
    // expect: timerfd clean created=1 released=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    close(fd);
    fflush(stdout);
    if (fork() == 0) {
        in_child = true;
        if (fork() == 0)
            be_grandchild();
        wait(NULL);
        exit(0);
    }
    wait(NULL);
    print_process_facts();
    return 0;
}
