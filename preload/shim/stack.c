#define _GNU_SOURCE
#include "stack.h"

#include <stddef.h>
#include <sys/resource.h>
#include <unwind.h>

#include "gate.h"
#include "libunwind.h"
#include "modules.h"
#include "recording.h"

#define STACK_NEEDED 16384    /* libunwind uses up to 10 KiB when its cache misses */
#define STACK_LARGEST 8388608 /* assumed of a main stack without limit */

extern void *__libc_stack_end; /* of the dynamic linker: where the main stack began */

static bool has_libunwind;
static uintptr_t main_stack_low, main_stack_high;
static uintptr_t main_descriptor;

struct walk {
    void **addresses;
    int count, most;
};

static _Unwind_Reason_Code walk_step(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;

    if (walk->count == walk->most)
        return _URC_END_OF_STACK;
    walk->addresses[walk->count] = (void *)_Unwind_GetIP(context);
    if (walk->addresses[walk->count])
        walk->count++;
    return _URC_NO_REASON;
}

static int walk_by_libgcc(void **addresses, int most)
{
    struct walk walk = {addresses, 0, most};

    _Unwind_Backtrace(walk_step, &walk);
    return walk.count;
}

static uintptr_t descriptor(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

uint32_t stack_unwinder(void)
{
    return has_libunwind ? TLK_UNWINDER_LIBUNWIND : TLK_UNWINDER_LIBGCC;
}

/*
 * Where this thread's stack lies. Asking pthread_getattr_np() would allocate; but glibc keeps the
 * descriptor of a thread at the top of its stack, and in it, side by side, the stack's address and
 * size. They are found by what they say: a range of whole pages that holds the descriptor itself.
 * The descriptor ends with the last page of the stack, so its own page is all there is to search.
 */
static void find_stack(void)
{
    uintptr_t own = descriptor();
    const uintptr_t *word = (const uintptr_t *)own, *end = (const uintptr_t *)((own | 4095) + 1);

    thread.stack_low = thread.stack_high = 1;
    if (own == main_descriptor) {
        thread.stack_low = main_stack_low;
        thread.stack_high = main_stack_high;
        return;
    }
    for (; word + 1 < end; word++) {
        uintptr_t start = word[0], size = word[1];

        if (start % 4096 == 0 && size % 4096 == 0 && size >= 16384 && start < own &&
            size < ((uintptr_t)1 << 40) && own - start < size && own - start > size / 2) {
            thread.stack_low = start;
            thread.stack_high = start + size;
            return;
        }
    }
}

void stack_start(void)
{
    struct rlimit limit = {.rlim_cur = STACK_LARGEST};
    void *first[1];

    getrlimit(RLIMIT_STACK, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        limit.rlim_cur = STACK_LARGEST;
    main_descriptor = descriptor();
    main_stack_high = (uintptr_t)__libc_stack_end;
    main_stack_low = main_stack_high - limit.rlim_cur;
    walk_by_libgcc(first, 1); /* the first time it makes a system call */
    find_stack();
    has_libunwind = libunwind_start();
}

bool stack_suffices(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    if (!thread.stack_high)
        find_stack();
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

uint32_t stack_capture(void **addresses, uint32_t most, bool *truncated)
{
    int room = (int)most + STACK_OWN_FRAMES;
    int count = libunwind_is_safe() ? libunwind_backtrace(addresses, room)
                                    : walk_by_libgcc(addresses, room);
    uint32_t kept = 0;

    for (int i = 0; i < count && kept < most; i++)
        if (addresses[i] && !modules_is_shim(addresses[i]))
            addresses[kept++] = addresses[i];
    *truncated = kept == most;
    return kept;
}

struct search {
    void *const *addresses;
    uintptr_t *places;
    uint32_t count, found;
};

/* A call leaves its return address just below the caller's frame. */
static _Unwind_Reason_Code search_step(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;
    uintptr_t address = _Unwind_GetIP(context), place = _Unwind_GetCFA(context) - sizeof(void *);

    if (search->found == search->count)
        return _URC_END_OF_STACK;
    if (modules_is_shim((void *)address) && !search->found)
        return _URC_NO_REASON;
    if (address != (uintptr_t)search->addresses[search->found] || place < thread.stack_low ||
        place >= thread.stack_high || *(const uintptr_t *)place != address)
        return _URC_END_OF_STACK;
    search->places[search->found++] = place;
    return _URC_NO_REASON;
}

uint32_t stack_places(void *const *addresses, uint32_t count, uintptr_t *places)
{
    struct search search = {addresses, places, count, 0};

    _Unwind_Backtrace(search_step, &search);
    return search.found;
}
