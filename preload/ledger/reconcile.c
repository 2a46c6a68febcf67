#include "ledger/reconcile.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "core/real.h"
#include "ledger/fdinfo.h"
#include "ledger/ledger.h"
#include "ledger/sharing.h"
#include "tables/descriptors.h"
#include "tables/regions.h"

static void reconcile_one(int fd)
{
    struct timer_ref ref = timer_ref_of(descriptor_find(fd));
    enum fdinfo_kind kind = fdinfo_kind(fd);
    struct fdinfo info;

    if (kind == FDINFO_CLOSED || kind == FDINFO_OTHER) {
        descriptor_put(fd, 0);
        timer_unshared(ref, fd);
    } else if (fdinfo_read(fd, &info) && info.ticks) {
        timer_unread(ref, info.ticks);
    }
}

static unsigned descriptors_open(void)
{
    struct rlimit files = {0};
    unsigned count;

    errno = 0;
    count = fdinfo_each(NULL);
    if (!count && errno == EMFILE && getrlimit(RLIMIT_NOFILE, &files) == 0)
        count = (unsigned)files.rlim_cur;
    return count;
}

void reconcile_descriptors(void)
{
    int saved = errno;

    recording->end_descriptors = descriptors_open();
    for (uint32_t fd = 0; fd < descriptor_high; fd++)
        if (descriptor_find((int)fd))
            reconcile_one((int)fd);
    errno = saved;
}

/* The kernel's numbers are small; a handle of the C library's would be followed as a pointer. */
static bool has_time_left(const struct tlk_timer *timer, bool *left)
{
    struct itimerspec posix;
    struct itimerval interval;

    if (timer->family == TLK_POSIX && timer->id <= INT32_MAX &&
        real()->posix.timer_gettime((void *)(uintptr_t)timer->id, &posix) == 0)
        *left = posix.it_value.tv_sec || posix.it_value.tv_nsec;
    else if (timer->family == TLK_ITIMER && getitimer((__itimer_which_t)timer->id, &interval) == 0)
        *left = interval.it_value.tv_sec || interval.it_value.tv_usec;
    else
        return false;
    return true;
}

/* Where the kernel's account tells exactly how often: of a one-shot, and before the first time. */
static void reconcile_untimed_one(uint32_t slot)
{
    struct tlk_timer *timer = timer_at(slot);
    bool left = true;

    if (timer->deadline_clock >= 0 || !(timer->flags & TLK_ARMED) || timer->fired_now)
        return;
    if ((timer->clock != CLOCK_PROCESS_CPUTIME_ID ||
         clock_ns(timer->clock) >= (uint64_t)timer->deadline) &&
        (timer->interval || !has_time_left(timer, &left)))
        return;
    if (!left)
        timer_fired(timer_ref_of(slot), 1);
    timer->flags |= TLK_EXACT_FIRES;
}

void reconcile_untimed(void)
{
    int saved = errno;

    for (uint32_t slot = 1; slot < recording->regions[TLK_TIMERS].used; slot++)
        if (timer_live(timer_ref_of(slot)))
            reconcile_untimed_one(slot);
    errno = saved;
}
