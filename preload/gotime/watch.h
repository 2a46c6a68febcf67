/*
 * watch.h - how gotime tells timerleak's shim what its timers do, if a shim is there.
 *
 * The shim exports `timerleak_gotime`; gotime refers to it weakly, so that it is found when the
 * shim is preloaded, also if gotime is linked statically into a dynamic program, and is NULL
 * otherwise. Each call takes the cookie that `created` gave for the timer; 0 means that it is not
 * recorded, and may be passed. No call changes errno, blocks, or may be made with a lock of gotime
 * held other than that of the timer's shard.
 */
#ifndef GOTIME_WATCH_H
#define GOTIME_WATCH_H

#include <stddef.h>
#include <stdint.h>

/* Where the user called the library: taken in the public function itself. */
struct gotime_call {
    const char *function; /* its name, a literal */
    void *frame;          /* __builtin_dwarf_cfa() */
    void *caller;         /* __builtin_return_address(0) */
    void *rbp;            /* *(void **)__builtin_frame_address(0): the caller's */
};

#define GOTIME_CALL                                                                                \
    (&(struct gotime_call){__func__, __builtin_dwarf_cfa(), __builtin_return_address(0),           \
                           *(void **)__builtin_frame_address(0)})

/* In place of `now`: times are the mock clock's, of which the shim knows nothing. */
#define GOTIME_OTHER_CLOCK INT64_C(-1)

struct timerleak_gotime {
    uint32_t size; /* of this table: members are added at its end */
    uint64_t (*created)(const struct gotime_call *call, uint64_t handle, size_t retained,
                        const char *name); /* name: NULL for none */
    /* On CLOCK_MONOTONIC, ns; by another clock the deadline means nothing. */
    void (*armed)(uint64_t cookie, int64_t now, int64_t deadline, int64_t period);
    void (*fired)(uint64_t cookie, uint64_t expirations);
    void (*stopped)(uint64_t cookie); /* disarmed before it fired */
    void (*released)(uint64_t cookie);
    void (*named)(uint64_t cookie, const char *name);
};

extern const struct timerleak_gotime timerleak_gotime __attribute__((weak));

#endif
