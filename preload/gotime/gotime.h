/*
 * gotime.h - Go's timers, channels, select and contexts for C.
 *
 * Durations and times are nanoseconds in an int64_t. A time is one of gt_now(): monotonic, so that
 * setting the wall clock moves nothing. A duration that would overflow is clamped to "never" (292
 * years); zero and negative ones are due at once.
 *
 * Timers, tickers, channels, contexts and tasks are handles: small values, to be copied freely.
 * Each counts the lives of the place it names, up to four thousand million, so that a handle whose
 * object is gone is an error, -ESTALE, and never a crash. A handle of zeros is none: a channel of
 * zeros blocks for ever, as Go's nil channel, and is never ready in a select; anything else says
 * -ESTALE.
 *
 * Functions return 0 or a positive answer, or a negative errno. Those that return a handle return
 * one of zeros when there is no memory, with errno set. All are thread-safe; none may be called in
 * a signal handler. None prints or exits. No lock of the library is held while a callback runs.
 *
 * Threads that the library starts have all signals blocked; they begin with the first timer. After
 * fork() the child has no timers, contexts or tasks: their handles are stale there, and new ones
 * work. Channels are kept as they were, but nobody waits on them.
 */
#ifndef GOTIME_H
#define GOTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GT_API __attribute__((visibility("default")))
#else
#define GT_API
#endif

#define GT_NANOSECOND INT64_C(1)
#define GT_MICROSECOND (1000 * GT_NANOSECOND)
#define GT_MILLISECOND (1000 * GT_MICROSECOND)
#define GT_SECOND (1000 * GT_MILLISECOND)
#define GT_MINUTE (60 * GT_SECOND)
#define GT_HOUR (60 * GT_MINUTE)
#define GT_NEVER INT64_MAX

typedef struct gt_chan {
    uint64_t handle;
} gt_chan;

typedef struct gt_timer {
    uint64_t handle;
} gt_timer;

typedef struct gt_ticker {
    uint64_t handle;
} gt_ticker;

typedef struct gt_ctx {
    uint64_t handle;
} gt_ctx;

typedef struct gt_task {
    uint64_t handle;
} gt_task;

/* ---- the clock ---- */

/* CLOCK_MONOTONIC, or what the mock clock shows. */
GT_API int64_t gt_now(void);

/* Blocks the thread that long, by the clock that gt_now() shows. */
GT_API void gt_sleep(int64_t duration);

/*
 * From now on time stands still at `now` and moves by gt_clock_mock_advance() alone; for tests.
 * -EBUSY while timers wait or a mock clock is in use already.
 */
GT_API int gt_clock_mock(int64_t now);

/*
 * Moves the mock clock. What is due fires in the order of its deadlines, each at its own time, in
 * the calling thread; callbacks and tasks, and what they start that is due too, have ended when it
 * returns. -EINVAL without a mock clock or for a negative duration, -EDEADLK in a callback. A
 * callback must not wait for a time of this clock: nobody would move it meanwhile.
 */
GT_API int gt_clock_mock_advance(int64_t duration);

/* Timers that wait, gt_sleep() and every wait with a timeout included. */
GT_API size_t gt_clock_mock_waiting(void);

/* Blocks until at least so many wait: the code under test has come to its timers. */
GT_API int gt_clock_mock_await(size_t waiting);

/* Back to the real clock. -EBUSY while timers wait: stop them first. */
GT_API int gt_clock_real(void);

/* ---- channels ---- */

/*
 * A channel of elements of `size` bytes, which may be 0 for mere signals, and room for `capacity`
 * of them; without room, a send waits for its receiver. The caller frees it.
 */
GT_API gt_chan gt_chan_make(size_t size, size_t capacity);

/*
 * Copies an element in or out. NULL for `element` receives and discards, or sends zeros.
 * 0, -EPIPE when it is closed (a receive: and empty; the element is zeroed), -ESTALE when it was
 * freed, also meanwhile. A timer's, ticker's or context's channel cannot be sent to: -EPERM.
 */
GT_API int gt_chan_send(gt_chan chan, const void *element);
GT_API int gt_chan_recv(gt_chan chan, void *element);

/* The same, but -EAGAIN rather than waiting. */
GT_API int gt_chan_try_send(gt_chan chan, const void *element);
GT_API int gt_chan_try_recv(gt_chan chan, void *element);

/* The same, but -ETIMEDOUT after so long. They make no timer. */
GT_API int gt_chan_send_timeout(gt_chan chan, const void *element, int64_t timeout);
GT_API int gt_chan_recv_timeout(gt_chan chan, void *element, int64_t timeout);

/*
 * No more sends; receivers get what is buffered, then -EPIPE. -EPIPE if it was closed already,
 * -EPERM for a channel of a timer, ticker or context.
 */
GT_API int gt_chan_close(gt_chan chan);

/*
 * Gives the channel back, with what is buffered. Who waits on it gets -ESTALE. For the channel of
 * a gt_after() or gt_tick(): stops the timer behind it, as Go's collector does since 1.23; later
 * receives from a gt_after() are ready at once, as if it had fired. -EPERM for those of timers,
 * tickers and contexts, which go with their owner.
 */
GT_API int gt_chan_free(gt_chan chan);

/* Elements buffered, and room; 0 for a stale handle. */
GT_API size_t gt_chan_len(gt_chan chan);
GT_API size_t gt_chan_cap(gt_chan chan);

/* ---- select ---- */

enum gt_direction {
    GT_RECV,
    GT_SEND,
};

struct gt_case {
    enum gt_direction direction;
    gt_chan chan;
    void *element; /* as of gt_chan_recv() and gt_chan_send() */
    int result;    /* out, of the chosen case: 0, or -EPIPE for a closed channel */
};

#define GT_CASE_RECV(chan, element)                                                                \
    {                                                                                              \
        GT_RECV, (chan), (element), 0                                                              \
    }
#define GT_CASE_SEND(chan, element)                                                                \
    {                                                                                              \
        GT_SEND, (chan), (element), 0                                                              \
    }

/*
 * Carries out one of the cases that can proceed, chosen fairly, and returns its index; waits until
 * there is one. -ESTALE if a channel was freed, -EINVAL for more than INT_MAX cases. A send to a
 * closed channel is chosen, with -EPIPE.
 */
GT_API int gt_select(struct gt_case *cases, size_t count);

/* The same with a default: -EAGAIN when no case can proceed. */
GT_API int gt_try_select(struct gt_case *cases, size_t count);

/* The same, but -ETIMEDOUT after so long. It makes no timer: the cheap cure for select and after.
 */
GT_API int gt_select_timeout(struct gt_case *cases, size_t count, int64_t timeout);

/* ---- timers ---- */

/*
 * A channel that becomes ready after `duration` and stays so: every receive then gets the time, an
 * int64_t, at which it fired (or that of the receive, if nobody was waiting when it did). Nobody
 * can stop it but by gt_chan_free(): it lives until it fires, whoever listens, and then gives
 * itself back. Made in a loop around a select it piles up; that is the leak timerleak exists to
 * show.
 */
GT_API gt_chan gt_after(int64_t duration);

/* The channel of a ticker that nobody can stop but by gt_chan_free(). -EINVAL in errno for a period
 * that is not positive. */
GT_API gt_chan gt_tick(int64_t period);

/* A timer that sends the time, once, to its channel. It lives until gt_timer_free(). */
GT_API gt_timer gt_timer_new(int64_t duration);

/*
 * A timer that calls `function`, once, in a thread of the library. It lives until gt_timer_free(),
 * which may be called at any time, also by the callback itself, or, with GT_AUTOFREE, until the
 * callback has returned or it is stopped.
 */
GT_API gt_timer gt_after_func(int64_t duration, void (*function)(void *argument), void *argument);

enum gt_func_flags {
    GT_AUTOFREE = 1,
    GT_INLINE = 2, /* the callback never blocks: it runs in the thread that fires timers, at less
                      cost, and delays all others while it runs */
};

struct gt_func {
    void (*function)(void *argument);
    void *argument;
    void (*destroy)(void *argument); /* called once, when the callback can run no more: it has
                                        returned and the timer was freed, or it was stopped and
                                        freed; NULL: none */
    size_t retained;                 /* bytes that `argument` keeps alive, for timerleak's report */
    const char *name;                /* for metrics and reports; copied; NULL: none */
    unsigned flags;                  /* enum gt_func_flags */
};

GT_API gt_timer gt_after_func_with(int64_t duration, const struct gt_func *func);

/*
 * Stops it: no value will come and no callback will start. 1: it was stopped before anyone could
 * notice that it fired, a value that nobody received is gone. 0: it had fired and its value was
 * received, or its callback was started, or it was stopped already. As in Go 1.23 there is nothing
 * to drain, whatever the answer.
 */
GT_API int gt_timer_stop(gt_timer timer);

/* The same, and waits for a callback that runs. -EDEADLK in that callback itself. */
GT_API int gt_timer_stop_sync(gt_timer timer);

/* Stops it and starts it anew. The answer is that of gt_timer_stop(). */
GT_API int gt_timer_reset(gt_timer timer, int64_t duration);

/* Its channel, which lives as long as it does; none (zeros) for one with a callback. */
GT_API gt_chan gt_timer_chan(gt_timer timer);

/* Stops it and gives it back. A callback that runs runs on. */
GT_API int gt_timer_free(gt_timer timer);

/* A name for metrics and reports; copied. Names are kept for ever: give kinds, not numbers. */
GT_API int gt_timer_name(gt_timer timer, const char *name);
GT_API int gt_ticker_name(gt_ticker ticker, const char *name);

/*
 * A ticker sends the time to its channel, which has room for one, every `period`; ticks that find
 * it full are dropped. Ticks stay on the grid of its start: it does not drift. A period that is not
 * positive: -EINVAL (gt_ticker_new: in errno).
 */
GT_API gt_ticker gt_ticker_new(int64_t period);
GT_API int gt_ticker_stop(gt_ticker ticker);
GT_API int gt_ticker_reset(gt_ticker ticker, int64_t period);
GT_API gt_chan gt_ticker_chan(gt_ticker ticker);
GT_API int gt_ticker_free(gt_ticker ticker);

/* ---- a pool of timers ---- */

/*
 * A running timer with a channel, as gt_timer_new() makes it, from those that were put back. What
 * its last user left never reaches this one. put makes every copy of the handle stale.
 */
GT_API gt_timer gt_timer_pool_get(int64_t duration);
GT_API int gt_timer_pool_put(gt_timer timer);

/* ---- a scheduler ---- */

/*
 * Runs `function` every `period`, for any number of tasks on one timer. A task that is slow misses
 * its own turns, and delays no other; never do two runs of one task overlap.
 */
GT_API gt_task gt_scheduler_start(int64_t period, void (*function)(void *argument), void *argument);

/* No run starts after it, and one in progress has ended; -EDEADLK, yet stopped, in the task itself.
 */
GT_API int gt_scheduler_stop(gt_task task);

/* A new period, counted from now. */
GT_API int gt_scheduler_reset(gt_task task, int64_t period);

/* ---- contexts ---- */

/* Never done, never cancelled; need not be freed. */
GT_API gt_ctx gt_ctx_background(void);

/*
 * A child is done when it is cancelled, when its time has come, or when its parent is done. It
 * lives until gt_ctx_free(), which cancels it, and keeps no timer once it is done. Of parent and
 * child either may be freed first.
 */
GT_API gt_ctx gt_ctx_with_cancel(gt_ctx parent);
GT_API gt_ctx gt_ctx_with_timeout(gt_ctx parent, int64_t timeout);
GT_API gt_ctx gt_ctx_with_deadline(gt_ctx parent, int64_t deadline);

/* -EPERM for the background. */
GT_API int gt_ctx_cancel(gt_ctx ctx);
GT_API int gt_ctx_free(gt_ctx ctx);

/* A channel that is closed when the context is done; lives as long as it does. None (zeros) for the
 * background. */
GT_API gt_chan gt_ctx_done(gt_ctx ctx);

/* 0 while it is not done; then -ECANCELED or -ETIMEDOUT, its own or its parent's. */
GT_API int gt_ctx_err(gt_ctx ctx);

/* Whether it has a deadline, the earliest of its own and its ancestors'. */
GT_API bool gt_ctx_deadline(gt_ctx ctx, int64_t *deadline);

/* ---- the library itself ---- */

/* How many threads may run callbacks and tasks at the same time: 64 unless set; at least 1. */
GT_API int gt_executor_limit(unsigned threads);

/*
 * Writes Prometheus text (format 0.0.4): timer_active_count, timer_live, timer_created_total,
 * timer_fired_total, timer_stopped_total, timer_latency_seconds, timer_lateness_seconds. Timers
 * with a name carry it as the label "name". 0, or -EIO if the stream had an error.
 */
GT_API int gt_metrics_write(FILE *to);

struct gt_label {
    const char *name;  /* [a-zA-Z_][a-zA-Z0-9_]*; not "name", "le" or one that begins with "__" */
    const char *value; /* any text; escaped */
};

/* What all metrics of a program carry. Only read, during the call. */
struct gt_metrics_options {
    const char *prefix; /* of metrics' names, as it is: [a-zA-Z_:][a-zA-Z0-9_:]*; NULL: none */
    const struct gt_label *labels; /* of every series, each name once */
    size_t label_count;
};

/*
 * The same, with a prefix ("shop_": shop_timer_live) and constant labels; NULL: without. -EINVAL,
 * and nothing is written, if a name breaks these rules, which are Prometheus's.
 */
GT_API int gt_metrics_write_with(FILE *to, const struct gt_metrics_options *options);

/*
 * Ends the library's threads, after what they run, and gives all its memory back. Every handle is
 * stale afterwards; with the next timer everything begins anew. -EDEADLK in a callback. Need not be
 * called; no other thread may be inside the library meanwhile.
 */
GT_API int gt_shutdown(void);

#ifdef __cplusplus
}
#endif

#endif
