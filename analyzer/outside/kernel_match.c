#include "outside/kernel_match.h"

#include <stdlib.h>

/* How the shim writes down the int ids of the oldest interface; the kernel's id is not known. */
#define IS_OLD_INT_ID(id) ((id) >> 62 == 1)
/*
 * For SIGEV_THREAD the C library's id is a pointer, halved and marked; its signal carries the
 * pointer.
 */
#define IS_POINTER_ID(id) ((id) >> 63 == 1)

static bool is_descriptor(uint64_t family)
{
    return family_has(family, TLK_BY_DESCRIPTOR);
}

/* Whether /proc tells of such timers. */
static bool is_listed(const struct timer_record *recorded)
{
    return family_has(recorded->family, TLK_BY_DESCRIPTOR | TLK_BOUND_BY_SIGNALS);
}

static bool is_timer(const struct timer_record *recorded, const struct kernel_timer *kernel)
{
    if (kernel->matched || is_descriptor(recorded->family) != is_descriptor(kernel->family))
        return false;
    if (!is_descriptor(recorded->family) && IS_POINTER_ID(recorded->id))
        return kernel->to_thread && kernel->value == recorded->id << 1;
    return kernel->id == recorded->id;
}

static bool match_timer(const struct timer_record *recorded, struct kernel_timers *kernel)
{
    for (size_t i = 0; i < kernel->count; i++) {
        if (is_timer(recorded, &kernel->timers[i])) {
            kernel->timers[i].matched = true;
            return true;
        }
    }
    return false;
}

/* An old int id may be any of the kernel's timers that are left, on the same clock. */
static bool match_old(const struct timer_record *recorded, struct kernel_timers *kernel)
{
    for (size_t i = 0; i < kernel->count; i++) {
        struct kernel_timer *timer = &kernel->timers[i];
        if (!is_descriptor(timer->family) && !timer->matched && timer->clock == recorded->clock) {
            timer->matched = true;
            return true;
        }
    }
    return false;
}

static bool is_old(const struct timer_record *recorded)
{
    return !is_descriptor(recorded->family) && IS_OLD_INT_ID(recorded->id);
}

static void match_all(struct kernel_match *match, const struct profile *profile,
                      struct kernel_timers *kernel, bool old)
{
    for (size_t i = 0; i < profile->timer_count; i++) {
        const struct timer_record *recorded = &profile->timers[i].record;
        if (!is_listed(recorded) || is_old(recorded) != old)
            continue;
        if (old ? match_old(recorded, kernel) : match_timer(recorded, kernel))
            match->matched++;
        else
            match->unseen[match->unseen_count++] = &profile->timers[i];
    }
}

/* Whether it is another descriptor of a timer that is recorded under its first one. */
static bool is_copy(const struct kernel_timer *timer, const struct profile *profile, pid_t pid)
{
    for (size_t i = 0; is_descriptor(timer->family) && i < profile->timer_count; i++) {
        const struct timer_record *recorded = &profile->timers[i].record;
        if (is_descriptor(recorded->family) && recorded->references > 1 &&
            kernel_same_timer(pid, recorded->id, timer->id))
            return true;
    }
    return false;
}

static bool is_unwatched(const struct process *process, const struct kernel_timer *timer)
{
    return process->unwatched & family_namesakes(timer->family);
}

void kernel_match_make(struct kernel_match *match, const struct profile *profile,
                       struct kernel_timers *kernel, pid_t pid)
{
    *match = (struct kernel_match){0};
    match->unseen = memory_new(profile->timer_count, sizeof(*match->unseen));
    match->unrecorded = memory_new(kernel->count, sizeof(*match->unrecorded));
    match_all(match, profile, kernel, false);
    match_all(match, profile, kernel, true);
    for (size_t i = 0; i < kernel->count; i++) {
        if (kernel->timers[i].matched)
            continue;
        if (is_copy(&kernel->timers[i], profile, pid))
            match->copies++;
        else if (is_unwatched(profile->processes[0], &kernel->timers[i]))
            match->unwatched++;
        else
            match->unrecorded[match->unrecorded_count++] = &kernel->timers[i];
    }
    for (size_t i = 0; i < profile->timer_count; i++)
        match->itimers += family_has(profile->timers[i].record.family, TLK_OF_PROCESS);
}

void kernel_match_free(struct kernel_match *match)
{
    free(match->unseen);
    free(match->unrecorded);
}
