// link: -lgotime
/* Timers, tickers and their like in each of the states that they can be left in. */
#include "support/gotime.h"
#include "support/transparency.h"

/* Given back by itself once it has fired, or by who frees its channel. */
static void afters(void)
{
    // expect: gotime/after held created=1 armed=1 fired=0 never-fired=1
    gt_after(GT_HOUR);
    // expect: gotime/after clean created=1 armed=1 fired=1 stopped=0 released=1
    gt_chan soon = gt_after(GT_MILLISECOND);
    wait_for(soon);
    // expect: gotime/after clean created=1 armed=1 fired=0 stopped=1 released=1
    gt_chan_free(gt_after(GT_HOUR));
}

static void ticks(void)
{
    // expect: gotime/tick held created=1 armed=1 fired>=2 never-stopped=1
    gt_chan ticks = gt_tick(GT_MILLISECOND);
    wait_for(ticks);
    wait_for(ticks);
    // expect: gotime/tick clean created=1 stopped=1 released=1
    gt_chan_free(gt_tick(GT_HOUR));
}

static void timers(void)
{
    // expect: gotime/timer held created=1 armed=1 fired=0 never-fired=1
    gt_timer_new(GT_HOUR);
    // expect: gotime/timer held created=1 armed=1 fired=1 never-released=1
    wait_for(gt_timer_chan(gt_timer_new(0)));
    // expect: gotime/timer held created=1 armed=1 fired=0 stopped=1 never-released=1
    gt_timer stopped = gt_timer_new(GT_HOUR);
    expect(gt_timer_stop(stopped), 1, "gt_timer_stop");
    // expect: gotime/timer held created=1 armed=3 fired=1 stopped=0 never-stopped=1
    gt_timer reused = gt_timer_new(GT_HOUR);
    expect(gt_timer_reset(reused, 0), 1, "gt_timer_reset");
    wait_for(gt_timer_chan(reused));
    expect(gt_timer_reset(reused, GT_HOUR), 0, "gt_timer_reset");
    // expect: gotime/timer clean created=1 armed=1 fired=1 stopped=0 released=1
    gt_timer freed = gt_timer_new(0);
    wait_for(gt_timer_chan(freed));
    expect(gt_timer_free(freed), 0, "gt_timer_free");
}

static void tickers(void)
{
    // expect: gotime/ticker held created=1 armed=1 fired>=2 stopped=0 never-stopped=1
    gt_ticker running = gt_ticker_new(GT_MILLISECOND);
    wait_for(gt_ticker_chan(running));
    wait_for(gt_ticker_chan(running));
    // expect: gotime/ticker held created=1 armed=2 fired>=1 stopped=1 never-released=1
    gt_ticker stopped = gt_ticker_new(GT_HOUR);
    expect(gt_ticker_reset(stopped, GT_MILLISECOND), 0, "gt_ticker_reset");
    wait_for(gt_ticker_chan(stopped));
    expect(gt_ticker_stop(stopped), 0, "gt_ticker_stop");
    // expect: gotime/ticker clean created=1 armed=1 fired=0 stopped=1 released=1
    gt_ticker freed = gt_ticker_new(GT_HOUR);
    expect(gt_ticker_free(freed), 0, "gt_ticker_free");
}

int main(void)
{
    afters();
    ticks();
    timers();
    tickers();
    print_process_facts();
    return 0;
}
