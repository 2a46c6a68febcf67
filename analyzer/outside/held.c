#include "outside/held.h"

#include "base/memory.h"
#include "base/numbers.h"

#include <stdlib.h>

/* Timerfds first. */
static int by_lead(const void *left, const void *right)
{
    const struct kernel_timer *a = *(const struct kernel_timer *const *)left,
                              *b = *(const struct kernel_timer *const *)right;
    int order = compare_numbers(a->family != TLK_TIMERFD, b->family != TLK_TIMERFD);
    return order ? order : compare_numbers(a->id, b->id);
}

static const struct kernel_timer **leads_of(const struct kernel_timers *timers, uint32_t *numbers)
{
    const struct kernel_timer **leads = memory_new(timers->count, sizeof(*leads));
    *numbers = 0;
    for (size_t i = 0; i < timers->count; i++) {
        leads[i] = &timers->timers[i];
        if (leads[i]->number >= *numbers)
            *numbers = leads[i]->number + 1;
    }
    qsort(leads, timers->count, sizeof(*leads), by_lead);
    return leads;
}

static void numbers_add(struct held_numbers *numbers, uint64_t number)
{
    if (numbers->count > 0 && numbers->list[numbers->count - 1] == number)
        return;
    numbers->list =
        memory_grow(numbers->list, numbers->count, &numbers->room, sizeof(*numbers->list));
    numbers->list[numbers->count++] = number;
}

/* One for each timer: `places` has where those are that have a number, from 1 on. */
static void held_gather(struct held *held, const struct kernel_timers *timers,
                        const struct kernel_timer *const *leads, uint32_t *places)
{
    for (size_t i = 0; i < timers->count; i++) {
        const struct kernel_timer *timer = leads[i];
        bool numbered = timer->family == TLK_TIMERFD;
        if (!numbered || places[timer->number] == 0) {
            held->list[held->count++].timer = timer;
            if (numbered)
                places[timer->number] = (uint32_t)held->count;
        }
        if (numbered)
            numbers_add(&held->list[places[timer->number] - 1].descriptors, timer->id);
    }
}

static int by_epoll(const void *left, const void *right)
{
    const struct kernel_watch *a = left, *b = right;
    return compare_numbers(a->epoll, b->epoll);
}

/* What an epoll set calls by its number may have been closed, and another opened, since. */
static void held_watch(struct held *held, const struct host_process *process,
                       const struct kernel_timer *const *leads, const uint32_t *places)
{
    const struct kernel_watches *watches = &process->watches;
    if (watches->count > 0)
        qsort(watches->list, watches->count, sizeof(*watches->list), by_epoll);
    for (size_t i = 0; i < watches->count; i++) {
        const struct kernel_watch *watch = &watches->list[i];
        const struct kernel_timer sought = {.family = TLK_TIMERFD, .id = watch->descriptor},
                                  *key = &sought, *const * found;
        found = bsearch(&key, leads, process->timers.count, sizeof(*leads), by_lead);
        if (found && kernel_watch_holds(process->pid, watch))
            numbers_add(&held->list[places[(*found)->number] - 1].epolls, watch->epoll);
    }
}

void held_make(struct held *held, const struct host_process *process)
{
    uint32_t numbers;
    const struct kernel_timer **leads = leads_of(&process->timers, &numbers);
    uint32_t *places = memory_new(numbers, sizeof(*places));
    *held = (struct held){.list = memory_new(process->timers.count, sizeof(*held->list))};
    held_gather(held, &process->timers, leads, places);
    held_watch(held, process, leads, places);
    free(places);
    free(leads);
}

void held_free(struct held *held)
{
    for (size_t i = 0; i < held->count; i++) {
        free(held->list[i].descriptors.list);
        free(held->list[i].epolls.list);
    }
    free(held->list);
}
