#include "tables/sites.h"

#include <string.h>

#include "core/hash.h"
#include "core/lock.h"
#include "core/memory.h"
#include "tables/chains.h"
#include "tables/frames.h"
#include "tables/regions.h"
#include "tables/modules.h"
#include "tables/strings.h"

static bool beyond; /* see sites_lie_beyond() */

/* From stacks to sites. */
static struct chains stacks;
static uint32_t *hashes; /* of their stacks, by site */
static uint32_t sites_most;

static uint32_t hash_of_site(uint32_t site)
{
    return hashes[site];
}

bool sites_start(void)
{
    sites_most = region_most(TLK_SITES);
    if (sites_most > TLK_SITES_MOST)
        sites_most = TLK_SITES_MOST;
    stacks.next = memory_reserve(sites_most * sizeof(*stacks.next));
    hashes = memory_reserve(sites_most * sizeof(*hashes));
    return frames_start() && stacks.next && hashes &&
           chains_start(&stacks, sites_most, hash_of_site);
}

static const uint32_t *row_at(uint32_t stack)
{
    return region_place(TLK_STACKS, stack, sizeof(uint32_t), TLK_FIRST_STACKS);
}

static uint32_t stack_hash(const struct stack *stack, const uint32_t *row)
{
    uint64_t hash = stack->family;

    for (uint32_t i = 0; i < stack->depth; i++)
        hash = hash_fold(hash_mix(hash, row[i]));
    return (uint32_t)hash;
}

static bool string_is(uint32_t string, const char *text)
{
    return text ? string && strcmp(region_at(TLK_STRINGS, string), text) == 0 : !string;
}

static bool is_of(const struct tlk_site *site, const struct stack *stack, const uint32_t *row)
{
    return site->family == stack->family && site->depth == stack->depth &&
           memcmp(row_at(site->stack), row, stack->depth * sizeof(*row)) == 0 &&
           string_is(site->function, stack->function) && string_is(site->kind, stack->kind);
}

static uint32_t site_known(const struct stack *stack, const uint32_t *row, uint32_t hash)
{
    uint32_t site = chain_first(&stacks, hash);

    while (chain_goes_on(site) && (hashes[site] != hash || !is_of(site_at(site), stack, row)))
        site = chain_next(&stacks, site);
    return chain_goes_on(site) ? site : 0;
}

/* The catalog lock is held. */
static uint32_t site_make(const struct stack *stack, const uint32_t *row, uint32_t hash)
{
    uint32_t first = region_take(TLK_STACKS, stack->depth); /* of none, a place all the same */
    uint32_t site = first ? region_take(TLK_SITES, 1) : 0;

    if (!site || site >= sites_most)
        return 0;
    memcpy(region_place(TLK_STACKS, first, sizeof(*row), TLK_FIRST_STACKS), row,
           stack->depth * sizeof(*row));
    region_publish(TLK_STACKS, first + stack->depth);
    *site_at(site) = (struct tlk_site){
        .family = (uint8_t)stack->family,
        .depth = (uint8_t)stack->depth,
        .flags = (uint8_t)((stack->truncated ? TLK_SITE_TRUNCATED : 0) |
                           (stack->unwound ? TLK_SITE_UNWOUND : 0)),
        .stack = first,
        .function = string_literal(stack->function),
        .kind = stack->kind ? string_literal(stack->kind) : 0,
        .history_shift = TLK_HISTORY_FIRST_SHIFT,
    };
    region_publish(TLK_SITES, site + 1);
    hashes[site] = hash;
    chains_add(&stacks, site, hash);
    return site;
}

static void note_beyond(const uint64_t *frames, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        beyond |= TLK_FRAME_MODULE(frames[i]) == 0;
}

/* The catalog lock is held. */
static uint32_t find_or_make(const struct stack *stack, const uint64_t *frames, uint32_t *row)
{
    uint32_t hash, site;

    if (!frames_enter(frames, row, stack->depth))
        return 0;
    hash = stack_hash(stack, row);
    site = site_known(stack, row, hash);
    if (site)
        return site;
    note_beyond(frames, stack->depth);
    return site_make(stack, row, hash);
}

/*
 * A stack that is new, or whose addresses are not remembered. What they mean is, unless that can't
 * be told for certain or may have changed meanwhile. Apart, so that the common way needs little of
 * the running stack.
 */
static __attribute__((noinline)) uint32_t find_slowly(const struct stack *stack, uint32_t *row)
{
    uint64_t frames[stack->depth + 1];
    uint32_t epoch = modules_epoch(), site;
    bool known = modules_resolve(stack->addresses, frames, stack->depth);

    if (!lock_take(&catalog_lock))
        return 0;
    site = find_or_make(stack, frames, row);
    if (site && known && modules_epoch() == epoch)
        frames_remember(stack->addresses, row, stack->depth, epoch);
    lock_give(&catalog_lock);
    return site;
}

uint32_t sites_find(const struct stack *stack)
{
    uint32_t row[stack->depth + 1], site = 0;

    if (frames_recall(stack->addresses, row, stack->depth))
        site = site_known(stack, row, stack_hash(stack, row));
    if (!site)
        site = find_slowly(stack, row);
    if (!site)
        recording_drop(TLK_DROP_SITE);
    return site;
}

bool sites_lie_beyond(void)
{
    return beyond;
}

void sites_shrink(void)
{
    size_t size = sites_most * sizeof(*hashes), used;

    if (!lock_take(&catalog_lock))
        return;
    used = recording->regions[TLK_SITES].used * sizeof(*hashes);
    memory_shrink(stacks.next, size, used + ROOM_LEFT);
    sites_most = (uint32_t)(memory_shrink(hashes, size, used + ROOM_LEFT) / sizeof(*hashes));
    chains_shrink(&stacks);
    frames_shrink();
    lock_give(&catalog_lock);
}

bool sites_lock(void)
{
    return lock_take(&catalog_lock);
}

void sites_unlock(void)
{
    lock_give(&catalog_lock);
}
