/*
 * timerleak_verify.h - for tests, in C99 or C++11 and any framework: that no timer is left which
 * this test created. And for programs: marks that they leave in a recording.
 *
 *     struct timerleak_mark mark = timerleak_mark_now();
 *     ... the test ...
 *     cr_assert(timerleak_none_left(&mark, NULL), "%s", mark.text);
 *
 * The tests are run by `timerleak record ./tests`, or with libtimerleak.so preloaded by hand.
 * Without it every function here does nothing and says so, and costs next to nothing: it may stay
 * in a program. Nothing is linked; with glibc before 2.34, dlsym(3) needs -ldl.
 *
 * Any thread may call any function at any time; a mark belongs to one thread. None allocates
 * memory, is a cancellation point or changes errno. A signal handler, and the child of vfork(), may
 * call timerleak_ignore_* and timerleak_tag_*, once anything of this file was called before.
 */
#ifndef TIMERLEAK_VERIFY_H
#define TIMERLEAK_VERIFY_H

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- no timers left ---- */

enum timerleak_answer {
    TIMERLEAK_NONE_LEFT,
    TIMERLEAK_LEFT,
    TIMERLEAK_NOT_CHECKED, /* it can't be told: mark.text says why, and what to do */
};

enum timerleak_sizes { TIMERLEAK_TEXT_SIZE = 8192 };

/* A moment of this process, and what was found out since. It needs no release. */
struct timerleak_mark {
    uint64_t since;  /* ns on CLOCK_MONOTONIC; 0 without the shim */
    uint64_t missed; /* private */
    enum timerleak_answer answer;
    char text[TIMERLEAK_TEXT_SIZE]; /* the answer in words, with the stacks; NUL-terminated */
};

struct timerleak_rules {
    /*
     * Extended regular expression: timers are no matter that were created below a function, file or
     * module that matches. It is the `timerleak` command that applies it. NULL: every timer counts.
     */
    const char *ignore;
    /* Other threads may be about to release theirs: how long to wait for it. 0: a second; -1: not.
     */
    int patience_ms;
};

static inline struct timerleak_mark timerleak_mark_now(void);

/*
 * False when timers are live that this process, in whichever thread, created since the mark; those
 * that it inherited over fork() don't count. One that has expired is left until it is released: its
 * descriptor closed, timer_delete() called. It looks again and again until none is left or its
 * patience is at an end. The result is in the mark too; who wants a test to fail if nothing could
 * be checked compares mark.answer. `rules` may be NULL.
 *
 * For the stacks it runs the command `timerleak`, as $TIMERLEAK_COMMAND or PATH name it; the
 * program's SIGCHLD and wait() don't see that child. Under seccomp it neither waits nor runs it.
 */
static inline bool timerleak_none_left(struct timerleak_mark *mark,
                                       const struct timerleak_rules *rules);

/* ---- marks for programs ---- */

/*
 * Timers that this thread creates in between are not entered, only counted as ignored. Pairs nest;
 * an end without a beginning does nothing.
 */
static inline void timerleak_ignore_begin(void);
static inline void timerleak_ignore_end(void);

/*
 * Names the owner of a live timer: `timerleak timers` and failed tests show it. The name is copied;
 * a recording keeps a thousand different ones. False when there is no such timer in the recording.
 */
static inline bool timerleak_tag_timerfd(int fd, const char *owner);
static inline bool timerleak_tag_timer(void *timer /* glibc's timer_t */, const char *owner);

/*
 * Copies the recording, as it is at this moment, to a new file, for all commands of timerleak. It
 * appears complete or not at all, and replaces nothing. 0, or a negative errno: -ENOSYS without the
 * shim, -ENODATA where it doesn't record this process, -EPERM under seccomp, -EEXIST, -ENOSPC, ...
 */
static inline int timerleak_snapshot(const char *path);

/* ---- how the shim is reached ---- */

/* What the shim exports as `timerleak_interface`. Members are added at its end. */
struct timerleak_interface {
    uint32_t size; /* of this table */
    void (*mark)(uint64_t *since, uint64_t *missed);
    enum timerleak_answer (*check)(uint64_t since, uint64_t missed, const char *ignore,
                                   int patience_ms, char *text, uint32_t text_size);
    void (*ignore_begin)(void);
    void (*ignore_end)(void);
    bool (*tag_timerfd)(int fd, const char *owner);
    bool (*tag_timer)(void *timer, const char *owner);
    int (*snapshot)(const char *path);
};

/* NULL without the shim. Several threads may look at once: they find the same. */
static inline const struct timerleak_interface *timerleak_find(void)
{
    static const struct timerleak_interface *known;
    static int looked;

    if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE)) {
        /* RTLD_DEFAULT, which only _GNU_SOURCE would declare. */
        const struct timerleak_interface *found =
            (const struct timerleak_interface *)dlsym((void *)0, "timerleak_interface");

        if (found && found->size < sizeof(*found))
            found = (const struct timerleak_interface *)0;
        __atomic_store_n(&known, found, __ATOMIC_RELAXED);
        __atomic_store_n(&looked, 1, __ATOMIC_RELEASE);
    }
    return __atomic_load_n(&known, __ATOMIC_RELAXED);
}

static inline struct timerleak_mark timerleak_mark_now(void)
{
    const struct timerleak_interface *shim = timerleak_find();
    struct timerleak_mark mark;

    mark.since = mark.missed = 0;
    mark.answer = TIMERLEAK_NOT_CHECKED;
    mark.text[0] = '\0';
    if (shim)
        shim->mark(&mark.since, &mark.missed);
    return mark;
}

static inline bool timerleak_none_left(struct timerleak_mark *mark,
                                       const struct timerleak_rules *rules)
{
    static const char absent[] = "not checked: timerleak is not preloaded; run the tests by: "
                                 "timerleak record ./tests";
    const struct timerleak_interface *shim = timerleak_find();

    mark->answer = TIMERLEAK_NOT_CHECKED;
    memcpy(mark->text, absent, sizeof(absent));
    if (shim)
        mark->answer =
            shim->check(mark->since, mark->missed, rules ? rules->ignore : (const char *)0,
                        rules ? rules->patience_ms : 0, mark->text, (uint32_t)sizeof(mark->text));
    return mark->answer != TIMERLEAK_LEFT;
}

static inline void timerleak_ignore_begin(void)
{
    const struct timerleak_interface *shim = timerleak_find();

    if (shim)
        shim->ignore_begin();
}

static inline void timerleak_ignore_end(void)
{
    const struct timerleak_interface *shim = timerleak_find();

    if (shim)
        shim->ignore_end();
}

static inline bool timerleak_tag_timerfd(int fd, const char *owner)
{
    const struct timerleak_interface *shim = timerleak_find();

    return shim && shim->tag_timerfd(fd, owner);
}

static inline bool timerleak_tag_timer(void *timer, const char *owner)
{
    const struct timerleak_interface *shim = timerleak_find();

    return shim && shim->tag_timer(timer, owner);
}

static inline int timerleak_snapshot(const char *path)
{
    const struct timerleak_interface *shim = timerleak_find();

    return shim ? shim->snapshot(path) : -ENOSYS;
}

#ifdef __cplusplus
}

/* An ignored block that an exception may leave: from here to the end of the scope. */
class timerleak_ignored
{
  public:
    timerleak_ignored()
    {
        timerleak_ignore_begin();
    }
    ~timerleak_ignored()
    {
        timerleak_ignore_end();
    }
    timerleak_ignored(const timerleak_ignored &) = delete;
    timerleak_ignored &operator=(const timerleak_ignored &) = delete;
};
#endif

#endif
