// link: -lgotime
/* The first cure: one timer, made before the loop, stopped and set anew in each turn. */
#include "support/gotime.h"
#include "support/memory.h"

SITE static void consume(gt_chan work)
{
    // expect: gotime/timer clean created=1 armed=1000001 fired=0 stopped=1000001 released=1
    gt_timer timeout = gt_timer_new(3 * GT_MINUTE);
    for (int turn = 0; turn < TURNS; turn++) {
        int item;
        gt_chan_send(work, &turn);
        struct gt_case cases[] = {
            GT_CASE_RECV(work, &item),
            GT_CASE_RECV(gt_timer_chan(timeout), NULL),
        };
        expect(gt_select(cases, 2), 0, "gt_select");
        expect(item, turn, "the item");
        expect(gt_timer_stop(timeout), 1, "gt_timer_stop");
        expect(gt_timer_reset(timeout, 3 * GT_MINUTE), 0, "gt_timer_reset");
    }
    gt_timer_free(timeout);
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
