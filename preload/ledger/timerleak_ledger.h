/*
 * timerleak_ledger.h - the ledger as other shared objects see it: a library that tells of its own
 * timers, as gotime does, or an object that is preloaded beside the shim and wraps those of
 * another.
 *
 * The shim exports `timerleak_ledger`. Who reports refers to it weakly, so that it is found when
 * the shim is preloaded, also from a library that is linked statically into a dynamic program, and
 * has the address NULL otherwise. Members are added at its end: `size` tells which there are.
 *
 * A timer is referred to by what created() gave for it; 0 means that it is not recorded, and may be
 * passed. No call changes errno, allocates with malloc() or is a cancellation point, and all but
 * family(), leave_out() and at_end() are async-signal-safe. created() may unwind the stack and take
 * the loader's lock: call it with no lock of your own held. All others may be called with one held:
 * it comes before the shim's.
 *
 * A forked child has the timers of families with TLK_OVER_FORK, under the same references. Those to
 * others are to be forgotten there: they may come to be other timers'.
 */
#ifndef TIMERLEAK_LEDGER_INTERFACE_H
#define TIMERLEAK_LEDGER_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"

/* Where the user called: taken in the function that was called, see TIMERLEAK_CALL. */
struct timerleak_call {
    const char *function; /* its name, a literal */
    const char *kind;     /* what such timers are called within their family, a literal; or NULL:
                             always the same for one function, by whose name sites are told apart */
    void *frame;          /* __builtin_dwarf_cfa() */
    void *caller;         /* __builtin_return_address(0) */
    void *rbp;            /* *(void **)__builtin_frame_address(0): the caller's */
};

#define TIMERLEAK_CALL(of_kind)                                                                    \
    (&(struct timerleak_call){__func__, (of_kind), __builtin_dwarf_cfa(),                          \
                              __builtin_return_address(0), *(void **)__builtin_frame_address(0)})

struct timerleak_birth {
    const struct timerleak_call *call;
    uint32_t family;  /* what family() gave */
    int clock;        /* CLOCK_*: what it goes by */
    uint64_t handle;  /* what the program calls it */
    bool kept;        /* the caller keeps the reference: nobody will look for the handle */
    size_t retained;  /* bytes that it keeps alive, 0: unknown; not of a family of descriptors */
    uint64_t cookie;  /* the caller's own: see cookie(); nor this */
    const char *name; /* that the program gave it, copied; or NULL */
};

/* In place of `now` for armed(): the times are those of a clock of which the shim knows nothing. */
#define TIMERLEAK_OTHER_CLOCK INT64_C(-1)

/* In place of `now`: it was told of its birth just before, and the deadline counts from then. To
 * ask the clock again would cost a tenth of what all the rest does. */
#define TIMERLEAK_AT_BIRTH INT64_C(-2)

struct timerleak_ledger {
    uint32_t size; /* of this structure */

    /*
     * The number of a family, by its name (see struct tlk_family), for created(); added if there is
     * none of that name, with these traits (enum tlk_trait). 0: it can't be a name, there is no
     * room, or the thread was interrupted in the shim. Ask once, before the first timer.
     */
    uint32_t (*family)(const char *name, uint32_t traits);

    /* Frames of the object that holds this code are left out of stacks, as the shim's own are. */
    void (*leave_out)(const void *code);

    /* Whether a timer made now is to be reported: nothing else need be done for one that is not. */
    bool (*admits)(uint32_t family);

    /* After the real call. A live timer of the same handle must have ended unseen. */
    uint64_t (*created)(const struct timerleak_birth *birth);

    /* The live timer of that handle; take() also makes the handle unknown, before the release. */
    uint64_t (*find)(uint32_t family, uint64_t handle);
    uint64_t (*take)(uint32_t family, uint64_t handle);

    /* What the caller gave at its birth; 0 for no timer. */
    uint64_t (*cookie)(uint64_t timer);

    /*
     * Times on the clock of its birth, ns; `period` 0: one-shot. `caller` as in a call's; NULL when
     * nobody called, and it was a library that set its timer anew.
     */
    void (*armed)(uint64_t timer, int64_t now, int64_t deadline, int64_t period,
                  const void *caller);
    void (*fired)(uint64_t timer, uint64_t expirations);
    void (*stopped)(uint64_t timer);  /* disarmed before it fired */
    void (*released)(uint64_t timer); /* before the real call; one that is armed is stopped by it */
    void (*named)(uint64_t timer, const char *name);

    /*
     * For a hook: whether it is the outermost on this thread, whose caller is the user; what it
     * calls is a library's own doing. `frame` is its __builtin_frame_address(0). Who was told true
     * says leave() in the end; one that was left by longjmp() or an exception counts no more, once
     * something else stands in its place on the stack.
     */
    bool (*enter)(const void *frame);
    void (*leave)(void);

    /* The memory that the program keeps a timer in was freed, or used anew, while it was armed. */
    void (*lost)(uint64_t timer);

    /*
     * Counts up when modules may have been unloaded: what was found by an address in one of them
     * before may be something else's now.
     */
    uint32_t (*unloads)(void);

    /* To be called at a clean exit, before the recording ends. Ask once; for a few objects. */
    void (*at_end)(void (*function)(void));

    /* Copies memory that may be unmapped. False if it is, or if nobody may ask; not for a hook. */
    bool (*peek)(void *to, const void *from, size_t size);

    /*
     * created() and armed() in one, of a timer that begins with its first arming: born `now`, by
     * CLOCK_MONOTONIC, so that the shim need not ask the clock again; or as of armed().
     */
    uint64_t (*started)(const struct timerleak_birth *birth, int64_t now, int64_t deadline,
                        int64_t period);
};

extern const struct timerleak_ledger timerleak_ledger __attribute__((weak));

#endif
