// link: -lgotime
/* By a clock that is turned by hand a day has passed; no deadline of it looks overdue. */
#include "support/gotime.h"

int main(void)
{
    expect(gt_clock_mock(0), 0, "gt_clock_mock");
    // expect: gotime/timer clean created=1 armed=1 fired=1 released=1
    gt_timer timer = gt_timer_new(GT_HOUR);
    // expect: gotime/ticker held created=1 armed=1 fired=24 never-stopped=1
    gt_ticker_new(GT_HOUR);
    // expect: gotime/after held created=1 armed=1 fired=0 never-fired=1
    gt_after(25 * GT_HOUR);
    expect(gt_clock_mock_advance(24 * GT_HOUR), 0, "gt_clock_mock_advance");
    wait_for(gt_timer_chan(timer));
    gt_timer_free(timer);
    printf("it is %lld\n", (long long)(gt_now() / GT_HOUR));
    return 0;
}
