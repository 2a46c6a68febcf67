#include "families/qt/timers.h"

#define NS_PER_MS 1000000u

/* In the note of an object's place. */
enum { QTIMER = 1, SINGLE = 2 };

/* In that of an id's, beside the address: of its object, else of the place of the one that owns it.
 */
enum { BASIC = 1 };

/* With an interval of 0 it fires whenever the loop comes round: each ms, as far as can be said. */
static uint64_t timer_period(int interval, bool single)
{
    return single ? 0 : (uint64_t)(interval ? interval : 1) * NS_PER_MS;
}

void timer_armed(uint64_t timer, int interval, bool single, const void *caller)
{
    wrap_armed(timer, (uint64_t)interval * NS_PER_MS, timer_period(interval, single), caller);
}

void timer_armed_at_birth(uint64_t timer, int interval, bool single, const void *caller)
{
    wrap_armed_at_birth(timer, (uint64_t)interval * NS_PER_MS, timer_period(interval, single),
                        caller);
}

static void timer_ended(struct place *place)
{
    wrap_released(place->timer);
    place_free(place);
}

/* Without a place its end would not be seen. */
static struct place *timer_place(const void *key, uint64_t timer)
{
    struct place *place = place_new(key);

    if (place)
        place->timer = timer;
    else
        wrap_released(timer);
    return place;
}

/* ---- objects ---- */

static void object_born(const void *object, uint64_t timer, uintptr_t note)
{
    struct place *place;

    object_ended(object); /* another was there, whose destructor did not run */
    place = timer ? timer_place(object, timer) : NULL;
    if (place)
        place->note = note;
}

void qtimer_born(const void *object, uint64_t timer)
{
    object_born(object, timer, QTIMER);
}

void singleshot_born(const void *object, uint64_t timer)
{
    object_born(object, timer, 0);
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
        timer_armed(place->timer, now.interval, now.single, caller);
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
    struct place *place = place_find(object);
    struct place *id = place ? place->argument : NULL;

    while (id) {
        struct place *next = id->argument;

        timer_ended(id);
        id = next;
    }
    if (place)
        timer_ended(place);
}

/* ---- ids: an object refers to the first of those that it owns, each of them to the next ---- */

static struct place *id_owner(const struct place *id)
{
    return id->note & BASIC ? NULL : (struct place *)id->note;
}

static const void *id_object(const struct place *id)
{
    const struct place *owner = id_owner(id);

    return owner ? owner->key : (const void *)(id->note & ~(uintptr_t)BASIC);
}

static void id_end(struct place *id)
{
    struct place *before = id_owner(id);

    while (before && before->argument != id)
        before = before->argument;
    if (before)
        before->argument = id->argument;
    timer_ended(id);
}

void owned_born(const void *id, const void *object, uint64_t timer)
{
    struct place *place = timer ? timer_place(id, timer) : NULL;
    struct place *owner = place ? place_find(object) : NULL;

    if (!place)
        return;
    if (!owner)
        owner = place_new(object);
    if (!owner) {
        timer_ended(place);
        return;
    }
    place->note = (uintptr_t)owner;
    place->argument = owner->argument;
    owner->argument = place;
}

void owned_end(const void *id, const void *object)
{
    struct place *place = place_find(id);

    if (place && id_owner(place) && id_object(place) == object)
        id_end(place);
}

struct basic basic_take(const void *id)
{
    struct place *place = place_find(id);
    struct basic basic = {0};

    if (place && place->note & BASIC) {
        basic = (struct basic){place->timer, id_object(place)};
        place_free(place);
    }
    return basic;
}

void basic_put(const void *id, struct basic basic)
{
    struct place *place = timer_place(id, basic.timer);

    if (place)
        place->note = (uintptr_t)basic.object | BASIC;
}

bool id_fired(const void *id, const void *object)
{
    const struct place *place = place_find(id);

    if (!place || id_object(place) != object)
        return false;
    wrap_fired(place->timer);
    return true;
}
