/*
 * Descriptors that are closed while a duplicate is kept: the timer lives on, and what must be found
 * is the line that made the duplicate.
 */
#include <fcntl.h>
#include "support/timers.h"
#include "support/transparency.h"

SITE static void dup_it(int fd)
{
    fail_if(dup(fd) < 0, "dup");
}

SITE static void dup_it_high(int fd)
{
    fail_if(fcntl(fd, F_DUPFD_CLOEXEC, 100) < 0, "fcntl");
}

int main(void)
{
    for (int i = 0; i < 3; i++) {
        // expect: timerfd held created=3 released=0 never-armed=3 on-duplicates=3
        // duplicated-by=dup_it
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        dup_it(fd);
        close(fd);
    }

    // expect: timerfd held created=1 never-armed=1 on-duplicates=1 duplicated-by=dup_it_high
    int high = timerfd_create(CLOCK_MONOTONIC, 0);
    dup_it(high);
    dup_it_high(high);
    close(high);

    // expect: timerfd held created=1 never-armed=1 on-duplicates=0
    int kept = timerfd_create(CLOCK_MONOTONIC, 0);
    dup_it(kept);

    // expect: timerfd clean created=1 released=1 on-duplicates=0
    int gone = timerfd_create(CLOCK_MONOTONIC, 0);
    int copy = dup3(gone, 200, 0);
    close(gone);
    close(copy);
    print_process_facts();
    return 0;
}
