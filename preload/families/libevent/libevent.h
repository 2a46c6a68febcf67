/*
 * libevent.h - what the files of this object share. The timers of libevent are two things:
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

/* The first is one that libev has too, which offers some of them: then it is libev that is meant.
 */
#define EVENTS(X)                                                                                  \
    X(int, event_add, (struct event *, const struct timeval *), WRAP_UNVERSIONED)                  \
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
    X(int, event_del, (struct event *), WRAP_UNVERSIONED)                                          \
    X(int, event_del_block, (struct event *), WRAP_UNVERSIONED)                                    \
    X(int, event_del_noblock, (struct event *), WRAP_UNVERSIONED)                                  \
    X(int, event_remove_timer, (struct event *), WRAP_UNVERSIONED)                                 \
    X(void, event_free, (struct event *), WRAP_UNVERSIONED)                                        \
    X(int, event_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)        \
    X(int, event_free_finalize, (unsigned, struct event *, finalize_callback), WRAP_UNVERSIONED)   \
    X(struct event_base *, event_init, (void), WRAP_UNVERSIONED)                                   \
    X(void, event_base_free, (struct event_base *), WRAP_UNVERSIONED)                              \
    X(void, event_base_free_nofinalize, (struct event_base *), WRAP_UNVERSIONED)
#define ONCE(X)                                                                                    \
    X(int, event_base_once,                                                                        \
      (struct event_base *, int, short, event_callback, void *, const struct timeval *),           \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_once, (int, short, event_callback, void *, const struct timeval *),               \
      WRAP_UNVERSIONED)                                                                            \
    X(int, event_base_loopexit, (struct event_base *, const struct timeval *), WRAP_UNVERSIONED)   \
    X(int, event_loopexit, (const struct timeval *), WRAP_UNVERSIONED)
#define BUFFEREVENTS(X)                                                                            \
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
#define WRAPPED(X) EVENTS(X) ONCE(X) BUFFEREVENTS(X)
#define ASKED(X)                                                                                   \
    X(void *, event_self_cbarg, (void), WRAP_UNVERSIONED)                                          \
    X(short, event_get_events, (const struct event *), WRAP_UNVERSIONED)                           \
    X(struct event_base *, event_get_base, (const struct event *), WRAP_UNVERSIONED)               \
    X(size_t, event_get_struct_event_size, (void), WRAP_UNVERSIONED)                               \
    X(short, bufferevent_get_enabled, (struct bufferevent *), WRAP_UNVERSIONED)
WRAPPED(WRAP_PROTOTYPE)
WRAP_STRUCTURE

#define EV_TIMEOUT 0x01
#define EV_READ 0x02
#define EV_SIGNAL 0x08
#define EV_OTHERS (EV_READ | 0x04 | EV_SIGNAL | 0x80) /* to read, to write, a signal, closed */
#define EV_PERSIST 0x10

extern struct wrap_library libevent;

/* Of event_init(), for those that name none. */
extern struct event_base *event_current;

/* A place's note is made of these, and above them of the period, ns. */
enum {
    NOTE_KEPT = 1,   /* it ends with its object, and not with its timeout */
    NOTE_MANUAL = 2, /* it was made active as if its time had come */
    NOTE_PERIOD = 2, /* by so many bits is the period shifted */
};

/* Not one of libevent's own making, in whichever part of it. */
bool is_programs(const void *callback);

uint64_t event_nanoseconds(const struct timeval *time);

uint64_t event_timer(const struct timerleak_call *call, size_t retained);

/* So that it is told once, whoever else does. */
void event_timer_ends(struct place *place);

/* Its timeout is pending no more: because it fired, which was told, or without. */
void event_at_rest(struct place *place);

/* Before libevent knows of the timeout: another thread's loop may be quicker. */
void event_armed(struct place *place, const struct event *event, const struct timeval *time,
                 const struct timerleak_call *call);

/* What libevent is given for the program's callbacks, with the place as the argument. */
void event_came(int fd, short what, void *argument);
void event_finalized(struct event *event, void *argument);

/* For an event that is set up now; NULL: it is not the program's, or there is no memory. */
struct place *place_for(event_callback callback, void *argument, const struct real *real);
void event_shown(struct place *place, struct event *event);

/* Of one that was; NULL: it is not the program's, or not wrapped. */
struct place *event_place(const struct event *event, const struct real *real);

/* The same, and not that of an event it was copied from. */
struct place *event_own_place(struct event *event, const struct real *real);

#endif
