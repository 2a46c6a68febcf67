// link: -lgotime
/* Fork passes no timers on: in the child new ones work, and the old are its parent's alone. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support/gotime.h"

SITE static void work(gt_timer old)
{
    // expect@child: gotime/timer clean created=1 armed=1 fired=1 released=1
    gt_timer fresh = gt_timer_new(GT_MILLISECOND);
    wait_for(gt_timer_chan(fresh));
    expect(gt_timer_free(fresh), 0, "gt_timer_free");
    // expect@child: gotime/after held created=1 never-fired=1
    gt_after(GT_HOUR);
    expect(gt_timer_stop(old), -ESTALE, "gt_timer_stop");
}

int main(void)
{
    int status;
    // expect: gotime/timer held created=1 never-fired=1
    gt_timer old = gt_timer_new(GT_HOUR);
    // expect-process@child: created=2 live=1
    if (fork() == 0) {
        work(old);
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    expect(gt_timer_stop(old), 1, "gt_timer_stop");
    expect(gt_timer_reset(old, GT_HOUR), 0, "gt_timer_reset");
    return 0;
}
