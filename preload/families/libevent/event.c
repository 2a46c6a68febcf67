/*
 * event.c - the calls that make an event, set and delete its timeout, ask of it and end it, and
 * those of the bases. libevent gets our callback for each event of the program's, and its place as
 * the argument.
 */
#include "families/libevent/bufferevents.h"
#include "families/libevent/libevent.h"
#include "families/libevent/once.h"
#include "families/libevent/timeouts.h"

/* ---- it is made ---- */

/* An event is made here: one that is pending still was not deleted. */
static void event_overwritten(struct place *place)
{
    if (!place)
        return;
    if (place->armed)
        wrap_lost(place->timer);
    else
        event_timer_ends(place);
    place_free(place);
}

HOOK(struct event *, event_new,
     (struct event_base * base, int fd, short events, event_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users ? place_for(callback, argument, real) : NULL;
    struct event *event =
        real->event_new(base, fd, events, place ? event_came : callback, place ? place : argument);

    if (event)
        event_overwritten(place_find(event));
    if (place && event) {
        if (!(events & EV_OTHERS)) {
            place->note = NOTE_KEPT;
            place->timer = event_timer(WRAP_CALL("event_new", NULL), event,
                                       real->event_get_struct_event_size());
        }
        event_shown(place, event);
    } else if (place) {
        place_free(place);
    }
    wrap_end(&call);
    return event;
}

/*
 * Where there was one already that is not pending, made by event_new(), it goes on as another.
 * libevent calls the hooks for the others, when there is a place already.
 */
static struct place *event_assigned(const struct wrap_call *call, struct event *event,
                                    event_callback callback, void *argument)
{
    const struct real *real = (const struct real *)call->real;
    struct place *before, *place;

    if (!call->users || callback == event_came)
        return NULL;
    before = place_find(event);
    if (before && !before->armed && before->callback == (void (*)(void))callback &&
        before->argument == argument && before->real == real)
        return before;
    place = place_for(callback, argument, real);
    if (place && before && !before->armed) {
        place->note = before->note & NOTE_KEPT;
        place->timer = __atomic_exchange_n(&before->timer, 0, __ATOMIC_ACQ_REL);
    }
    event_overwritten(before);
    if (place)
        event_shown(place, event);
    return place;
}

HOOK(int, event_assign,
     (struct event * event, struct event_base *base, int fd, short events, event_callback callback,
      void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = event_assigned(&call, event, callback, argument);
    int result = real->event_assign(event, base, fd, events, place ? event_came : callback,
                                    place ? place : argument);

    wrap_end(&call);
    return result;
}

HOOK(void, event_set,
     (struct event * event, int fd, short events, event_callback callback, void *argument))
{
    WRAP_BEGIN(libevent);
    struct place *place = event_assigned(&call, event, callback, argument);

    real->event_set(event, fd, events, place ? event_came : callback, place ? place : argument);
    wrap_end(&call);
}

/* ---- it is asked ---- */

HOOK(event_callback, event_get_callback, (const struct event *event))
{
    WRAP_BEGIN(libevent);
    event_callback callback = real->event_get_callback(event);

    if (callback == event_came)
        callback = (event_callback)event_place(event, real)->callback;
    wrap_end(&call);
    return callback;
}

HOOK(void *, event_get_callback_arg, (const struct event *event))
{
    WRAP_BEGIN(libevent);
    const struct place *place = event_place(event, real);
    void *argument = place ? place->argument : real->event_get_callback_arg(event);

    wrap_end(&call);
    return argument;
}

HOOK(void, event_get_assignment,
     (const struct event *event, struct event_base **base, int *fd, short *events,
      event_callback *callback, void **argument))
{
    WRAP_BEGIN(libevent);
    const struct place *place = event_place(event, real);

    real->event_get_assignment(event, base, fd, events, callback, argument);
    if (place && callback && *callback == event_came)
        *callback = (event_callback)place->callback;
    if (place && argument)
        *argument = place->argument;
    wrap_end(&call);
}

/* ---- its timeout ---- */

/* Of an event that the program names in this call. */
static struct place *users_place(const struct wrap_call *call, const struct event *event)
{
    return call->users ? event_place(event, (const struct real *)call->real) : NULL;
}

HOOK(int, event_add, (struct event * event, const struct timeval *time))
{
    WRAP_BEGIN(libevent);
    struct place *place = call.users && time ? event_own_place(event, real) : NULL;
    bool before = place && place->armed;
    int result;

    if (place)
        event_armed(place, event, time, WRAP_CALL("event_add", NULL));
    result = real->event_add(event, time);
    if (place && result != 0 && !before)
        event_at_rest(place);
    wrap_end(&call);
    return result;
}

/* By hand, whatever reason it gives. */
HOOK(void, event_active, (struct event * event, int reason, short calls))
{
    WRAP_BEGIN(libevent);
    struct place *place = reason & EV_TIMEOUT ? users_place(&call, event) : NULL;

    if (place)
        __atomic_fetch_or(&place->note, NOTE_MANUAL, __ATOMIC_ACQ_REL);
    real->event_active(event, reason, calls);
    wrap_end(&call);
}

#define DELETE(name, parameters, ...)                                                              \
    HOOK(int, name, parameters)                                                                    \
    {                                                                                              \
        WRAP_BEGIN(libevent);                                                                      \
        struct place *place = users_place(&call, event);                                           \
        int result = real->name(__VA_ARGS__);                                                      \
                                                                                                   \
        if (place)                                                                                 \
            event_at_rest(place);                                                                  \
        wrap_end(&call);                                                                           \
        return result;                                                                             \
    }
DELETE(event_del, (struct event * event), event)
DELETE(event_del_block, (struct event * event), event)
DELETE(event_del_noblock, (struct event * event), event)
DELETE(event_remove_timer, (struct event * event), event)

/* ---- it ends ---- */

/* It waits for a callback that another thread runs: then none is at the place any more. */
HOOK(void, event_free, (struct event * event))
{
    WRAP_BEGIN(libevent);
    struct place *place = users_place(&call, event);

    if (place)
        event_timer_ends(place);
    real->event_free(event);
    if (place)
        place_free(place);
    wrap_end(&call);
}

/* A finalizer is in a place whose key is that of the event. */
static bool finalizer_kept(const struct place *place, finalize_callback callback)
{
    struct place *finalizer = place ? place_new(place) : NULL;

    if (finalizer)
        finalizer->callback = (void (*)(void))callback;
    return finalizer;
}

static finalize_callback finalizer_take(const struct place *place)
{
    struct place *finalizer = place_take(place);
    finalize_callback callback = (finalize_callback)finalizer->callback;

    place_free(finalizer);
    return callback;
}

static void event_finalized(struct event *event, void *argument)
{
    const struct place *place = argument;

    finalizer_take(place)(event, place->argument);
}

static void event_finalized_freed(struct event *event, void *argument)
{
    struct place *place = argument;
    finalize_callback callback = finalizer_take(place);

    argument = place->argument;
    place_free(place);
    callback(event, argument);
}

DELETE(event_finalize, (unsigned flags, struct event *event, finalize_callback callback), flags,
       event, finalizer_kept(place, callback) ? event_finalized : callback)

HOOK(int, event_free_finalize, (unsigned flags, struct event *event, finalize_callback callback))
{
    WRAP_BEGIN(libevent);
    struct place *place = users_place(&call, event);
    bool kept = finalizer_kept(place, callback);

    if (place)
        event_timer_ends(place);
    int result = real->event_free_finalize(flags, event, kept ? event_finalized_freed : callback);

    wrap_end(&call);
    return result;
}

/* ---- bases ---- */

HOOK(struct event_base *, event_init, (void))
{
    WRAP_BEGIN(libevent);

    event_current = real->event_init();
    wrap_end(&call);
    return event_current;
}

/* It deletes what is pending, and frees what it made itself for one time. */
static void event_base_ends(const struct event_base *base)
{
    if (!base)
        base = event_current;
    if (base == event_current)
        event_current = NULL;
    for (struct place *place = base ? places_take_all(base) : NULL, *next; place; place = next) {
        bool once = place->key == place;

        next = place->next;
        event_at_rest(place);
        place->loop = NULL;
        if (once)
            place_free(place);
        else
            place_show(place, place->key);
    }
}

#define BASE_FREE(name)                                                                            \
    HOOK(void, name, (struct event_base * base))                                                   \
    {                                                                                              \
        WRAP_BEGIN(libevent);                                                                      \
                                                                                                   \
        event_base_ends(base);                                                                     \
        real->name(base);                                                                          \
        wrap_end(&call);                                                                           \
    }
BASE_FREE(event_base_free)
BASE_FREE(event_base_free_nofinalize)

/* ---- the end ---- */

#define EVENT_WORDS 32

/* An event holds its place, wherever it is in there; what is freed, or used anew, does not. */
static void event_check_lost(struct place *place)
{
    const struct real *real = place->real;
    const void *words[EVENT_WORDS];
    bool holds = false;
    size_t size;

    if (!place->armed || !place->loop || place->key == place)
        return;
    size = real->event_get_struct_event_size();
    if (size > sizeof(words) || !wrap_look(words, place->key, size))
        return;
    for (size_t i = 0; i < size / sizeof(*words); i++)
        holds = holds || words[i] == place;
    if (!holds)
        wrap_lost(place->timer);
}

static void event_find_lost(void)
{
    places_visit(event_check_lost);
}
