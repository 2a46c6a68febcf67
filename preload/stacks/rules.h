/*
 * rules.h - how to get from a frame to its caller's, by the address that is returned to there.
 *
 * Unwind information says it for each instruction of a module, in a language that takes a
 * microsecond to read. But return addresses are few, and for nearly all of them it says no more
 * than how far the stack pointer, or rbp, is from the caller's frame, and where the caller's rbp
 * was saved. That much is kept here, and found again in a nanosecond, without a lock. Addresses in
 * code made at run time have no rule, for other code may come to lie there.
 */
#ifndef TIMERLEAK_RULES_H
#define TIMERLEAK_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hash.h"

enum rule_kind {
    RULE_BY_RBP = 1,    /* counts from rbp, else from the stack pointer */
    RULE_LEFT_OUT = 2,  /* a frame of the shim: in no stack */
    RULE_OUTERMOST = 4, /* nobody called it */
    RULE_ODD = 8,       /* it takes more than this to leave the frame */
    RULE_NONE = 16,     /* it is not known */
};

struct rule {
    uint32_t up;    /* so far is the end of the frame, just above the return address of its own */
    uint16_t saved; /* so far below that is the caller's rbp; 0: it is in the register still */
    uint16_t kind;  /* enum rule_kind */
};

/* Written once, and never changed until the epoch has passed: see rules_find(). */
struct rule_entry {
    uint64_t key;
    struct rule rule;
};

#define RULES_MASK (((uint64_t)1 << 18) - sizeof(struct rule_entry)) /* 16384 places */
#define RULES_IN_A_ROW 16

extern struct rule_entry *rules;

/* Reserves memory; false without. */
bool rules_start(void);

/* What an address is mixed with: of another epoch, the key of none is the same. */
static inline uint64_t rules_salt(uint32_t epoch)
{
    return hash_mix(~UINT64_C(0), epoch);
}

/* Where it is looked for first, in bytes: nothing more, for each frame of a walk waits for it. */
static inline uintptr_t rules_place(uintptr_t address)
{
    return address & RULES_MASK;
}

struct rule rules_find_further(const struct rule_entry *entry, uint64_t key);

/*
 * The rule of a return address, in the table `rules`. Addresses near each other lie near each
 * other. An entry of this epoch is replaced only when the epoch has passed: whoever used rules must
 * look afterwards whether it is still the same.
 */
static inline __attribute__((always_inline)) struct rule
rules_find(const struct rule_entry *table, uintptr_t address, uint64_t salt)
{
    uint64_t key = address ^ salt;
    const char *home = (const char *)table + rules_place(address);
    const struct rule_entry *entry = (const struct rule_entry *)home;

    if (__builtin_expect(__atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) != key, 0))
        return rules_find_further(entry, key);
    return (struct rule){__atomic_load_n(&entry->rule.up, __ATOMIC_RELAXED),
                         __atomic_load_n(&entry->rule.saved, __ATOMIC_RELAXED),
                         __atomic_load_n(&entry->rule.kind, __ATOMIC_RELAXED)};
}

/* Reads the rule from unwind information, and keeps it when the epoch has not passed. */
struct rule rules_learn(uintptr_t address, uint32_t epoch);

#endif
