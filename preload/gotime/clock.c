#include "clock.h"

#include <limits.h>

#include "futex.h"
#include "gotime.h"

struct mock_clock mock_clock;

int64_t gt_now(void)
{
    return clock_now();
}

void clock_notice(void)
{
    __atomic_fetch_add(&mock_clock.arrivals, 1, __ATOMIC_RELEASE);
    futex_wake(&mock_clock.arrivals, INT_MAX);
}
