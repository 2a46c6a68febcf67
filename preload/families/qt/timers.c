#include "families/qt/timers.h"

#define NS_PER_MS 1000000u

/* In the note of an object's place. */
enum { QTIMER = 1, SINGLE = 2 };

/* In that of an id's, beside the address of its object. */
enum { BASIC = 1 };

struct place *timer_new(const struct wrap_library *library)
{
    return wrap_admits(library) ? place_new() : NULL;
}

/* With an interval of 0 it fires whenever the loop comes round: each ms, as far as can be said. */
void timer_armed(const struct place *place, int interval, bool single, const void *caller)
{
    uint64_t delay = (uint64_t)interval * NS_PER_MS;
    uint64_t period = interval ? delay : NS_PER_MS;

    wrap_armed(place->timer, delay, single ? 0 : period, caller);
}

void timer_ended(struct place *place)
{
    wrap_released(place->timer);
    place_free(place);
}

/* Where there is no memory to find it by, its end would not be seen. */
static bool timer_show(struct place *place, const void *key)
{
    place->key = key;
    if (place_show(place))
        return true;
    timer_ended(place);
    return false;
}

/* ---- objects ---- */

void qtimer_show(struct place *place, const void *object)
{
    place->note = QTIMER;
    timer_show(place, object);
}

void singleshot_show(struct place *place, const void *object)
{
    timer_show(place, object);
}

struct place *qtimer_find(const void *object)
{
    struct place *place = place_find(object);

    return place && place->note & QTIMER ? place : NULL;
}

void qtimer_set(struct place *place, struct setting now, const void *caller)
{
    bool ran = place->armed;

    place->armed = now.id > 0;
    place->note = QTIMER | (now.single ? SINGLE : 0);
    if (place->armed)
        timer_armed(place, now.interval, now.single, caller);
    else if (ran)
        wrap_stopped(place->timer);
}

/*
 * It was started unseen, by a signal that is connected to SLOT(start()); or what was said of it
 * then is so no more: setSingleShot() takes effect when it fires.
 */
void qtimer_fired(struct place *place, struct setting now)
{
    if (!place->armed || !(place->note & SINGLE) != !now.single)
        qtimer_set(place, now, NULL);
    wrap_fired(place->timer);
    place->armed = !now.single;
}

void singleshot_fired(const void *object)
{
    const struct place *place = place_find(object);

    if (place)
        wrap_fired(place->timer);
}

void object_ended(const void *object)
{
    struct place *place = place_take(object);
    struct place *id = place ? place->argument : NULL;

    while (id) {
        struct place *next = id->argument;

        if (place_take(id->key))
            timer_ended(id);
        id = next;
    }
    if (place)
        timer_ended(place);
}

/* ---- ids: that of an object refers to the first that it owns, each of these to the next ---- */

static const void *id_object(const struct place *id)
{
    return (const void *)(id->note & ~(uintptr_t)BASIC);
}

static struct place *owner_of(const void *object)
{
    struct place *owner = place_find(object);

    if (owner)
        return owner;
    owner = place_new();
    return owner && timer_show(owner, object) ? owner : NULL;
}

void owned_show(struct place *place, const void *id, const void *object)
{
    struct place *owner = owner_of(object);

    place->note = (uintptr_t)object;
    if (!owner) {
        timer_ended(place);
    } else if (timer_show(place, id)) {
        place->argument = owner->argument;
        owner->argument = place;
    }
}

void owned_end(const void *id, const void *object)
{
    struct place *place = place_find(id);
    struct place *before = place ? place_find(object) : NULL;

    if (!before || place->note != (uintptr_t)object)
        return;
    while (before->argument && before->argument != place)
        before = before->argument;
    before->argument = place->argument;
    place_take(id);
    timer_ended(place);
}

struct place *basic_take(const void *id)
{
    const struct place *place = place_find(id);

    return place && place->note & BASIC ? place_take(id) : NULL;
}

void basic_show(struct place *place, const void *id, const void *object)
{
    if (object)
        place->note = (uintptr_t)object | BASIC;
    timer_show(place, id);
}

bool id_fired(const void *id, const void *object)
{
    const struct place *place = place_find(id);

    if (!place || id_object(place) != object)
        return false;
    wrap_fired(place->timer);
    return true;
}
