// link: -lgotime
/* The second cure: each turn takes a timer from the pool, and puts it back. */
#include "support/gotime.h"
#include "support/memory.h"

SITE static void consume(gt_chan work)
{
    for (int turn = 0; turn < TURNS; turn++) {
        int item;
        gt_chan_send(work, &turn);
        // expect: gotime/timer clean created=1000000 armed=1000000 fired=0 stopped=1000000
        //     released=1000000 peak=1
        gt_timer timeout = gt_timer_pool_get(3 * GT_MINUTE);
        struct gt_case cases[] = {
            GT_CASE_RECV(work, &item),
            GT_CASE_RECV(gt_timer_chan(timeout), NULL),
        };
        expect(gt_select(cases, 2), 0, "gt_select");
        expect(item, turn, "the item");
        expect(gt_timer_pool_put(timeout), 0, "gt_timer_pool_put");
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
