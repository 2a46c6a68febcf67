/*
 * Memory that is yet to come is locked before the first timer: what the shim reserves to cost
 * nothing until it is used would all be resident from the start.
 */
#include <errno.h>
#include <sys/mman.h>
#include "support/status.h"
#include "support/timers.h"
#include "support/transparency.h"

#define LITTLE (16 << 10) /* kB */

int main(void)
{
    int failed = mlockall(MCL_FUTURE);
    printf("mlockall %d, error %d\n", failed, failed ? errno : 0);
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    printf("%s is locked\n", status_kb("VmLck:") < LITTLE ? "little" : "much");
    print_process_facts();
    return 0;
}
