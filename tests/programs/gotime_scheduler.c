// link: -lgotime
/* A task that is not stopped runs for ever. */
#include "support/gotime.h"

static gt_chan ran;

static void say_so(void *unused)
{
    (void)unused;
    gt_chan_try_send(ran, NULL);
}

int main(void)
{
    ran = gt_chan_make(0, 1);
    // expect: gotime/task held created=1 armed=1 fired>=2 never-stopped=1
    gt_scheduler_start(GT_MILLISECOND, say_so, NULL);
    wait_for(ran);
    wait_for(ran);
    wait_for(ran);
    // expect: gotime/task held created=1 armed=1 fired=0 never-fired=1
    gt_scheduler_start(GT_HOUR, say_so, NULL);
    // expect: gotime/task clean created=1 armed=2 fired=0 stopped=1 released=1
    gt_task stopped = gt_scheduler_start(GT_HOUR, say_so, NULL);
    expect(gt_scheduler_reset(stopped, 2 * GT_HOUR), 0, "gt_scheduler_reset");
    expect(gt_scheduler_stop(stopped), 0, "gt_scheduler_stop");
    puts("it ran");
    return 0;
}
