#include "ledger/inherit.h"

#include <string.h>
#include <sys/mman.h>

#include "core/clock.h"
#include "core/gate.h"
#include "core/memory.h"
#include "ledger/fdinfo.h"
#include "ledger/ledger.h"
#include "ledger/sharing.h"
#include "tables/counts.h"
#include "tables/descriptors.h"
#include "tables/extras.h"
#include "tables/families.h"
#include "tables/live.h"
#include "tables/regions.h"

static struct remembered {
    uint32_t slot;
    struct tlk_timer timer;
    struct tlk_extra extra; /* if it has one */
} * remembered;
static uint32_t remembered_count, remembered_room;

void inherit_arming(struct timer_ref ref, const struct arming *arming)
{
    timer_armed(ref, arming);
    if (ref.slot)
        timer_at(ref.slot)->armed = timer_at(ref.slot)->touched = 0;
}

void inherit_descriptor(struct birth *birth)
{
    struct arming arming = {.now = clock_mono()};
    struct timer_ref ref;
    struct fdinfo info;

    birth->clock = fdinfo_read((int)birth->id, &info) ? info.clock : CLOCK_UNKNOWN;
    ref = timer_created(birth);
    arming.value = info.value ? info.value : info.ticks > 0;
    arming.interval = info.interval;
    if (birth->flags & TLK_INHERITED)
        inherit_arming(ref, &arming);
    else
        timer_armed(ref, &arming);
}

static void inherit_if_timer(int fd)
{
    struct birth birth = {
        .call = {.function = "execve", .family = TLK_TIMERFD},
        .id = (uint64_t)fd,
        .flags = TLK_INHERITED,
    };

    if (family_watched(TLK_TIMERFD) && fdinfo_kind(fd) == FDINFO_TIMERFD)
        inherit_descriptor(&birth);
}

/* So many at least, while nothing is remembered. */
static void remembered_reserve(uint32_t count)
{
    if (remembered_room >= count)
        return;
    if (remembered)
        munmap(remembered, remembered_room * sizeof(*remembered));
    remembered = memory_reserve(count * sizeof(*remembered));
    remembered_room = remembered ? count : 0;
}

void inherit_over_exec(void)
{
    fdinfo_each(inherit_if_timer);
}

void inherit_reserve(void)
{
    uint32_t timers = mapfile_kernel_timers();

    remembered_reserve(timers < slots_most() ? timers : slots_most());
}

/* Not one that another thread releases meanwhile: nobody in the child would end that. */
static void timer_remember(uint32_t slot)
{
    struct remembered *one = &remembered[remembered_count];

    if (remembered_count == remembered_room) {
        recording_drop(TLK_DROP_FULL);
        return;
    }
    one->slot = slot;
    one->timer = *timer_at(slot);
    if (extra_of(&one->timer))
        one->extra = *extra_of(&one->timer);
    if (one->timer.state == TLK_LIVE && timer_live((struct timer_ref){slot, one->timer.generation}))
        remembered_count++;
}

/*
 * A child has those too that a library keeps in its memory. In a sandbox there can be no child's
 * recording for them, nor memory.
 */
static void remember_handles(void)
{
    uint32_t used = recording->regions[TLK_TIMERS].used;

    if (!families_in_memory() || gate->sandboxed)
        return;
    remembered_reserve(used);
    for (uint32_t slot = 1; slot < used; slot++)
        if (timer_is_live(timer_at(slot)) && family_in_memory(timer_at(slot)->family))
            timer_remember(slot);
}

void inherit_remember(void)
{
    if (remembered_count)
        remembered_count = 0;
    remember_handles();
    for (uint32_t fd = 0; fd < descriptor_high; fd++) {
        uint32_t slot = descriptor_find((int)fd);

        /* Of several numbers for one timer, that which it goes by. */
        if (slot && timer_live(timer_ref_of(slot)) && timer_at(slot)->id == fd)
            timer_remember(slot);
    }
}

void inherit_shrink(void)
{
    size_t size = remembered_room * sizeof(*remembered);

    if (!remembered || remembered_room <= slots_most())
        return;
    remembered_room = slots_most();
    memory_shrink(remembered, size, remembered_room * sizeof(*remembered));
}

uint32_t inherit_count(void)
{
    return remembered_count;
}

/* The extra is another, with the same in it. */
static void extra_restore(struct tlk_timer *timer, const struct tlk_extra *before)
{
    struct tlk_extra *extra;

    timer->thread = before->thread;
    extra = extra_need(timer);
    if (!extra)
        return;
    *extra = *before;
    extra->fired_unknown = extra->fired_high = 0;
    if (family_has(timer->family, TLK_BY_DESCRIPTOR))
        memset(extra->duplicates, 0, sizeof(extra->duplicates));
}

static void timer_restore(struct remembered *one, uint64_t now)
{
    struct tlk_timer *timer = timer_at(one->slot);

    *timer = one->timer;
    timer->flags |= TLK_INHERITED;
    timer->armed = timer->stopped = timer->touched = timer->fired = 0;
    if (extra_of(&one->timer))
        extra_restore(timer, &one->extra);
    if (family_has(timer->family, TLK_BY_DESCRIPTOR)) {
        timer->references = 0; /* counted below */
    } else if (timer->references) {
        live_put(timer->family, timer->id, one->slot);
    }
    sites_count_created(timer->site, now, true);
}

/* Some of its numbers, or all, may have been closed between fork and now. */
static void count_reference(int fd)
{
    uint32_t slot = descriptor_find(fd);

    if (slot)
        timer_shared(timer_ref_of(slot), fd, NULL);
}

static void references_check(uint32_t slot)
{
    const struct tlk_timer *timer = timer_at(slot);

    if (!family_has(timer->family, TLK_BY_DESCRIPTOR))
        return;
    if (timer->references == 0)
        timer_released(timer_ref_of(slot));
    else if (descriptor_find((int)timer->id) != slot)
        timer_renumber(timer_ref_of(slot));
}

void inherit_restore(void)
{
    uint64_t now = clock_mono();

    extras_reset();
    for (uint32_t i = 0; i < remembered_count; i++)
        timer_restore(&remembered[i], now);
    for (uint32_t fd = 0; fd < descriptor_high; fd++)
        count_reference((int)fd);
    for (uint32_t i = 0; i < remembered_count; i++)
        references_check(remembered[i].slot);
    remembered_count = 0;
}
