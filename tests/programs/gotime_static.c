// link: -l:libgotime.a
/* The library is part of the program, and finds the shim all the same. */
#include "support/gotime.h"

/* The program's own: inside, the library has names of its own that are not seen from here. */
int chan_make(void);
int chan_make(void)
{
    return 1;
}

int main(void)
{
    // expect: gotime/after held created=1 armed=1 never-fired=1
    gt_after(GT_HOUR);
    // expect: gotime/timer clean created=1 armed=1 fired=1 released=1
    gt_timer timer = gt_timer_new(GT_MILLISECOND);
    wait_for(gt_timer_chan(timer));
    gt_timer_free(timer);
    printf("%d\n", chan_make());
    return 0;
}
