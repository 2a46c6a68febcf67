// link: -lgotime
/* A callback that has not run keeps its argument alive; one that has run is not forgotten by all.
 */
#include "support/gotime.h"

#define RETAINED (10 << 20)

static gt_chan ran;

static void say_so(void *unused)
{
    (void)unused;
    gt_chan_send(ran, NULL);
}

static void say_freed(void *argument)
{
    free(argument);
    gt_chan_send(ran, NULL);
}

int main(void)
{
    ran = gt_chan_make(0, 0);
    struct gt_func report = {say_so, malloc(RETAINED), free, RETAINED, "report", 0};
    // expect: gotime/func held created=1 armed=1 fired=0 never-fired=1 retained=10485760
    gt_after_func_with(GT_HOUR, &report);
    // expect: gotime/func held created=1 armed=1 fired=1 never-released=1 retained=0
    gt_after_func(0, say_so, NULL);
    wait_for(ran);
    struct gt_func once = {say_so, malloc(16), say_freed, 16, "once", GT_AUTOFREE};
    // expect: gotime/func clean created=1 armed=1 fired=1 released=1 retained=0
    gt_after_func_with(0, &once);
    wait_for(ran);
    wait_for(ran);
    // expect: gotime/func clean created=1 armed=1 fired=0 stopped=1 released=1
    gt_timer stopped = gt_after_func(GT_HOUR, say_so, NULL);
    expect(gt_timer_stop(stopped), 1, "gt_timer_stop");
    expect(gt_timer_free(stopped), 0, "gt_timer_free");
    puts("all ran");
    return 0;
}
