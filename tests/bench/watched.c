// link: -lgotime
/*
 * watched.c - times a timer of gotime that is started and stopped, 20 frames deep, and prints
 * nanoseconds.
 *
 *     watched start|make
 *
 * The timer stays; or is made and freed as well.
 */
#include <gotime/gotime.h>
#include <string.h>

#include "families/pair.h"

static gt_timer timer;

static void start_stop(void)
{
    gt_timer_reset(timer, GT_HOUR);
    gt_timer_stop(timer);
}

static void make_free(void)
{
    gt_timer made = gt_timer_new(GT_HOUR);

    gt_timer_stop(made);
    gt_timer_free(made);
}

int main(int argc, char **argv)
{
    timer = gt_timer_new(GT_HOUR);
    pair_print(argc > 1 && !strcmp(argv[1], "make") ? make_free : start_stop);
    return 0;
}
