// traced: no: the tracer needs no descriptor of the program's
/*
 * A program has no descriptor left when it makes its first timers, so no recording can begin. Once
 * it has one, what it makes is recorded, and how many timers are not is told.
 */
#include <fcntl.h>
#include <unistd.h>
#include "support/timers.h"
#include "support/transparency.h"

static timer_t make(void)
{
    struct sigevent quiet = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    // expect: posix held created=1 never-armed=1
    fail_if(timer_create(CLOCK_MONOTONIC, &quiet, &timer), "timer_create");
    return timer;
}

int main(void)
{
    // expect-process: created=1 full=2 live=1
    int last = -1, fd;
    while ((fd = open("/dev/null", O_RDONLY)) >= 0)
        last = fd;
    timer_delete(make());
    timer_delete(make());
    close(last);
    make();
    close_range(3, ~0U, 0);
    print_process_facts();
    return 0;
}
