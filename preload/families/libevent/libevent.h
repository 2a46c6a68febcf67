/*
 * libevent.h - the library as event.c and the parts that it includes know it. The timers of
 * libevent are two things:
 *
 * - An event that waits for nothing but time, made by event_new() (evtimer_new() is that), is a
 *   timer from then on until event_free(). So are the timeouts of a bufferevent, from
 *   bufferevent_set_timeouts() to bufferevent_free().
 * - Any other event has a timer while a timeout of it is pending: from the event_add() that gave it
 *   one until it fires, is deleted, or what else the event waited for has come. Its memory is the
 *   program's, which may free it without a word when it is not pending; an event that was given no
 *   timeout is nothing to us. event_base_once() is the same with an event of libevent's own.
 *
 * The key of a place is the event, and its loop the base that this was added to; that of an
 * event_base_once() is its own key. What may be told by the loop and by who deletes the event at
 * once, `armed` decides.
 */
#ifndef LIBEVENT_H
#define LIBEVENT_H

#include <sys/time.h>

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

struct event;
struct event_base;
struct bufferevent;
typedef void (*event_callback)(int, short, void *);
typedef void (*finalize_callback)(struct event *, void *);
typedef void (*data_callback)(struct bufferevent *, void *);
typedef void (*bufferevent_callback)(struct bufferevent *, short, void *);

/* The first are those that libev has too, which offers some of them: then it is libev that is
 * meant. */
#define WRAPPED(X)                                                                                 \
    X(int, event_add, (struct event *, const struct timeval *), WRAP_UNVERSIONED)                  \
    X(int, event_del, (struct event *), WRAP_UNVERSIONED)                                          \
    X(struct event *, event_new, (struct event_base *, int, short, event_callback, void *),        \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_assign,                                                                           \
      (struct event *, struct event_base *, int, short, event_callback, void *), WRAP_UNVERSIONED) \
    X(void, event_set, (struct event *, int, short, event_callback, void *), WRAP_UNVERSIONED)     \
    X(event_callback, event_get_callback, (const struct event *), WRAP_UNVERSIONED)                \
    X(void *, event_get_callback_arg, (const struct event *), WRAP_UNVERSIONED)                    \
    X(void, event_get_assignment,                                                                  \
      (const struct event *, struct event_base **, int *, short *, event_callback *, void **),     \
      WRAP_UNVERSIONED)                                                                            \
    X(void, event_active, (struct event *, int, short), WRAP_UNVERSIONED)                          \
    X(int, event_del_block, (struct event *), WRAP_UNVERSIONED)                                    \
    X(int, event_del_noblock, (struct event *), WRAP_UNVERSIONED)                                  \
    X(int, event_remove_timer, (struct event *), WRAP_UNVERSIONED)                                 \
    X(void, event_free, (struct event *), WRAP_UNVERSIONED)                                        \
    X(int, event_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)        \
    X(int, event_free_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)   \
    X(struct event_base *, event_init, (void), WRAP_UNVERSIONED)                                   \
    X(void, event_base_free, (struct event_base *), WRAP_UNVERSIONED)                              \
    X(void, event_base_free_nofinalize, (struct event_base *), WRAP_UNVERSIONED)                   \
    X(int, event_base_once,                                                                        \
      (struct event_base *, int, short, event_callback, void *, const struct timeval *),           \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_once, (int, short, event_callback, void *, const struct timeval *),               \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_base_loopexit, (struct event_base *, const struct timeval *), WRAP_UNVERSIONED)   \
    X(int, event_loopexit, (const struct timeval *), WRAP_UNVERSIONED)                             \
    X(void, bufferevent_setcb,                                                                     \
      (struct bufferevent *, data_callback, data_callback, bufferevent_callback, void *),          \
      WRAP_UNVERSIONED)                                                                            \
    X(void, bufferevent_getcb,                                                                     \
      (struct bufferevent *, data_callback *, data_callback *, bufferevent_callback *, void **),   \
      WRAP_UNVERSIONED)                                                                            \
    X(int, bufferevent_set_timeouts,                                                               \
      (struct bufferevent *, const struct timeval *, const struct timeval *), WRAP_UNVERSIONED)    \
    X(void, bufferevent_settimeout, (struct bufferevent *, int, int), WRAP_UNVERSIONED)            \
    X(int, bufferevent_enable, (struct bufferevent *, short), WRAP_UNVERSIONED)                    \
    X(int, bufferevent_disable, (struct bufferevent *, short), WRAP_UNVERSIONED)                   \
    X(void, bufferevent_free, (struct bufferevent *), WRAP_UNVERSIONED)
#define ASKED(X)                                                                                   \
    X(void *, event_self_cbarg, (void), WRAP_UNVERSIONED)                                          \
    X(short, event_get_events, (const struct event *), WRAP_UNVERSIONED)                           \
    X(struct event_base *, event_get_base, (const struct event *), WRAP_UNVERSIONED)               \
    X(size_t, event_get_struct_event_size, (void), WRAP_UNVERSIONED)                               \
    X(short, bufferevent_get_enabled, (struct bufferevent *), WRAP_UNVERSIONED)
WRAP_FUNCTIONS

#define EV_TIMEOUT 0x01
#define EV_READ 0x02
#define EV_SIGNAL 0x08
#define EV_OTHERS (EV_READ | 0x04 | EV_SIGNAL | 0x80) /* to read, to write, a signal, closed */
#define EV_PERSIST 0x10

static void event_find_lost(void);

static struct wrap_library libevent = {
    WRAP_LIBRARY,
    .family = "libevent",
    .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
    .file = "libevent",
    .at_end = event_find_lost,
};
WRAP_AT_START(libevent)

/* Of event_init(), for those that name none. */
static struct event_base *event_current;

/* A place's note is made of these, and above them of the period, ns. */
enum {
    NOTE_KEPT = 1,   /* it ends with its object, and not with its timeout */
    NOTE_MANUAL = 2, /* it was made active as if its time had come */
    NOTE_PERIOD = 2, /* by so many bits is the period shifted */
};

#endif
