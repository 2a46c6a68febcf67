// link: -lgotime
/* Contexts have a timer until they are done, and none when they have no deadline. */
#include <errno.h>
#include "support/gotime.h"

int main(void)
{
    gt_ctx root = gt_ctx_with_cancel(gt_ctx_background());
    // expect: gotime/context held created=1 armed=1 fired=0 never-fired=1
    gt_ctx_with_timeout(root, GT_HOUR);
    gt_ctx other = gt_ctx_with_cancel(gt_ctx_background());
    // expect: gotime/context clean created=1 armed=1 fired=0 stopped=1 released=1
    gt_ctx_with_deadline(other, gt_now() + GT_HOUR);
    expect(gt_ctx_cancel(other), 0, "gt_ctx_cancel");
    // expect: gotime/context clean created=1 armed=1 fired=1 stopped=0 released=1
    gt_ctx over = gt_ctx_with_timeout(gt_ctx_background(), GT_MILLISECOND);
    expect(gt_chan_recv(gt_ctx_done(over), NULL), -EPIPE, "gt_chan_recv");
    expect(gt_ctx_err(over), -ETIMEDOUT, "gt_ctx_err");
    gt_ctx_free(over);
    puts("done");
    return 0;
}
