#include "stacks/recall.h"

#include <stddef.h>
#include <string.h>

#include "core/hash.h"
#include "core/lock.h"
#include "core/memory.h"
#include "core/thread.h"
#include "stacks/known.h"
#include "stacks/rules.h"
#include "stacks/stack.h"
#include "tables/mapfile.h"
#include "tables/modules.h"
#include "tables/strings.h"

#define FRAMES_MOST (TLK_MAX_DEPTH + STACK_OWN_FRAMES)
#define TRAILS 64
#define TRACED 61         /* one in so many of those that were walked leaves its trail */
#define LOOKED_AFTER 8191 /* one in so many is unwound all the same */

/*
 * The words that led a walk from frame to frame, and what stood there: return addresses, and then
 * the saved rbp that frames were found by. Where the same stands there again, for the same call, a
 * walk would lead to the same site. It may be written while it is read: then its version is another
 * afterwards.
 */
struct trail {
    uint32_t version; /* odd: it is being written */
    uint32_t site;
    uint64_t epoch_and_family;
    const char *function, *kind;
    uint32_t returns, words;
    uint32_t highest;
    bool by_rbp;                      /* that of the caller is one more */
    uintptr_t rbp;                    /* it counts from the frame of the hook, as saved ones do */
    uint16_t places[2 * FRAMES_MOST]; /* so do these, in words */
    uintptr_t values[2 * FRAMES_MOST];
};

static struct trail *trails;
static uint32_t depth_most;
static bool in_use; /* until it was wrong: see learn() */

void recall_start(uint32_t depth)
{
    depth_most = depth;
    trails = memory_reserve(TRAILS * sizeof(*trails));
    in_use = trails && rules_start() && known_start();
}

/* ---- the walk ---- */

/* What a walk tells on its way, when it is asked to. */
struct report {
    uint32_t depth, returns, saved;
    void *addresses[TLK_MAX_DEPTH];
    uintptr_t return_places[FRAMES_MOST];
    uintptr_t saved_places[FRAMES_MOST]; /* those that frames were found by */
};

/*
 * The print of the stack. Where there is no rule it fails; or learns it, when it is to report. Only
 * the thread's own stack is read, from the frame of the hook up.
 *
 * Each frame waits for the one before, but that the processor may go ahead where a trail of another
 * stack, if one is given, says that the next one is. The first time that is wrong is the last.
 */
static inline __attribute__((always_inline)) bool walk(const struct call *call, uint32_t epoch,
                                                       const uint16_t *ahead, struct print *print,
                                                       struct report *report)
{
    uintptr_t end = (uintptr_t)call->frame, high = thread.stack_high;
    const uintptr_t *rbp = (const uintptr_t *)&call->rbp;
    const struct rule_entry *table = rules;
    uint64_t salt = rules_salt(epoch);
    uint64_t a = hash_mix((uintptr_t)call->function, (uint64_t)call->family << 56);
    uint64_t b = hash_mix((uintptr_t)call->kind, (uint64_t)epoch << 32);
    uint32_t left = depth_most;

    for (;;) {
        uintptr_t address = ((const uintptr_t *)end)[-1], base = end;
        struct rule rule = rules_find(table, address, salt);

        if (report) {
            if (report->returns == FRAMES_MOST)
                return false;
            report->return_places[report->returns++] = end - sizeof(uintptr_t);
            if (rule.kind & RULE_NONE)
                rule = rules_learn(address, epoch);
        }
        if (rule.kind) {
            if (rule.kind & (RULE_NONE | RULE_ODD))
                return false;
            if (rule.kind & RULE_BY_RBP) {
                if (!on_own_stack((uintptr_t)rbp))
                    return false;
                base = *rbp;
                if (base % sizeof(*rbp) || base + rule.up <= end)
                    return false;
                if (report)
                    report->saved_places[report->saved++] = (uintptr_t)rbp;
            }
            if (rule.kind & RULE_LEFT_OUT) {
                if (rule.kind & RULE_OUTERMOST)
                    break;
                ahead = NULL; /* it is no longer than the frames that count */
                goto leave;
            }
            if (rule.kind & RULE_OUTERMOST)
                left = 1;
        }
        a = hash_mix(a, address);
        b = (b << 11 | b >> 53) + address;
        if (report)
            report->addresses[report->depth++] = (void *)address;
        if (--left == 0)
            break;
    leave:
        base += rule.up;
        if (base > high)
            return false;
        rbp = rule.saved ? (const uintptr_t *)(base - rule.saved) : rbp;
        if (ahead) {
            uintptr_t place = __atomic_load_n(++ahead, __ATOMIC_RELAXED);
            uintptr_t guessed = (uintptr_t)call->frame + place * sizeof(place);

            __asm__("" : "=r"(end) : "0"(guessed)); /* the compiler would take what is equal */
            if (__builtin_expect(guessed == base, 1))
                continue;
            __asm__ volatile(""); /* a jump, not a choice that would wait for both */
            ahead = NULL;
        }
        end = base;
    }
    *print = (struct print){hash_fold(a) | 1, hash_mix(b, a)};
    return left < depth_most;
}

static __attribute__((noinline)) bool walk_reporting(const struct call *call, uint32_t epoch,
                                                     struct print *print, struct report *report)
{
    report->depth = report->returns = report->saved = 0;
    return walk(call, epoch, NULL, print, report) && modules_epoch() == epoch;
}

/* ---- trails ---- */

static inline struct trail *trail_of(const struct call *call)
{
    uint64_t hash = hash_mix((uintptr_t)call->caller, (uintptr_t)call->frame >> 4);

    return &trails[hash >> 32 & (TRAILS - 1)];
}

static inline uint64_t epoch_and_family(const struct call *call, uint32_t epoch)
{
    return (uint64_t)epoch << 32 | call->family;
}

#define READ(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

/* What differs in the words of the trail; none of them lies beyond `room`. */
static inline uintptr_t trail_differs(const struct trail *trail, const struct call *call,
                                      uintptr_t room)
{
    const uintptr_t *words = (const uintptr_t *)call->frame - 1;
    uint32_t returns = READ(trail->returns), all = READ(trail->words), i = 0;
    uintptr_t differs = 0;

    if (READ(trail->highest) >= room || all > 2 * FRAMES_MOST || returns > all)
        return 1;
    for (; i < returns; i++) {
        uintptr_t place = READ(trail->places[i]);

        differs |= words[place < room ? place : 0] ^ READ(trail->values[i]);
    }
    for (; i < all; i++) {
        uintptr_t place = READ(trail->places[i]);

        differs |=
            (words[place < room ? place : 0] - (uintptr_t)call->frame) ^ READ(trail->values[i]);
    }
    if (READ(trail->by_rbp))
        differs |= ((uintptr_t)call->rbp - (uintptr_t)call->frame) ^ READ(trail->rbp);
    return differs;
}

static inline bool trail_find(const struct call *call, uint32_t epoch, uint32_t *site)
{
    const struct trail *trail = trail_of(call);
    uint32_t version = __atomic_load_n(&trail->version, __ATOMIC_ACQUIRE);
    uintptr_t room = (thread.stack_high - (uintptr_t)call->frame) / sizeof(uintptr_t) + 1;

    if (version % 2 || READ(trail->function) != call->function || READ(trail->kind) != call->kind ||
        READ(trail->epoch_and_family) != epoch_and_family(call, epoch) ||
        trail_differs(trail, call, room))
        return false;
    *site = READ(trail->site);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return READ(trail->version) == version;
}

/* False when the stack reaches too far. */
static bool trail_add(struct trail *trail, uintptr_t place, uintptr_t value,
                      const struct call *call)
{
    uintptr_t base = (uintptr_t)call->frame - sizeof(uintptr_t);
    uintptr_t word = (place - base) / sizeof(place);

    if (word > UINT16_MAX)
        return false;
    if (word > trail->highest)
        trail->highest = (uint32_t)word;
    trail->places[trail->words] = (uint16_t)word;
    trail->values[trail->words++] = value;
    return true;
}

static bool trail_fill(struct trail *trail, const struct call *call, const struct report *report)
{
    trail->words = trail->highest = 0;
    trail->by_rbp = false;
    trail->rbp = (uintptr_t)call->rbp - (uintptr_t)call->frame;
    for (uint32_t i = 0; i < report->returns; i++)
        if (!trail_add(trail, report->return_places[i],
                       *(const uintptr_t *)report->return_places[i], call))
            return false;
    trail->returns = trail->words;
    for (uint32_t i = 0; i < report->saved; i++) {
        uintptr_t place = report->saved_places[i];

        if (place == (uintptr_t)&call->rbp)
            trail->by_rbp = true;
        else if (!trail_add(trail, place, *(const uintptr_t *)place - (uintptr_t)call->frame, call))
            return false;
    }
    return true;
}

static __attribute__((noinline)) void trail_leave(const struct call *call, uint32_t epoch,
                                                  uint32_t site)
{
    struct trail *trail = trail_of(call);
    struct report report;
    struct print print;

    if (!walk_reporting(call, epoch, &print, &report) || !lock_try(&catalog_lock))
        return;
    __atomic_store_n(&trail->version, trail->version + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    trail->site = site;
    trail->function = call->function;
    trail->kind = call->kind;
    trail->epoch_and_family = epoch_and_family(call, epoch);
    if (!trail_fill(trail, call, &report))
        trail->function = NULL; /* of no call */
    __atomic_store_n(&trail->version, trail->version + 1, __ATOMIC_RELEASE);
    lock_give(&catalog_lock);
}

/* ---- what is asked for ---- */

static bool walk_find(const struct call *call, uint32_t epoch, uint32_t *site)
{
    struct print print;

    /* Rules of another epoch may have come in the place of those that were read. */
    if (!walk(call, epoch, trail_of(call)->places, &print, NULL) || !known_find(&print, site) ||
        modules_epoch() != epoch)
        return false;
    if (thread.recalled % TRACED == 0)
        trail_leave(call, epoch, *site);
    return true;
}

bool recall_site(const struct call *call, uint32_t *site)
{
    uint32_t epoch = modules_epoch();

    return in_use && on_own_stack((uintptr_t)call->frame) &&
           (trail_find(call, epoch, site) || walk_find(call, epoch, site)) &&
           ++thread.recalled % LOOKED_AFTER != 0;
}

static __attribute__((noinline)) bool walk_leads(const struct call *call)
{
    struct report report;
    struct print print;

    return on_own_stack((uintptr_t)call->frame) &&
           walk_reporting(call, modules_epoch(), &print, &report);
}

bool recall_possible(const struct call *call)
{
    return !in_use || walk_leads(call);
}

/* Whether the walk led where the unwinder did, as far as that went. */
static bool report_is(const struct report *report, const struct stack *stack)
{
    return (stack->truncated ? report->depth >= stack->depth : report->depth == stack->depth) &&
           !memcmp(report->addresses, stack->addresses, stack->depth * sizeof(*stack->addresses));
}

/*
 * The one check of the walk, of each stack that is new and of a sample of the others: what was
 * wrong once is not believed again.
 */
static __attribute__((noinline)) void learn(const struct call *call, const struct stack *stack,
                                            uint32_t site, uint32_t epoch)
{
    struct report report;
    struct print print;

    if (!walk_reporting(call, epoch, &print, &report))
        return;
    if (report_is(&report, stack)) {
        known_add(&print, site, epoch);
    } else {
        in_use = false;
        recording_drop(TLK_DROP_MISTAKEN);
    }
}

/* Where the stack does not begin with the caller, whatever called that was left out. */
void recall_learn(const struct call *call, const struct stack *stack, uint32_t site, uint32_t epoch)
{
    if (in_use && site && stack->addresses[0] == call->caller &&
        on_own_stack((uintptr_t)call->frame) && modules_epoch() == epoch)
        learn(call, stack, site, epoch);
}
