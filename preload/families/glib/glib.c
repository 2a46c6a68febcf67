/*
 * glib.c - the timeouts of GLib. One lasts from the call that makes its source until that is
 * destroyed, for it fires no more then, whoever has a reference to it; or until it is freed, if it
 * was never attached. It is armed by being attached to a context.
 *
 * A source has callback data of a kind that says when it is used
 * (g_source_set_callback_indirect()). Ours gives the program's function and data, so that they are
 * found by them as ever; and learns what no call of the program's would tell: that the source is
 * dispatched, which is the one thing that takes a reference to its callback data, and that it gave
 * its data up.
 */
#include <time.h>

#include "families/wrap/memory.h"
#include "families/wrap/wrap.h"

struct source;
struct context; /* GMainContext */
typedef int (*source_function)(void *data);
typedef void (*notify_function)(void *data);

struct callback_funcs { /* GSourceCallbackFuncs */
    void (*ref)(void *data);
    void (*unref)(void *data);
    void (*get)(void *data, struct source *source, source_function *function, void **argument);
};

#define WRAPPED(X)                                                                                 \
    X(unsigned, g_timeout_add, (unsigned, source_function, void *), WRAP_UNVERSIONED)              \
    X(unsigned, g_timeout_add_full, (int, unsigned, source_function, void *, notify_function),     \
      WRAP_UNVERSIONED)                                                                            \
    X(unsigned, g_timeout_add_once, (unsigned, source_function, void *), WRAP_UNVERSIONED)         \
    X(unsigned, g_timeout_add_seconds, (unsigned, source_function, void *), WRAP_UNVERSIONED)      \
    X(unsigned, g_timeout_add_seconds_full,                                                        \
      (int, unsigned, source_function, void *, notify_function), WRAP_UNVERSIONED)                 \
    X(unsigned, g_timeout_add_seconds_once, (unsigned, source_function, void *), WRAP_UNVERSIONED) \
    X(struct source *, g_timeout_source_new, (unsigned), WRAP_UNVERSIONED)                         \
    X(struct source *, g_timeout_source_new_seconds, (unsigned), WRAP_UNVERSIONED)                 \
    X(void, g_source_set_callback, (struct source *, source_function, void *, notify_function),    \
      WRAP_UNVERSIONED)                                                                            \
    X(void, g_source_set_callback_indirect,                                                        \
      (struct source *, void *, const struct callback_funcs *), WRAP_UNVERSIONED)                  \
    X(unsigned, g_source_attach, (struct source *, struct context *), WRAP_UNVERSIONED)            \
    X(void, g_source_add_child_source, (struct source *, struct source *), WRAP_UNVERSIONED)       \
    X(void, g_source_set_ready_time, (struct source *, int64_t), WRAP_UNVERSIONED)                 \
    X(void, g_source_set_name, (struct source *, const char *), WRAP_UNVERSIONED)                  \
    X(void, g_source_set_static_name, (struct source *, const char *), WRAP_UNVERSIONED)           \
    X(void, g_source_set_name_by_id, (unsigned, const char *), WRAP_UNVERSIONED)
#define ASKED(X)                                                                                   \
    X(int64_t, g_source_get_ready_time, (struct source *), WRAP_UNVERSIONED)                       \
    X(int, g_source_is_destroyed, (struct source *), WRAP_UNVERSIONED)                             \
    X(void, g_source_set_priority, (struct source *, int), WRAP_UNVERSIONED)                       \
    X(void, g_source_unref, (struct source *), WRAP_UNVERSIONED)                                   \
    X(struct source *, g_main_context_find_source_by_id, (struct context *, unsigned),             \
      WRAP_UNVERSIONED)
WRAP_FUNCTIONS

static struct wrap_library glib = {
    WRAP_LIBRARY,
    .family = "glib",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libglib-2.0.so",
};
WRAP_AT_START(glib)

/* How a GSource begins, in all of GLib 2. */
struct source {
    void *data;
    const struct callback_funcs *funcs;
};

/* The callback data of a source, until that is given other data. */
struct timeout {
    struct source *source; /* NULL: it was given other data */
    uint64_t timer;        /* the ledger's reference; 0: not recorded, or released */
    uint64_t period;       /* ns; 0: once */
    source_function function;
    void *data;
    notify_function notify;
    const struct callback_funcs *funcs; /* of `data`, if it came with some */
    unsigned uses;                      /* by the source, and by each dispatch of it */
    bool once;                          /* the function has no result that says whether to go on */
    bool attached;
    bool dispatched; /* it is asked now for what to call */
    struct timeout *next;
};

static struct timeout *spare; /* guarded by the lock of memory.h */

static struct timeout *timeout_new(const struct timeout *given)
{
    struct timeout *timeout;

    memory_lock();
    timeout = spare;
    if (timeout)
        spare = timeout->next;
    else
        timeout = memory_take(sizeof(*timeout));
    memory_unlock();
    if (timeout) {
        *timeout = *given;
        timeout->uses = 1;
    }
    return timeout;
}

static void timeout_free(struct timeout *timeout)
{
    memory_lock();
    timeout->next = spare;
    spare = timeout;
    memory_unlock();
}

/* ---- called by GLib, for `ref` and `get` under the lock of the context ---- */

static bool source_has(const struct source *source, const struct timeout *timeout)
{
    return __atomic_load_n(&source->data, __ATOMIC_ACQUIRE) == timeout;
}

static void timeout_ref(void *data)
{
    struct timeout *timeout = data;

    __atomic_fetch_add(&timeout->uses, 1, __ATOMIC_RELAXED);
    timeout->dispatched = true;
    wrap_fired(timeout->timer);
    if (timeout->funcs)
        timeout->funcs->ref(timeout->data);
}

/*
 * A dispatch gives up its reference, and the source goes on; or the source, which a dispatch keeps
 * from being freed, has given up its own: it is destroyed.
 */
static bool timeout_ends(const struct timeout *timeout, bool last)
{
    const struct source *source = __atomic_load_n(&timeout->source, __ATOMIC_ACQUIRE);

    return source && (last || !source_has(source, timeout));
}

static void timeout_unref(void *given)
{
    struct timeout *timeout = given;
    const struct callback_funcs *funcs = timeout->funcs;
    notify_function notify = timeout->notify;
    void *data = timeout->data;
    bool last = __atomic_sub_fetch(&timeout->uses, 1, __ATOMIC_ACQ_REL) == 0;

    if (timeout_ends(timeout, last))
        wrap_released(__atomic_exchange_n(&timeout->timer, 0, __ATOMIC_RELAXED));
    if (last)
        timeout_free(timeout);
    if (funcs)
        funcs->unref(data);
    else if (last && notify)
        notify(data);
}

/* Without a function there is no data of the program's that it could look for. */
static void timeout_give(struct timeout *timeout, struct source *source, source_function *function,
                         void **argument)
{
    if (timeout->funcs) {
        timeout->funcs->get(timeout->data, source, function, argument);
        return;
    }
    *function = timeout->function;
    *argument = timeout->function ? timeout->data : timeout;
}

static int timeout_call_once(void *data)
{
    struct timeout *timeout = data;
    source_function function;
    void *argument;

    timeout_give(timeout, timeout->source, &function, &argument);
    ((notify_function)(void (*)(void))function)(argument);
    return 0;
}

static void timeout_get(void *data, struct source *source, source_function *function,
                        void **argument)
{
    struct timeout *timeout = data;
    bool dispatched = timeout->dispatched;

    timeout->dispatched = false;
    timeout_give(timeout, source, function, argument);
    if (dispatched && timeout->once && *function) {
        *function = timeout_call_once;
        *argument = timeout;
    }
}

static const struct callback_funcs timeout_funcs = {timeout_ref, timeout_unref, timeout_get};

/* ---- what calls mean ---- */

#define MILLISECOND UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define EACH_TURN UINT64_C(1000) /* of the loop, whose clock counts microseconds */

/* That of a source; NULL: it is another, or destroyed. */
static struct timeout *timeout_of(const struct source *source)
{
    return source && __atomic_load_n(&source->funcs, __ATOMIC_ACQUIRE) == &timeout_funcs
               ? __atomic_load_n(&source->data, __ATOMIC_ACQUIRE)
               : NULL;
}

/*
 * What it is. Another thread may destroy the source meanwhile, after which it may be another
 * source's: not if this one still has it.
 */
static struct timeout timeout_look(const struct source *source)
{
    const struct timeout *timeout = timeout_of(source);
    struct timeout seen = {0};

    if (timeout)
        seen = *timeout;
    return timeout && source_has(source, timeout) ? seen : (struct timeout){0};
}

/* NULL: it is to be left to GLib. */
static struct timeout *timeout_admit(const struct wrap_call *call, source_function function,
                                     void *data, notify_function notify)
{
    if (!call->users || !wrap_admits(&glib))
        return NULL;
    return timeout_new(&(struct timeout){.function = function, .data = data, .notify = notify});
}

/* Nobody else knows of the source yet. */
static void timeout_born(struct timeout *timeout, struct source *source, uint64_t interval,
                         const struct real *real, const struct timerleak_call *call)
{
    timeout->source = source;
    if (!timeout->once)
        timeout->period = interval ? interval : EACH_TURN;
    real->g_source_set_callback_indirect(source, timeout, &timeout_funcs);
    timeout->timer = timerleak_ledger.created(&(struct timerleak_birth){
        .call = call,
        .family = glib.number,
        .clock = CLOCK_MONOTONIC,
        .handle = (uintptr_t)source,
        .kept = true,
    });
}

static void timeout_armed(const struct timeout *timeout, int64_t ready_time, const void *caller)
{
    if (timeout->timer)
        timerleak_ledger.armed(timeout->timer, (int64_t)wrap_monotonic(),
                               ready_time < INT64_MAX / 1000 ? ready_time * 1000 : INT64_MAX,
                               (int64_t)timeout->period, caller);
}

/* It is about to be, and may fire before that call returns. */
static void timeout_attached(struct source *source, const struct real *real, const void *caller)
{
    struct timeout *timeout = timeout_of(source);
    int64_t ready_time;

    if (!timeout || timeout->attached || real->g_source_is_destroyed(source))
        return;
    timeout->attached = true;
    ready_time = real->g_source_get_ready_time(source);
    if (ready_time >= 0)
        timeout_armed(timeout, ready_time, caller);
}

static unsigned timeout_add(struct timeout *timeout, struct source *source, uint64_t interval,
                            int priority, const struct real *real,
                            const struct timerleak_call *call)
{
    unsigned id;

    timeout_born(timeout, source, interval, real, call);
    if (priority)
        real->g_source_set_priority(source, priority);
    if (interval % SECOND) {
        timeout->attached = true;
        wrap_armed_at_birth(timeout->timer, interval, timeout->period, call->caller);
    } else { /* it may have been put with others */
        timeout_attached(source, real, call->caller);
    }
    id = real->g_source_attach(source, NULL);
    real->g_source_unref(source);
    return id;
}

/* Each does by itself what GLib's does, but for the callback data. */
#define ADDS(name, parameters, arguments, source_new, unit, priority, notify, is_once)             \
    HOOK(unsigned, name, parameters)                                                               \
    {                                                                                              \
        WRAP_BEGIN(glib);                                                                          \
        struct timeout *timeout = function ? timeout_admit(&call, function, data, notify) : NULL;  \
        unsigned id;                                                                               \
                                                                                                   \
        if (timeout) {                                                                             \
            timeout->once = is_once;                                                               \
            id = timeout_add(timeout, real->source_new(interval), interval * (unit), priority,     \
                             real, WRAP_CALL(#name, NULL));                                        \
        } else {                                                                                   \
            id = real->name arguments;                                                             \
        }                                                                                          \
        wrap_end(&call);                                                                           \
        return id;                                                                                 \
    }

ADDS(g_timeout_add, (unsigned interval, source_function function, void *data),
     (interval, function, data), g_timeout_source_new, MILLISECOND, 0, NULL, false)
ADDS(g_timeout_add_once, (unsigned interval, source_function function, void *data),
     (interval, function, data), g_timeout_source_new, MILLISECOND, 0, NULL, true)
ADDS(g_timeout_add_full,
     (int priority, unsigned interval, source_function function, void *data,
      notify_function notify),
     (priority, interval, function, data, notify), g_timeout_source_new, MILLISECOND, priority,
     notify, false)
ADDS(g_timeout_add_seconds, (unsigned interval, source_function function, void *data),
     (interval, function, data), g_timeout_source_new_seconds, SECOND, 0, NULL, false)
ADDS(g_timeout_add_seconds_once, (unsigned interval, source_function function, void *data),
     (interval, function, data), g_timeout_source_new_seconds, SECOND, 0, NULL, true)
ADDS(g_timeout_add_seconds_full,
     (int priority, unsigned interval, source_function function, void *data,
      notify_function notify),
     (priority, interval, function, data, notify), g_timeout_source_new_seconds, SECOND, priority,
     notify, false)

#define MAKES(name, unit)                                                                          \
    HOOK(struct source *, name, (unsigned interval))                                               \
    {                                                                                              \
        WRAP_BEGIN(glib);                                                                          \
        struct timeout *timeout = timeout_admit(&call, NULL, NULL, NULL);                          \
        struct source *source = real->name(interval);                                              \
                                                                                                   \
        if (timeout)                                                                               \
            timeout_born(timeout, source, interval *(unit), real, WRAP_CALL(#name, NULL));         \
        wrap_end(&call);                                                                           \
        return source;                                                                             \
    }

MAKES(g_timeout_source_new, MILLISECOND)
MAKES(g_timeout_source_new_seconds, SECOND)

/*
 * What goes on with other data, for what it was given next; NULL: the source is none of ours. It is
 * destroyed only after what it had is freed, which takes the lock.
 */
static struct timeout *timeout_succeed(struct source *source, const struct timeout *given)
{
    struct timeout *before = timeout_of(source), *timeout = before ? timeout_new(given) : NULL;
    bool has;

    if (!timeout)
        return NULL;
    memory_lock();
    has = source_has(source, before);
    if (has) {
        timeout->source = source;
        timeout->timer = before->timer;
        timeout->period = before->period;
        timeout->once = before->once;
        timeout->attached = before->attached;
        __atomic_store_n(&before->source, NULL, __ATOMIC_RELEASE);
    }
    memory_unlock();
    if (has)
        return timeout;
    timeout_free(timeout);
    return NULL;
}

HOOK(void, g_source_set_callback,
     (struct source * source, source_function function, void *data, notify_function notify))
{
    WRAP_BEGIN(glib);
    struct timeout *timeout = timeout_succeed(
        source, &(struct timeout){.function = function, .data = data, .notify = notify});

    if (timeout)
        real->g_source_set_callback_indirect(source, timeout, &timeout_funcs);
    else
        real->g_source_set_callback(source, function, data, notify);
    wrap_end(&call);
}

HOOK(void, g_source_set_callback_indirect,
     (struct source * source, void *data, const struct callback_funcs *funcs))
{
    WRAP_BEGIN(glib);
    struct timeout *timeout =
        timeout_succeed(source, &(struct timeout){.data = data, .funcs = funcs});

    if (timeout)
        real->g_source_set_callback_indirect(source, timeout, &timeout_funcs);
    else
        real->g_source_set_callback_indirect(source, data, funcs);
    wrap_end(&call);
}

HOOK(unsigned, g_source_attach, (struct source * source, struct context *context))
{
    WRAP_BEGIN(glib);
    unsigned id;

    timeout_attached(source, real, __builtin_return_address(0));
    id = real->g_source_attach(source, context);
    wrap_end(&call);
    return id;
}

HOOK(void, g_source_add_child_source, (struct source * source, struct source *child))
{
    WRAP_BEGIN(glib);

    timeout_attached(child, real, __builtin_return_address(0));
    real->g_source_add_child_source(source, child);
    wrap_end(&call);
}

/* From now on; then it goes on at its interval. */
HOOK(void, g_source_set_ready_time, (struct source * source, int64_t ready_time))
{
    WRAP_BEGIN(glib);
    struct timeout timeout = timeout_look(source);

    if (timeout.attached && ready_time >= 0)
        timeout_armed(&timeout, ready_time, __builtin_return_address(0));
    else if (timeout.attached)
        wrap_stopped(timeout.timer);
    real->g_source_set_ready_time(source, ready_time);
    wrap_end(&call);
}

static void source_named(const struct source *source, const char *name)
{
    if (name)
        wrap_named(timeout_look(source).timer, name);
}

HOOK(void, g_source_set_name, (struct source * source, const char *name))
{
    WRAP_BEGIN(glib);

    source_named(source, name);
    real->g_source_set_name(source, name);
    wrap_end(&call);
}

HOOK(void, g_source_set_static_name, (struct source * source, const char *name))
{
    WRAP_BEGIN(glib);

    source_named(source, name);
    real->g_source_set_static_name(source, name);
    wrap_end(&call);
}

HOOK(void, g_source_set_name_by_id, (unsigned id, const char *name))
{
    WRAP_BEGIN(glib);

    if (id)
        source_named(real->g_main_context_find_source_by_id(NULL, id), name);
    real->g_source_set_name_by_id(id, name);
    wrap_end(&call);
}
