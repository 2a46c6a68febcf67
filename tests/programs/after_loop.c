// link: -lgotime
/*
 * The leak that timerleak is made for: the work is always ready, so the timeout never wins, and
 * each turn leaves a timer behind that nobody holds and nobody can stop.
 */
#include "support/gotime.h"
#include "support/memory.h"

SITE static void consume(gt_chan work)
{
    for (int turn = 0; turn < TURNS; turn++) {
        int item;
        gt_chan_send(work, &turn);
        struct gt_case cases[] = {
            GT_CASE_RECV(work, &item),
            // expect: gotime/after leak created=1000000 armed=1000000 fired=0 released=0
            //     live=1000000 peak=1000000 never-fired=1000000
            GT_CASE_RECV(gt_after(3 * GT_MINUTE), NULL),
        };
        expect(gt_select(cases, 2), 0, "gt_select");
        expect(item, turn, "the item");
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
