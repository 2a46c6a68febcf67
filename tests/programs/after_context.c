// link: -lgotime
/* The third cure: each turn has a context, and what it holds goes with it. */
#include "support/gotime.h"
#include "support/memory.h"

SITE static void consume(gt_chan work)
{
    for (int turn = 0; turn < TURNS; turn++) {
        int item;
        gt_chan_send(work, &turn);
        // expect: gotime/context clean created=1000000 armed=1000000 fired=0 stopped=1000000
        //     released=1000000 peak=1
        gt_ctx request = gt_ctx_with_timeout(gt_ctx_background(), 3 * GT_MINUTE);
        struct gt_case cases[] = {
            GT_CASE_RECV(work, &item),
            GT_CASE_RECV(gt_ctx_done(request), NULL),
        };
        expect(gt_select(cases, 2), 0, "gt_select");
        expect(item, turn, "the item");
        expect(gt_ctx_free(request), 0, "gt_ctx_free");
    }
}

int main(void)
{
    gt_chan work = gt_chan_make(sizeof(int), 1);
    long before = anonymous_memory();
    consume(work);
    print_growth(before);
    gt_chan_free(work);
    return 0;
}
