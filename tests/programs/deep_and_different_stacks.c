/* Recursion makes a hundred different stacks, some deeper than what is kept of a stack. */
#include "support/timers.h"
#include "support/transparency.h"

SITE static void descend(int depth)
{
    if (depth > 0) {
        descend(depth - 1);
        __asm__ volatile("" ::: "memory");
        return;
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    close(fd);
}

SITE static void descend_and_keep(int depth)
{
    if (depth > 0) {
        descend_and_keep(depth - 1);
        __asm__ volatile("" ::: "memory");
        return;
    }
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
}

int main(void)
{
    // expect-process: created=101 released=100 live=1
    for (int depth = 0; depth < 300; depth += 3)
        descend(depth);
    descend_and_keep(500);
    print_process_facts();
    return 0;
}
