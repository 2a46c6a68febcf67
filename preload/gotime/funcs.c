/* Timers with a callback. */
#include "gotime.h"

#include <errno.h>

#include "clock.h"
#include "start.h"
#include "watch.h"

#define USER_FLAGS (GT_AUTOFREE | GT_INLINE)

gt_timer gt_after_func(int64_t duration, void (*function)(void *argument), void *argument)
{
    struct gt_func func = {.function = function, .argument = argument};
    int64_t now = clock_now();

    return func_make(now, clock_after(now, duration), &func, CALL_IF_WATCHED("func"));
}

gt_timer gt_after_func_with(int64_t duration, const struct gt_func *func)
{
    int64_t now = clock_now();

    if (func->flags & ~(unsigned)USER_FLAGS) {
        errno = EINVAL;
        return (gt_timer){0};
    }
    return func_make(now, clock_after(now, duration), func, CALL_IF_WATCHED("func"));
}
