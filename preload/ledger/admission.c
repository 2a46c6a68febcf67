#include "ledger/admission.h"

#include "core/clock.h"
#include "tables/families.h"

static bool leave_out(enum tlk_omission reason)
{
    __atomic_fetch_add(&recording->omitted[reason], 1, __ATOMIC_RELAXED);
    return false;
}

/*
 * At random (xorshift) rather than every n-th: a program that makes its timers at two sites in turn
 * would show one of them alone.
 */
static bool is_the_one(uint32_t one_in)
{
    uint32_t random = thread.random;

    if (!random)
        random = (uint32_t)((uintptr_t)&thread >> 4 ^ clock_mono()) | 1;
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    thread.random = random;
    return (uint64_t)random * one_in >> 32 == 0;
}

bool admission_decide(uint32_t family)
{
    if (thread.ignoring)
        return leave_out(TLK_OMIT_IGNORED);
    if (__atomic_load_n(&recording->asleep, __ATOMIC_RELAXED))
        return leave_out(TLK_OMIT_ASLEEP);
    return family_has(family, TLK_OF_PROCESS) || is_the_one(recording->one_in) ||
           leave_out(TLK_OMIT_SAMPLED);
}

bool admission_complete(void)
{
    static const enum tlk_drop losses[] = {TLK_DROP_FULL, TLK_DROP_BUSY, TLK_DROP_LOCK,
                                           TLK_DROP_FD_RANGE};

    for (unsigned reason = 0; reason < TLK_OMISSIONS; reason++)
        if (__atomic_load_n(&recording->omitted[reason], __ATOMIC_RELAXED))
            return false;
    for (unsigned i = 0; i < sizeof(losses) / sizeof(*losses); i++)
        if (__atomic_load_n(&recording->dropped[losses[i]], __ATOMIC_RELAXED))
            return false;
    return true;
}
