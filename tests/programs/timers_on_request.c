/*
 * One timer from the start, and one more for each '+' that it reads; '-' releases the newest, 'x'
 * makes another program of it. Answers each with a line, and ends with its input. For the tests of
 * what follows a process while it runs.
 */
#include "support/timers.h"
#include "support/transparency.h"

#define MOST 64

static int timers[MOST];
static int count;

static SITE void add_timer(void)
{
    // expect: timerfd held created=1 released=0 armed=0 never-armed=1
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fail_if(timer < 0 || count == MOST, "timerfd_create");
    timers[count++] = timer;
}

static void obey(char order)
{
    if (order == '+')
        add_timer();
    else if (order == '-' && count > 0)
        close(timers[--count]);
    else if (order == 'x')
        execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL);
    printf("%d timers\n", count);
    fflush(stdout);
}

int main(void)
{
    char order;
    add_timer();
    obey('=');
    while (read(0, &order, 1) > 0)
        obey(order);
    print_process_facts();
    return 0;
}
