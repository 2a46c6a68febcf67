/*
 * timers.h - Qt's timers as this object knows them, whichever version of Qt they are of.
 *
 * Some are objects: a QTimer, and what QTimer::singleShot() makes. Others are ids: of
 * QObject::startTimer(), which end with their object, and of QBasicTimer. Each has a place, by the
 * object's address or by the id, and so has an object that has no timer but ids.
 *
 * An object is used by one thread, as Qt demands: what its place says is guarded by nothing.
 */
#ifndef QT_TIMERS_H
#define QT_TIMERS_H

#include "families/wrap/places.h"
#include "families/wrap/wrap.h"

/* What a QTimer says of itself. */
struct setting {
    int id; /* while it runs, else below 1 */
    int interval;
    bool single;
};

/* By what an id is found, of that version of Qt: no object has such an address. */
static inline const void *id_key(unsigned version, int id)
{
    return (const void *)((uintptr_t)(unsigned)id << 4 | version);
}

/* Told right after its birth. */
void timer_armed_at_birth(uint64_t timer, int interval, bool single, const void *caller);

void timer_armed(uint64_t timer, int interval, bool single, const void *caller);

/* ---- objects ---- */

void qtimer_born(const void *object, uint64_t timer);
void singleshot_born(const void *object, uint64_t timer);

/* Of a QTimer; NULL: it isn't recorded. */
struct place *qtimer_find(const void *object);

/* After a call that may have started or stopped it. */
void qtimer_set(struct place *place, struct setting now, const void *caller);

/* Before it hears that its time has come. */
void qtimer_fired(struct place *place, struct setting now);
void singleshot_fired(const void *object);

/* While its destructor runs. */
void object_ended(const void *object);

/* ---- ids ---- */

void owned_born(const void *id, const void *object, uint64_t timer);

/* Nothing, if it is not one that this object got from startTimer(). */
void owned_end(const void *id, const void *object);

/* Of a QBasicTimer, which may go on under another id. */
struct basic {
    uint64_t timer; /* 0: it isn't recorded */
    const void *object;
};

/* It is found no more. */
struct basic basic_take(const void *id);
void basic_put(const void *id, struct basic basic);

/* Before the object hears that its time has come. False: it is none of these. */
bool id_fired(const void *id, const void *object);

#endif
