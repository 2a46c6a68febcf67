#include "profile/callers.h"

#include "base/numbers.h"
#include "profile/families.h"
#include "profile/stacks.h"

#include <stdlib.h>

void loaded_modules_add(struct loaded_modules *loaded, const struct tlk_module *record,
                        uint32_t module)
{
    if (!record->loaded)
        return;
    loaded->list = memory_grow(loaded->list, loaded->count, &loaded->room, sizeof(*loaded->list));
    loaded->list[loaded->count++] =
        (struct loaded_module){record->start, record->end, record->bias, module};
}

/* The location of a frame as timers keep it. */
static uint32_t caller_location(struct profile *profile, const struct loaded_modules *loaded,
                                uint64_t frame)
{
    uint32_t module = TLK_FRAME_MODULE(frame);
    uint64_t address = TLK_FRAME_ADDRESS(frame);
    if (!frame)
        return CALLER_UNKNOWN;
    if (module)
        return location_of(&profile->locations,
                           loaded->modules[module < loaded->module_count ? module : 0], address - 1,
                           NULL);
    for (size_t i = 0; i < loaded->count; i++) {
        const struct loaded_module *one = &loaded->list[i];
        if (address > one->start && address <= one->end)
            return location_of(&profile->locations, one->module, address - one->bias - 1, NULL);
    }
    return location_of(&profile->locations, loaded->modules[0], address - 1, NULL);
}

struct callers callers_of(struct profile *profile, const struct loaded_modules *loaded,
                          const struct timer_record *timer)
{
    struct callers callers = {caller_location(profile, loaded, timer->setter), CALLER_UNKNOWN,
                              CALLER_UNKNOWN};
    if (family_has(timer->family, TLK_BY_DESCRIPTOR))
        callers.duplicator = caller_location(profile, loaded, timer->duplicator);
    else if (timer->notify == TLK_NOTIFY_THREAD)
        callers.notified = caller_location(profile, loaded, timer->notified);
    return callers;
}

/* ---- of all live timers of a site ---- */

struct caller_key {
    const struct site *site;
    uint32_t role, location;
};

static bool same_caller(const void *wanted, const void *array, uint32_t number)
{
    const struct caller_key *key = wanted;
    const struct caller *known = (const struct caller *)array + number;
    return key->site == known->site && key->role == known->role && key->location == known->location;
}

static struct caller *caller_of(struct profile *profile, struct site *site, enum caller_role role,
                                uint32_t location)
{
    struct caller_list *callers = &profile->callers;
    const struct caller_key key = {site, role, location};
    uint64_t hash = hash_key(&key, sizeof(key));
    uint32_t known = index_find(&callers->index, hash, &key, callers->list, same_caller);
    if (known != INDEX_NONE)
        return &callers->list[known];
    callers->list =
        memory_grow(callers->list, callers->count, &callers->room, sizeof(*callers->list));
    callers->list[callers->count] =
        (struct caller){.site = site, .role = role, .location = location, .next = site->callers};
    index_add(&callers->index, hash, (uint32_t)callers->count);
    site->callers = (uint32_t)++callers->count;
    return &callers->list[callers->count - 1];
}

void callers_count(struct profile *profile, struct site *site, enum caller_role role,
                   uint32_t location, uint64_t timers, uint64_t wakeups)
{
    if (location == CALLER_UNKNOWN)
        return;
    struct caller *caller = caller_of(profile, site, role, location);
    caller->timers = count_sum(caller->timers, timers);
    caller->wakeups = count_sum(caller->wakeups, wakeups);
}

/* Of two that are alike, the one that was met first. */
static bool caller_outdoes(const struct caller *caller, const struct caller *most)
{
    if (!most || caller->wakeups != most->wakeups)
        return !most || caller->wakeups > most->wakeups;
    return caller->timers >= most->timers;
}

const struct caller *callers_most(const struct profile *profile, const struct site *site,
                                  enum caller_role role)
{
    const struct caller *most = NULL;
    for (size_t i = 0; i < site->path_count; i++) {
        const struct caller *caller = callers_most(profile, site->paths[i], role);
        if (caller && caller_outdoes(caller, most))
            most = caller;
    }
    for (uint32_t next = site->callers; next; next = profile->callers.list[next - 1].next) {
        const struct caller *caller = &profile->callers.list[next - 1];
        if (caller->role == role && caller_outdoes(caller, most))
            most = caller;
    }
    return most;
}

void callers_free(struct profile *profile)
{
    free(profile->callers.list);
    index_free(&profile->callers.index);
    profile->callers = (struct caller_list){0};
}

const struct stack_frame *caller_frame(struct profile *profile, const struct site *site,
                                       uint32_t location)
{
    size_t count;
    const struct stack_frame *frames = location_frames(profile, location, &count);
    for (; count > 1 && stack_in_class(frames, site->function); count--)
        frames++;
    return frames;
}

bool caller_is_maker(struct profile *profile, struct site *site, const struct stack_frame *frame)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 1; i <= site->headline && i < depth; i++) {
        if (stack[i].name == frame->name && stack[i].file == frame->file)
            return true;
    }
    return false;
}
