#include "stacks/recall.h"

#include <stddef.h>
#include <string.h>

#include "core/hash.h"
#include "core/machine.h"
#include "core/memory.h"
#include "core/thread.h"
#include "stacks/stack.h"
#include "tables/modules.h"

#define LAYOUTS 4096
#define LAYOUT_WAYS 4
#define KNOWN_SETS 4096
#define KNOWN_WAYS 4 /* a set is one cache line */
#define SIGHTINGS 4096
#define LAYOUTS_IN_A_ROW 4
#define WORDS_AT_ONCE 4

#define FURTHER 0 /* in the place of a site: the stack is told by a further layout */

/* 128 bits that stand for what has been seen of a stack. */
struct print {
    uint64_t tag, check;
};

/*
 * Which words to look at, counted from the return address of the hook, so that it holds wherever
 * the stack lies. Written once and never changed: it says where to look, and that does no harm when
 * other code has come to the same addresses since.
 */
struct layout {
    uint64_t tag; /* of the print that leads here; published last; EMPTY, or BEING_WRITTEN */
    uint16_t returns, all; /* return addresses, and with the saved rbp that follow them */
    uint16_t highest;
    bool needs_rbp;
    uint16_t offsets[STACK_PLACES + 2 * WORDS_AT_ONCE]; /* each kind filled up to WORDS_AT_ONCE */
};

#define EMPTY 0
#define BEING_WRITTEN 1

/* Half of a print and its site: torn ones don't match any print. */
struct known {
    uint64_t tag;
    uint64_t site_and_check;
};

/* How often the stacks of a site were unwound. */
struct sighting {
    uint32_t site;
    uint16_t epoch, times;
};

static struct {
    struct layout layouts[LAYOUTS];
    _Alignas(64) struct known known[KNOWN_SETS][KNOWN_WAYS];
    struct sighting sightings[SIGHTINGS];
} * memory;

void recall_start(void)
{
    if (MACHINE_CALLS_PUSH)
        memory = memory_reserve_for_cache(sizeof(*memory));
}

/* Never the tag of an empty place. */
static inline uint64_t tag_of(uint64_t hash)
{
    return hash_fold(hash) | 2;
}

static inline struct print print_of_call(const struct call *call)
{
    uint64_t hash = hash_mix((uintptr_t)call->caller, (uintptr_t)call->function << 8);

    hash = hash_mix(hash, (uintptr_t)call->kind << 8 | call->family);
    return (struct print){tag_of(hash), hash};
}

/* ---- layouts ---- */

static const struct layout *layout_find(const struct print *print)
{
    for (uint32_t i = 0; i < LAYOUT_WAYS; i++) {
        const struct layout *layout = &memory->layouts[(print->tag + i) % LAYOUTS];

        if (__atomic_load_n(&layout->tag, __ATOMIC_ACQUIRE) == print->tag)
            return layout;
    }
    return NULL;
}

/* Adds words to the print, in lanes that don't wait for each other. */
static inline void add_words(uint64_t lanes[WORDS_AT_ONCE], const uint16_t *offsets, uint32_t count,
                             const uintptr_t *base, uintptr_t relative_to)
{
    uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];

    for (uint32_t i = 0; i < count; i += WORDS_AT_ONCE) {
        a = hash_mix(a, base[offsets[i]] - relative_to);
        b = hash_mix(b, base[offsets[i + 1]] - relative_to);
        c = hash_mix(c, base[offsets[i + 2]] - relative_to);
        d = hash_mix(d, base[offsets[i + 3]] - relative_to);
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
}

/*
 * Adds what stands in the places of the layout to the print. Only within the thread's own stack:
 * one that is too short for the layout has a print of its own.
 */
static inline struct print layout_read(const struct layout *layout, const struct call *call,
                                       struct print print, uint32_t epoch)
{
    const uintptr_t *base = (const uintptr_t *)call->frame - 1;
    uintptr_t room = (thread.stack_high - (uintptr_t)base) / sizeof(*base);
    uint64_t lanes[WORDS_AT_ONCE] = {print.tag, print.check, ~print.tag, epoch};

    if (layout->highest < room) {
        add_words(lanes, layout->offsets, layout->returns, base, 0);
        add_words(lanes, layout->offsets + layout->returns, layout->all - layout->returns, base,
                  (uintptr_t)call->frame);
    }
    if (layout->needs_rbp)
        lanes[0] = hash_mix(lanes[0], (uintptr_t)call->rbp - (uintptr_t)call->frame);
    lanes[1] = hash_mix(hash_fold(lanes[1]), hash_fold(lanes[0]));
    lanes[3] = hash_mix(hash_fold(lanes[3]), hash_fold(lanes[2]));
    return (struct print){tag_of(hash_mix(hash_fold(lanes[1]), lanes[3])),
                          hash_fold(hash_mix(lanes[1], ~hash_fold(lanes[3])))};
}

/* One kind of place, filled up with the first. */
static uint32_t write_offsets(uint16_t *offsets, uint32_t count, const uintptr_t *addresses,
                              uintptr_t base)
{
    uint32_t i = 0;

    for (; i < count; i++)
        offsets[i] = (uint16_t)((addresses[i] - base) / sizeof(uintptr_t));
    for (; i % WORDS_AT_ONCE; i++)
        offsets[i] = offsets[0];
    return i;
}

/* False when the stack reaches too far. */
static bool layout_make(struct layout *layout, const struct stack_places *places,
                        const struct call *call)
{
    uintptr_t base = (uintptr_t)call->frame - sizeof(uintptr_t), highest = base;

    for (uint32_t i = 0; i < places->returns + places->saved; i++) {
        if (places->addresses[i] < base)
            return false;
        if (places->addresses[i] > highest)
            highest = places->addresses[i];
    }
    if ((highest - base) / sizeof(uintptr_t) > UINT16_MAX)
        return false;
    layout->highest = (uint16_t)((highest - base) / sizeof(uintptr_t));
    layout->needs_rbp = places->rbp_matters;
    layout->returns =
        (uint16_t)write_offsets(layout->offsets, places->returns, places->addresses, base);
    layout->all = layout->returns;
    layout->all += (uint16_t)write_offsets(layout->offsets + layout->returns, places->saved,
                                           places->addresses + places->returns, base);
    return true;
}

static bool layouts_equal(const struct layout *a, const struct layout *b)
{
    return a->returns == b->returns && a->all == b->all && a->needs_rbp == b->needs_rbp &&
           !memcmp(a->offsets, b->offsets, a->all * sizeof(*a->offsets));
}

/* NULL when there is no room, or another thread is at it. */
static const struct layout *layout_add(const struct layout *from, const struct print *print)
{
    for (uint32_t i = 0; i < LAYOUT_WAYS; i++) {
        struct layout *layout = &memory->layouts[(print->tag + i) % LAYOUTS];
        uint64_t empty = EMPTY;

        if (!__atomic_compare_exchange_n(&layout->tag, &empty, BEING_WRITTEN, false,
                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        memcpy((char *)layout + sizeof(layout->tag), (const char *)from + sizeof(from->tag),
               sizeof(*layout) - sizeof(layout->tag));
        __atomic_store_n(&layout->tag, print->tag, __ATOMIC_RELEASE);
        return layout;
    }
    return NULL;
}

/* ---- what is known ---- */

static bool known_find(const struct print *print, uint32_t *site)
{
    const struct known *set = memory->known[(print->tag >> 32) % KNOWN_SETS];

    for (int i = 0; i < KNOWN_WAYS; i++) {
        uint64_t found = __atomic_load_n(&set[i].site_and_check, __ATOMIC_RELAXED);

        if (__atomic_load_n(&set[i].tag, __ATOMIC_RELAXED) == print->tag &&
            (uint32_t)(found >> 32) == (uint32_t)print->check) {
            *site = (uint32_t)found;
            return true;
        }
    }
    return false;
}

static void known_add(const struct print *print, uint32_t site)
{
    struct known *set = memory->known[(print->tag >> 32) % KNOWN_SETS];
    struct known *known = &set[print->check % KNOWN_WAYS]; /* given up, when there is no room */

    for (int i = KNOWN_WAYS - 1; i >= 0; i--)
        if (set[i].tag == 0 || set[i].tag == print->tag)
            known = &set[i];
    __atomic_store_n(&known->tag, print->tag, __ATOMIC_RELAXED);
    __atomic_store_n(&known->site_and_check, print->check << 32 | site, __ATOMIC_RELAXED);
}

bool recall_site(const struct call *call, uint32_t *site)
{
    const struct layout *layout;
    struct print print;
    uint32_t epoch = modules_epoch();

    if (!memory)
        return false;
    print = print_of_call(call);
    for (int i = 0; i < LAYOUTS_IN_A_ROW && (layout = layout_find(&print)); i++) {
        print = layout_read(layout, call, print, epoch);
        if (!known_find(&print, site))
            return false;
        if (*site != FURTHER)
            return true;
    }
    return false;
}

/*
 * Learning is dear: worth it only for what comes a second time. And what was learned may have to
 * make room, or can't be learned at all: then it is tried ever more seldom.
 */
static bool worth_learning(uint32_t site, uint32_t epoch)
{
    struct sighting *sighting = &memory->sightings[site % SIGHTINGS];

    if (sighting->site != site || sighting->epoch != (uint16_t)epoch)
        *sighting = (struct sighting){site, (uint16_t)epoch, 0};
    if (sighting->times < UINT16_MAX)
        sighting->times++;
    return sighting->times > 1 && (sighting->times & (sighting->times - 1)) == 0;
}

static __attribute__((noinline)) void
stack_learn(const struct call *call, const struct stack *stack, uint32_t site, uint32_t epoch)
{
    struct print print = print_of_call(call);
    const struct layout *layout;
    struct stack_places places;
    struct layout own;

    if (!stack_find_places(stack->addresses, stack->depth, (uintptr_t)call->rbp, &places) ||
        !layout_make(&own, &places, call))
        return;
    for (int i = 0; i < LAYOUTS_IN_A_ROW; i++) {
        bool same;

        layout = layout_find(&print);
        if (!layout && !(layout = layout_add(&own, &print)))
            return;
        same = layouts_equal(layout, &own);
        print = layout_read(layout, call, print, epoch);
        known_add(&print, same ? site : FURTHER);
        if (same)
            return;
    }
}

void recall_learn(const struct call *call, const struct stack *stack, uint32_t site, uint32_t epoch)
{
    if (memory && site && worth_learning(site, epoch))
        stack_learn(call, stack, site, epoch);
}
