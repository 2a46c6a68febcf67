#include "ledger/sharing.h"

#include "tables/descriptors.h"
#include "tables/extras.h"
#include "tables/modules.h"

#define MANY 255 /* so many references or more: no longer counted */

/* Where two threads do so at once, one number may be lost: more references than numbers tell. */
static void duplicate_add(struct tlk_extra *extra, int copy)
{
    unsigned i = 0;

    while (i < TLK_DUPLICATES && extra->duplicates[i])
        i++;
    if (i < TLK_DUPLICATES && copy < UINT16_MAX)
        extra->duplicates[i] = (uint16_t)(copy + 1);
}

static void duplicate_remove(const struct tlk_timer *timer, int fd)
{
    struct tlk_extra *extra = extra_of(timer);

    for (unsigned i = 0; extra && i < TLK_DUPLICATES; i++)
        if (extra->duplicates[i] == fd + 1)
            extra->duplicates[i] = 0;
}

void timer_renumber(struct timer_ref ref)
{
    struct tlk_timer *timer = timer_at(ref.slot);
    int other = descriptor_of(ref.slot);

    duplicate_remove(timer, other);
    timer->id = (uint64_t)other;
    timer->flags |= TLK_ORIGINAL_CLOSED;
}

void timer_shared(struct timer_ref ref, int copy, const void *caller)
{
    struct tlk_timer *timer = timer_live(ref);
    struct tlk_extra *extra;

    if (!timer)
        return;
    extra = caller || (uint64_t)copy != timer->id ? extra_need(timer) : NULL;
    if (extra && caller) {
        extra->duplicator = (uintptr_t)caller;
        modules_meet(caller);
    }
    if (extra && (uint64_t)copy != timer->id)
        duplicate_add(extra, copy);
    if (__atomic_load_n(&timer->references, __ATOMIC_RELAXED) != MANY)
        __atomic_fetch_add(&timer->references, 1, __ATOMIC_RELAXED);
}

/* The last number can't be copied any more, so nobody counts up meanwhile. */
void timer_unshared(struct timer_ref ref, int fd)
{
    struct tlk_timer *timer = timer_live(ref);
    uint8_t references = timer ? __atomic_load_n(&timer->references, __ATOMIC_RELAXED) : MANY;

    if (references == MANY)
        return;
    if (references == 1 || __atomic_sub_fetch(&timer->references, 1, __ATOMIC_ACQ_REL) == 0)
        timer_ended(timer, ref);
    else if (timer->id == (uint64_t)fd)
        timer_renumber(ref);
    else
        duplicate_remove(timer, fd);
}
