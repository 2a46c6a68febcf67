#include "stacks/stack.h"

#include <stddef.h>
#include <string.h>
#include <unwind.h>

#include "core/gate.h"
#include "core/machine.h"
#include "recording.h"
#include "stacks/bare.h"
#include "stacks/libunwind.h"
#include "tables/modules.h"

#define LIBUNWIND_FROM 64
#define STACK_NEEDED 16384 /* libunwind uses up to 10 KiB when its cache misses */

static bool has_libunwind, libunwind_runs;

struct walk {
    void **addresses;
    int count, most;
    int sure; /* so many of them are known to be frames */
};

static _Unwind_Reason_Code walk_step(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    enum bare_trust trust = bare_arrive(context);

    if (trust == BARE_WRONG)
        return _URC_END_OF_STACK;
    if (walk->count == walk->most) { /* what would tell does not fit */
        walk->sure = walk->count;
        return _URC_END_OF_STACK;
    }
    walk->addresses[walk->count] = (void *)_Unwind_GetIP(context);
    if (walk->addresses[walk->count])
        walk->count++;
    if (trust == BARE_SURE)
        walk->sure = walk->count;
    return bare_may_leave(context) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static int walk_by_libgcc(void **addresses, int most)
{
    struct walk walk = {.addresses = addresses, .most = most};

    bare_begin();
    _Unwind_Backtrace(walk_step, &walk);
    return walk.sure;
}

uint32_t stack_unwinder(void)
{
    return has_libunwind ? TLK_UNWINDER_LIBUNWIND : TLK_UNWINDER_LIBGCC;
}

void stack_start(void)
{
    thread_start();
    has_libunwind = libunwind_start();
}

bool stack_suffices(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    if (!thread.stack_high)
        thread_find_stack();
    return here > thread.stack_low + STACK_NEEDED && here < thread.stack_high;
}

/*
 * libunwind takes the loader's lock with its own lock held. A thread that holds the loader's (in
 * dlopen, interrupted by a signal whose handler makes a timer) must not wait for libunwind's.
 */
static bool libunwind_is_safe(void)
{
    return has_libunwind && !gate->careful && !gate->sandboxed && !modules_loader_busy();
}

/* One thread begins it, which takes as long as libgcc does for so many stacks: most make fewer. */
static bool libunwind_ready(void)
{
    static uint32_t stacks;

    if (!libunwind_is_safe())
        return false;
    if (__atomic_load_n(&libunwind_runs, __ATOMIC_ACQUIRE))
        return true;
    if (__atomic_fetch_add(&stacks, 1, __ATOMIC_RELAXED) == LIBUNWIND_FROM) {
        has_libunwind = libunwind_begin();
        __atomic_store_n(&libunwind_runs, has_libunwind, __ATOMIC_RELEASE);
    }
    return libunwind_runs;
}

void stack_begin(void)
{
    void *first[1];

    walk_by_libgcc(first, 1);
}

/* Behind code that it knows nothing of, libunwind guesses. */
static bool all_known(void *const *addresses, int count)
{
    int i = 0;

    while (i < count && modules_know(addresses[i]))
        i++;
    return i == count;
}

uint32_t stack_capture(void **addresses, uint32_t most, bool oddly, bool *truncated)
{
    int room = (int)most + STACK_OWN_FRAMES;
    bool by_libunwind = !oddly && libunwind_ready();
    int count = by_libunwind ? libunwind_backtrace(addresses, room) : 0;
    uint32_t kept = 0;
    int i;

    if (!by_libunwind || !all_known(addresses, count))
        count = walk_by_libgcc(addresses, room);
    for (i = 0; i < count && kept < most; i++)
        if (addresses[i] && !modules_is_shim(addresses[i]))
            addresses[kept++] = machine_return_address(addresses[i]);
    *truncated = i < count || count == room;
    return kept;
}
