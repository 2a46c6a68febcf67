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

/* For a timer to be recorded; NULL: it isn't. */
struct place *timer_new(const struct wrap_library *library);

void timer_armed(const struct place *place, int interval, bool single, const void *caller);

/* It is not shown. */
void timer_ended(struct place *place);

/* ---- objects ---- */

void qtimer_show(struct place *place, const void *object);
void singleshot_show(struct place *place, const void *object);

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

void owned_show(struct place *place, const void *id, const void *object);

/* Nothing, if it is not one that this object got from startTimer(). */
void owned_end(const void *id, const void *object);

/* A QBasicTimer's; NULL: it isn't recorded. */
struct place *basic_take(const void *id);

/* `object`: to which it sends events; NULL: as before. */
void basic_show(struct place *place, const void *id, const void *object);

/* Before the object hears that its time has come. False: it is none of these. */
bool id_fired(const void *id, const void *object);

#endif
