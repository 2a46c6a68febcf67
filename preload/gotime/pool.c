/*
 * The pool. Timers lie in cells of their own (cells.h): a thread has free ones at hand, all share
 * the rest, and each life has handles of its own. A pool above that would be another list of the
 * same cells, and one whose timers a report could not tell from forgotten ones. So get begins a
 * timer's life and put ends it: one that is never put back is live, at the line of its get.
 */
#include "gotime.h"

#include <errno.h>

#include "handle.h"
#include "timer.h"
#include "watch.h"

gt_timer gt_timer_pool_get(int64_t duration)
{
    return (gt_timer){timer_make(KIND_TIMER, duration, 0, CALL_IF_WATCHED("timer"))};
}

int gt_timer_pool_put(gt_timer timer)
{
    return handle_kind(timer.handle) == KIND_FUNC ? -EINVAL : gt_timer_free(timer);
}
