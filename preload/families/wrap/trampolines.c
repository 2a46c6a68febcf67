#include "families/wrap/trampolines.h"

#include <stdbool.h>
#include <stddef.h>

any_function trampoline_callback(const struct trampolines *all, any_function given)
{
    for (size_t i = 0; i < TRAMPOLINES; i++) {
        any_function callback = __atomic_load_n(&all->callbacks[i], __ATOMIC_ACQUIRE);

        if (!callback)
            break;
        if (all->functions[i] == given)
            return callback;
    }
    return given;
}

any_function trampoline_to(struct trampolines *all, any_function given)
{
    any_function callback = trampoline_callback(all, given);

    for (size_t i = 0; callback && i < TRAMPOLINES; i++) {
        any_function there = __atomic_load_n(&all->callbacks[i], __ATOMIC_ACQUIRE);

        if (!there && __atomic_compare_exchange_n(&all->callbacks[i], &there, callback, false,
                                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            there = callback;
        if (there == callback)
            return all->functions[i];
    }
    return NULL;
}
