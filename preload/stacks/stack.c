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

static bool libunwind_ready(void)
{
    if (!libunwind_is_safe())
        return false;
    if (!libunwind_runs)
        libunwind_runs = has_libunwind = libunwind_begin();
    return libunwind_runs;
}

void stack_begin(void)
{
    void *first[1];

    walk_by_libgcc(first, 1);
    libunwind_ready();
}

/* Behind code that it knows nothing of, libunwind guesses. */
static bool all_known(void *const *addresses, int count)
{
    int i = 0;

    while (i < count && modules_know(addresses[i]))
        i++;
    return i == count;
}

uint32_t stack_capture(void **addresses, uint32_t most, bool *truncated)
{
    int room = (int)most + STACK_OWN_FRAMES;
    bool by_libunwind = libunwind_ready();
    int count = by_libunwind ? libunwind_backtrace(addresses, room) : 0;
    uint32_t kept = 0;
    int i;

    if (!by_libunwind || !all_known(addresses, count))
        count = walk_by_libgcc(addresses, room);
    for (i = 0; i < count && kept < most; i++)
        if (addresses[i] && !modules_is_shim(addresses[i]))
            addresses[kept++] = machine_return_address(addresses[i]);
    *truncated = i < count;
    return kept;
}

#define RBP 6 /* its number in DWARF */

/* What libgcc says of the frames, leaf first. */
struct search {
    void *const *addresses;
    uint32_t count, found;
    uintptr_t return_place[TLK_MAX_DEPTH]; /* where the return address into this frame stands */
    uintptr_t rbp[TLK_MAX_DEPTH];          /* while in this frame */
};

/* A call leaves its return address just below the caller's frame. */
static _Unwind_Reason_Code search_step(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;
    uintptr_t address = _Unwind_GetIP(context), place = _Unwind_GetCFA(context) - sizeof(void *);
    bool awaited =
        search->found < search->count && address == (uintptr_t)search->addresses[search->found];

    if (search->found == 0 && !awaited) /* of the shim, or of a library that reports of itself */
        return _URC_NO_REASON;
    if (!awaited || place < thread.stack_low || place >= thread.stack_high ||
        *(const uintptr_t *)place != address)
        return _URC_END_OF_STACK;
    search->return_place[search->found] = place;
    search->rbp[search->found++] = _Unwind_GetGR(context, RBP);
    return bare_may_leave(context) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* Where a function with a frame pointer saves its caller's: just below its own return address. */
static uintptr_t saved_rbp_place(const struct search *search, uint32_t frame)
{
    return search->return_place[frame + 1] - sizeof(void *);
}

/* Its return address is found by way of rbp, not of the stack pointer. */
static bool has_frame_pointer(const struct search *search, uint32_t frame)
{
    return search->rbp[frame] == saved_rbp_place(search, frame);
}

/* The word that the rbp of this frame was saved to; 0 when that can't be told. */
static uintptr_t find_saved_rbp(const struct search *search, uint32_t frame)
{
    while (frame-- > 0) {
        uintptr_t place = saved_rbp_place(search, frame);

        if (has_frame_pointer(search, frame))
            return *(const uintptr_t *)place == search->rbp[frame + 1] ? place : 0;
    }
    return 0;
}

/* False when what a function of variable frame size goes by was saved nobody knows where. */
static bool add_saved(const struct search *search, uint32_t frame, uintptr_t rbp,
                      struct stack_places *places)
{
    uintptr_t saved;

    if (!has_frame_pointer(search, frame))
        return true;
    if (search->rbp[frame] == rbp) {
        places->rbp_matters = true;
        return true;
    }
    saved = find_saved_rbp(search, frame);
    if (!saved || places->returns + places->saved == STACK_PLACES)
        return false;
    places->addresses[places->returns + places->saved++] = saved;
    return true;
}

bool stack_find_places(void *const *addresses, uint32_t count, uintptr_t rbp,
                       struct stack_places *places)
{
    struct search search = {.addresses = addresses, .count = count};

    places->saved = 0;
    places->rbp_matters = false;
    bare_begin();
    _Unwind_Backtrace(search_step, &search);
    if (search.found < count || count > STACK_PLACES)
        return false;
    places->returns = count;
    memcpy(places->addresses, search.return_place, count * sizeof(*search.return_place));
    for (uint32_t i = 0; i + 1 < count; i++)
        if (!add_saved(&search, i, rbp, places))
            return false;
    return true;
}
