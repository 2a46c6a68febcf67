/*
 * A limit that the program sets itself is eaten up within a moment, by a place that forgets what it
 * makes; from then on every creation fails, and nothing grows any more. An outage, before that, is
 * none: what was made then was released.
 */
#include <errno.h>
#include <sys/resource.h>
#include "support/timers.h"
#include "support/transparency.h"

#define FILES 64
#define ATTEMPTS 300

int main(void)
{
    struct rlimit files = {FILES, FILES};
    int made[FILES], count = 0, failed = 0;
    closefrom(3);
    fail_if(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
    do
        // expect: timerfd clean created=61 released=61 failed=1
        made[count] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    while (made[count] >= 0 && ++count < FILES);
    failed = made[count] < 0 && errno == EMFILE;
    while (count > 0)
        close(made[--count]);
    for (int i = 0; i < ATTEMPTS; i++)
        // expect: timerfd leak created=61 released=0 failed=239 never-armed=61
        failed += timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) < 0 && errno == EMFILE;
    printf("%d failed\n", failed);
    print_process_facts();
    return 0;
}
