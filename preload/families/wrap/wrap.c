#include "families/wrap/wrap.h"

#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "families/wrap/copies.h"
#include "families/wrap/memory.h"

extern const char __start_wrap_hooks[], __stop_wrap_hooks[];

static struct wrap_library *libraries;

static void library_open(struct wrap_library *library, bool shared)
{
    memory_start();
    copies_start(library, shared);
    if (!library->number)
        return;
    timerleak_ledger.leave_out((const void *)wrap_start);
    if (library->at_end)
        timerleak_ledger.at_end(library->at_end);
}

/* No thread but the first is there when the constructor runs, or a library's before it. */
void wrap_start(struct wrap_library *library)
{
    if (library->started)
        return;
    library->started = true;
    library->next = libraries;
    libraries = library;
    if (&timerleak_ledger)
        library->number = timerleak_ledger.family(library->family, library->traits);
    if (copies_shared(library))
        library_open(library, true);
}

void wrap_open(struct wrap_library *library)
{
    wrap_start(library);
    if (!library->absent)
        library_open(library, false);
}

struct wrap_library *wrap_libraries(void)
{
    return libraries;
}

/*
 * One of its own functions called, or, as its last call, one that a hook called. Where a function
 * was called for sure that may have gone on to anything as its last call, it is the library's if
 * that was within a hook: else a callback may have been the last but one.
 */
static bool is_librarys(const struct wrap_library *library, const struct wrap_copy *copy,
                        const void *caller, bool within_hook)
{
    struct callsite_range hooks = {(uintptr_t)__start_wrap_hooks,
                                   (uintptr_t)__stop_wrap_hooks - (uintptr_t)__start_wrap_hooks};
    enum callsite site;

    if (callsite_within(hooks, (uintptr_t)caller))
        return true;
    if (!callsite_within(copy->module, (uintptr_t)caller))
        return false;
    site = callsite_of(caller, copy->module, library->own);
    return site == CALLSITE_NAME || (site == CALLSITE_FIXED && within_hook);
}

struct wrap_call wrap_begin(struct wrap_library *library, const void *frame, const void *caller)
{
    const struct wrap_copy *copy;
    struct wrap_call call;

    if (__builtin_expect(!library->absent, 0))
        wrap_open(library);
    copy = library->common ? library->common : copies_of(library, caller);
    call = (struct wrap_call){.real = copy->functions};
    if (!library->number)
        return call;
    call.entered = timerleak_ledger.enter(frame);
    call.librarys = is_librarys(library, copy, caller, !call.entered);
    call.users = copy->alone ? !call.librarys : call.entered;
    return call;
}

bool wrap_holds(struct wrap_library *library, const void *code)
{
    const struct wrap_copy *common = library->common;

    return (common && common->alone && callsite_within(common->module, (uintptr_t)code)) ||
           copies_part(library, code);
}

bool wrap_parts(struct wrap_library *library, const void *caller)
{
    return copies_part_calls(library, caller);
}

bool wrap_admits(const struct wrap_library *library)
{
    return library->number && timerleak_ledger.admits(library->number);
}

uint64_t wrap_monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int64_t duration(uint64_t ns)
{
    return ns < INT64_MAX ? (int64_t)ns : INT64_MAX;
}

void wrap_armed(uint64_t timer, uint64_t delay, uint64_t period, const void *caller)
{
    int64_t now = timer ? (int64_t)wrap_monotonic() : 0, left = INT64_MAX - now;

    if (timer)
        timerleak_ledger.armed(timer, now, now + (duration(delay) < left ? duration(delay) : left),
                               duration(period), caller);
}

void wrap_armed_at_birth(uint64_t timer, uint64_t delay, uint64_t period, const void *caller)
{
    if (timer)
        timerleak_ledger.armed(timer, TIMERLEAK_AT_BIRTH, duration(delay), duration(period),
                               caller);
}

void wrap_fired(uint64_t timer)
{
    if (timer)
        timerleak_ledger.fired(timer, 1);
}

void wrap_stopped(uint64_t timer)
{
    if (timer)
        timerleak_ledger.stopped(timer);
}

void wrap_released(uint64_t timer)
{
    if (timer)
        timerleak_ledger.released(timer);
}

void wrap_lost(uint64_t timer)
{
    if (timer)
        timerleak_ledger.lost(timer);
}

void wrap_named(uint64_t timer, const char *name)
{
    if (timer)
        timerleak_ledger.named(timer, name);
}

/* Nothing else is mapped so near below what the kernel has put at the top of the first stack. */
#define STACK_GAP (UINT64_C(128) << 20)

bool wrap_look(void *to, const void *from, size_t size)
{
    char probe;

    if (getauxval(AT_RANDOM) - (uintptr_t)from < STACK_GAP)
        return false;
    if (timerleak_ledger.peek(to, from, size))
        return true;
    memset(to, 0, size);
    return timerleak_ledger.peek(&probe, to, sizeof(probe));
}
