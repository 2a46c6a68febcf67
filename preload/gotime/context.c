/*
 * Contexts. Each is a root or hangs below its parent until one of them is done. All of a tree share
 * a lock, so that nobody ever holds two; roots take one of a few by turns.
 *
 * Order: a tree's lock, then that of a channel. Timers are made and freed without it, as the shim
 * is told then.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "cells.h"
#include "channel.h"
#include "clock.h"
#include "handle.h"
#include "mutex.h"
#include "parts.h"
#include "ring.h"
#include "timer.h"
#include "watch.h"

#define TREES 64

struct context {
    struct cell cell;
    uint32_t tree; /* which lock; changes only when nobody has the handle */
    struct ring siblings;
    struct ring children; /* not done; or done, with a timer that is yet to be freed */
    int err;              /* 0, -ECANCELED or -ETIMEDOUT */
    int64_t deadline;     /* GT_NEVER: none */
    gt_chan done;
    gt_timer timer; /* zeros: none, or freed */
};

_Static_assert(sizeof(struct context) <= 128, "a context fits its cell");

static struct tree {
    struct mutex lock;
} __attribute__((aligned(64))) trees[TREES];

static const gt_ctx background = {(uint64_t)KIND_CONTEXT << 60};

static struct context *context_at(uint32_t index)
{
    return cells_at(CELLS_CONTEXT, index);
}

static struct context *context_of(struct ring *siblings)
{
    return (struct context *)((char *)siblings - offsetof(struct context, siblings));
}

static bool is_background(gt_ctx ctx)
{
    return ctx.handle == background.handle;
}

/* ---- being done ---- */

static void context_finish(struct context *context, int err)
{
    if (context->err)
        return;
    context->err = err;
    channel_close_owned(context->done);
}

/*
 * All below `top` become its children, however deep they are, and stay only for their timers.
 * Under the lock.
 */
static void tree_finish(struct context *top, int err)
{
    struct ring *link, *next;

    context_finish(top, err);
    for (link = top->children.next; link != &top->children; link = next) {
        struct context *context = context_of(link);

        ring_move(&top->children, &context->children);
        context_finish(context, err);
        next = link->next;
        if (!context->timer.handle)
            ring_remove(link);
    }
}

static gt_timer timer_take(struct context *context)
{
    gt_timer timer = context->timer;

    context->timer.handle = 0;
    return timer;
}

/*
 * That of a done context, or of one below it; zeros when there is none left. Under the lock. Some
 * below it may have given their timers up themselves, while the lock was not held.
 */
static gt_timer tree_take_timer(struct context *top)
{
    while (!top->timer.handle && !ring_empty(&top->children)) {
        struct context *below = context_of(top->children.next);

        ring_remove(&below->siblings);
        if (below->timer.handle)
            return timer_take(below);
    }
    return timer_take(top);
}

/*
 * False, without a lock, if this life of it has ended. Who has the handle sees the tree of this
 * life, or that of a later one, and then a later generation as well.
 */
static bool context_lock(struct context *context, uint32_t generation)
{
    uint32_t tree = __atomic_load_n(&context->tree, __ATOMIC_ACQUIRE);

    mutex_take(&trees[tree].lock);
    if (cell_generation(context) == generation)
        return true;
    mutex_give(&trees[tree].lock);
    return false;
}

static void context_unlock(const struct context *context)
{
    mutex_give(&trees[context->tree].lock);
}

/* NULL, without a lock, if it is stale or the background. */
static struct context *context_find(gt_ctx ctx)
{
    uint32_t index = handle_index(ctx.handle);

    if (handle_kind(ctx.handle) != KIND_CONTEXT || !index)
        return NULL;
    struct context *context = context_at(index);
    return context && context_lock(context, handle_generation(ctx.handle)) ? context : NULL;
}

/* Frees the timers of all that is done at and below it, one at a time, without the lock. */
static void timers_release(struct context *context, uint32_t generation)
{
    gt_timer timer;

    while (context_lock(context, generation)) {
        timer = tree_take_timer(context);
        context_unlock(context);
        if (!timer.handle)
            return;
        gt_timer_free(timer);
    }
}

/* A locked one, which is unlocked then. */
static void context_end(struct context *context, int err)
{
    uint32_t generation = cell_generation(context);

    tree_finish(context, err);
    context_unlock(context);
    timers_release(context, generation);
}

_Static_assert(sizeof(void *) >= sizeof(uint64_t), "a handle passes as a callback's argument");

static void context_expire(void *handle)
{
    struct context *context = context_find((gt_ctx){(uint64_t)(uintptr_t)handle});

    if (context)
        context_end(context, -ETIMEDOUT);
}

/* ---- being made ---- */

/* A root, which nobody knows yet; NULL, and errno, when it can't be made. */
static struct context *context_make(uint32_t *index)
{
    gt_chan done = channel_make_owned();

    if (!done.handle)
        return NULL;
    *index = cells_take(CELLS_CONTEXT);
    struct context *context = *index ? context_at(*index) : NULL;
    if (!context) {
        channel_free_owned(done);
        return NULL;
    }
    __atomic_store_n(&context->tree, *index % TREES, __ATOMIC_RELEASE);
    ring_init(&context->siblings);
    ring_init(&context->children);
    context->err = 0;
    context->deadline = GT_NEVER;
    context->done = done;
    context->timer.handle = 0;
    return context;
}

/* Below its parent, while that is not done. 0 or -ESTALE. */
static int context_join(struct context *context, gt_ctx above)
{
    if (is_background(above))
        return 0;
    struct context *parent = context_find(above);
    if (!parent)
        return -ESTALE;
    __atomic_store_n(&context->tree, parent->tree, __ATOMIC_RELEASE);
    context->deadline = parent->deadline;
    if (parent->err)
        context_finish(context, parent->err);
    else
        ring_add(&parent->children, &context->siblings);
    context_unlock(parent);
    return 0;
}

/* The timer may fire, or the parent end, before it is known here. 0, or why there is none. */
static int context_start_timer(struct context *context, gt_ctx ctx,
                               const struct timerleak_call *call)
{
    const struct gt_func expire = {
        .function = context_expire, .argument = (void *)(uintptr_t)ctx.handle, .flags = GT_INLINE};
    gt_timer timer = timer_make_func(context->deadline, &expire, call);

    if (!timer.handle)
        return -errno;
    context_lock(context, handle_generation(ctx.handle));
    if (!context->err) {
        context->timer = timer;
        timer.handle = 0;
    }
    context_unlock(context);
    if (timer.handle)
        gt_timer_free(timer);
    return 0;
}

/* A deadline that is no earlier than those above needs no timer. 0, or why there is none. */
static int context_limit(struct context *context, gt_ctx ctx, int64_t deadline,
                         const struct timerleak_call *call)
{
    bool past = deadline <= clock_now(), earlier;

    context_lock(context, handle_generation(ctx.handle));
    earlier = deadline < context->deadline;
    if (earlier)
        context->deadline = deadline;
    if (earlier && past) {
        context_end(context, -ETIMEDOUT);
        return 0;
    }
    earlier = earlier && !context->err;
    context_unlock(context);
    return earlier ? context_start_timer(context, ctx, call) : 0;
}

static gt_ctx context_new(gt_ctx parent, int64_t deadline, const struct timerleak_call *call)
{
    uint32_t index;
    struct context *context = context_make(&index);
    gt_ctx ctx;

    if (!context)
        return (gt_ctx){0};
    ctx.handle = handle_make(KIND_CONTEXT, index, cell_generation(context));
    int error = context_join(context, parent);
    if (!error)
        error = context_limit(context, ctx, deadline, call);
    if (!error)
        return ctx;
    gt_ctx_free(ctx);
    errno = -error;
    return (gt_ctx){0};
}

/* ---- the public functions ---- */

gt_ctx gt_ctx_background(void)
{
    return background;
}

gt_ctx gt_ctx_with_cancel(gt_ctx parent)
{
    return context_new(parent, GT_NEVER, NULL);
}

gt_ctx gt_ctx_with_timeout(gt_ctx parent, int64_t timeout)
{
    return context_new(parent, clock_after(clock_now(), timeout), CALL_IF_WATCHED("context"));
}

gt_ctx gt_ctx_with_deadline(gt_ctx parent, int64_t deadline)
{
    return context_new(parent, deadline, CALL_IF_WATCHED("context"));
}

int gt_ctx_cancel(gt_ctx ctx)
{
    struct context *context = context_find(ctx);

    if (!context)
        return is_background(ctx) ? -EPERM : -ESTALE;
    context_end(context, -ECANCELED);
    return 0;
}

int gt_ctx_free(gt_ctx ctx)
{
    struct context *context = context_find(ctx);

    if (!context)
        return is_background(ctx) ? 0 : -ESTALE;
    cell_age(context);
    ring_remove(&context->siblings);
    context_end(context, -ECANCELED);
    channel_free_owned(context->done);
    cells_give(CELLS_CONTEXT, handle_index(ctx.handle));
    return 0;
}

/* The channel of a context that is gone is a stale one: nobody shall wait for ever. */
gt_chan gt_ctx_done(gt_ctx ctx)
{
    struct context *context = context_find(ctx);
    gt_chan done = {is_background(ctx) ? 0 : handle_make(KIND_CONTEXT, 0, 0)};

    if (context) {
        done = context->done;
        context_unlock(context);
    }
    return done;
}

int gt_ctx_err(gt_ctx ctx)
{
    struct context *context = context_find(ctx);

    if (!context)
        return is_background(ctx) ? 0 : -ESTALE;
    int err = context->err;
    context_unlock(context);
    return err;
}

bool gt_ctx_deadline(gt_ctx ctx, int64_t *deadline)
{
    struct context *context = context_find(ctx);

    if (!context)
        return false;
    int64_t found = context->deadline;
    context_unlock(context);
    if (deadline && found != GT_NEVER)
        *deadline = found;
    return found != GT_NEVER;
}

/* ---- fork and the end ---- */

void contexts_end(void)
{
    cells_end(CELLS_CONTEXT);
}

/* Whatever state another thread left them in: all that is kept of them is which channels to free.
 */
void contexts_renew(void)
{
    for (uint32_t i = 1; i < cells[CELLS_CONTEXT].made; i++)
        channel_free_owned(context_at(i)->done);
    contexts_end();
    memset(trees, 0, sizeof(trees));
}
