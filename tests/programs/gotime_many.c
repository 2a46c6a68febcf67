// link: -lgotime
/* A hundred thousand timers are live at the end, made by turns in two places. */
#include "support/gotime.h"
#include "support/timers.h"
#include "support/transparency.h"

SITE static void start_timer(long turn)
{
    // expect: gotime/timer leak created=50000 armed=50000 never-fired=50000
    gt_timer_new(GT_HOUR + turn * GT_MILLISECOND);
}

SITE static void start_ticker(long turn)
{
    // expect: gotime/ticker leak created=50000 armed=50000 never-fired=50000
    gt_ticker_new(GT_HOUR + turn * GT_MILLISECOND);
}

int main(void)
{
    int pacer = pacer_open(PACE);
    for (long turn = 0; turn < 50000; turn++) {
        if (turn % 1000 == 0)
            pacer_wait(pacer);
        start_timer(turn);
        start_ticker(turn);
    }
    close(pacer);
    print_process_facts();
    return 0;
}
