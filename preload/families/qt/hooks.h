/*
 * hooks.h - the hooks of one version of Qt: what qt5.c and qt6.c have in common, by whose names
 * they are told apart. They define QT (5 or 6), QT_NAMES, the version in the library's own table,
 * HOOK_NAME, QT_ASKED, what is asked of a QTimer, struct event, and setting_of().
 *
 * Inside libQt5Core all calls are bound to itself (-Bsymbolic-functions): hooks see what comes from
 * without, be it the program or another of Qt's libraries. What they don't see, Qt tells by means
 * that were made for debuggers: qtHookData has a function that each QObject's constructor and
 * destructor call, and QInternal::registerCallback() one that is called before an event is
 * delivered, in whichever thread.
 *
 * Not seen are the timers that libQt5Core makes for itself; a slot of QTimer's that a signal was
 * connected to by its name, SLOT(start()), until it fires; the functions that Qt 6.5 added; and a
 * second copy of one version of Qt. All of these work as without us.
 */
#include <time.h>

#include "families/qt/timers.h"
#include "families/wrap/copies.h"

typedef bool (*event_heard)(void **about);
typedef void (*object_heard)(void *object);

#define WRAPPED(X)                                                                                 \
    X(void, _ZN6QTimerC1EP7QObject, (void *timer, void *parent), QT_NAMES)                         \
    X(void, _ZN6QTimerC2EP7QObject, (void *timer, void *parent), QT_NAMES)                         \
    X(void, _ZN6QTimer5startEv, (void *timer), QT_NAMES)                                           \
    X(void, _ZN6QTimer5startEi, (void *timer, int interval), QT_NAMES)                             \
    X(void, _ZN6QTimer11setIntervalEi, (void *timer, int interval), QT_NAMES)                      \
    X(void, _ZN6QTimer4stopEv, (void *timer), QT_NAMES)                                            \
    X(void, _ZN6QTimer10singleShotEiPK7QObjectPKc,                                                 \
      (int delay, const void *receiver, const char *slot), QT_NAMES)                               \
    X(void, _ZN6QTimer10singleShotEiN2Qt9TimerTypeEPK7QObjectPKc,                                  \
      (int delay, int type, const void *receiver, const char *slot), QT_NAMES)                     \
    X(void, _ZN6QTimer14singleShotImplEiN2Qt9TimerTypeEPK7QObjectPN9QtPrivate15QSlotObjectBaseE,   \
      (int delay, int type, const void *receiver, void *slot), QT_NAMES)                           \
    X(int, _ZN7QObject10startTimerEiN2Qt9TimerTypeE, (void *object, int interval, int type),       \
      QT_NAMES)                                                                                    \
    X(void, _ZN7QObject9killTimerEi, (void *object, int id), QT_NAMES)                             \
    X(void, _ZN11QBasicTimer5startEiP7QObject, (int *timer, int interval, void *object), QT_NAMES) \
    X(void, _ZN11QBasicTimer5startEiN2Qt9TimerTypeEP7QObject,                                      \
      (int *timer, int interval, int type, void *object), QT_NAMES)                                \
    X(void, _ZN11QBasicTimer4stopEv, (int *timer), QT_NAMES)
#define ASKED(X)                                                                                   \
    X(void *, _ZNK7QObject6threadEv, (const void *object), QT_NAMES)                               \
    X(void *, _ZN7QThread13currentThreadEv, (void), QT_NAMES)                                      \
    X(void *, _ZN24QAbstractEventDispatcher8instanceEP7QThread, (void *thread), QT_NAMES)          \
    X(bool, _ZN9QInternal16registerCallbackENS_8CallbackEPFbPPvE, (int kind, event_heard heard),   \
      QT_NAMES)                                                                                    \
    X(void, qtHookData, (void), QT_NAMES)                                                          \
    QT_ASKED(X)
WRAP_FUNCTIONS

static struct wrap_library library = {WRAP_LIBRARY, .family = "qt",
                                      .traits = TLK_BY_HANDLE | TLK_FIRES_TOLD | TLK_OVER_FORK,
                                      .file = "libQt" WRAP_TEXT(QT) "Core.so"};

static struct setting setting_of(const void *timer);

/* ---- what Qt tells ---- */

/* Of the copy that is served, the first: what Qt calls does not say which one it is of. */
static void *const *served;

enum { EVENT_NOTIFY = 0, EVENT_TIMER = 1 }; /* QInternal::EventNotifyCallback, QEvent::Timer */

/* In qtHookData. */
enum { HOOK_DATA_VERSION, HOOK_COUNT, HOOK_QT, HOOK_ADDED, HOOK_REMOVED };

static object_heard added_before, removed_before; /* of another tool that was there first */

/* A timer of singleShot()'s whose object is about to be made by this thread; 0: none. */
static __thread uint64_t unborn;

static void object_added(void *object)
{
    if (unborn) {
        singleshot_born(object, unborn);
        unborn = 0;
    }
    if (added_before)
        added_before(object);
}

static void object_removed(void *object)
{
    object_ended(object);
    if (removed_before)
        removed_before(object);
}

static bool event_comes(void **about)
{
    const void *receiver = about[0];
    const struct event *event = about[1];
    struct place *place;

    if (!event || event->type != EVENT_TIMER || id_fired(id_key(QT, event->timer), receiver))
        return false;
    place = qtimer_find(receiver);
    if (place && setting_of(receiver).id == event->timer)
        qtimer_fired(place, setting_of(receiver));
    else if (!place)
        singleshot_fired(receiver);
    return false;
}

/* Once; false: it is another copy, or not such a Qt as is known. */
static bool serve(void *const *copy)
{
    const struct real *real = (const struct real *)copy;
    uintptr_t *hooks = (uintptr_t *)real->qtHookData;
    void *const *none = NULL;

    for (size_t i = 0; i < library.count; i++)
        if (copy[i] == library.absent->functions[i])
            return false;
    if (hooks[HOOK_DATA_VERSION] < 1 || hooks[HOOK_COUNT] <= HOOK_REMOVED ||
        hooks[HOOK_QT] >> 16 != QT)
        return false;
    if (!__atomic_compare_exchange_n(&served, &none, copy, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return none == copy;
    added_before = (object_heard)hooks[HOOK_ADDED];
    removed_before = (object_heard)hooks[HOOK_REMOVED];
    hooks[HOOK_ADDED] = (uintptr_t)object_added;
    hooks[HOOK_REMOVED] = (uintptr_t)object_removed;
    real->_ZN9QInternal16registerCallbackENS_8CallbackEPFbPPvE(EVENT_NOTIFY, event_comes);
    return true;
}

/* Before other threads are there, where Qt is. */
__attribute__((constructor)) static void library_start(void)
{
    wrap_start(&library);
    if (library.common && library.number)
        serve(library.common->functions);
}

/* ---- hooks ---- */

/* Whether this call is to be told. */
static bool told(const struct wrap_call *call)
{
    return call->users && (served == call->real || serve(call->real));
}

static bool admitted(const struct wrap_call *call)
{
    return told(call) && wrap_admits(&library);
}

static uint64_t timer_created(const struct timerleak_call *call, uint64_t handle)
{
    return timerleak_ledger.created(&(struct timerleak_birth){.call = call,
                                                              .family = library.number,
                                                              .clock = CLOCK_MONOTONIC,
                                                              .handle = handle,
                                                              .kept = true});
}

#define CONSTRUCTOR(name)                                                                          \
    HOOK(void, name, (void *timer, void *parent))                                                  \
    {                                                                                              \
        WRAP_BEGIN(library);                                                                       \
        real->name(timer, parent);                                                                 \
        if (admitted(&call))                                                                       \
            qtimer_born(timer,                                                                     \
                        timer_created(WRAP_CALL("QTimer::QTimer", "QTimer"), (uintptr_t)timer));   \
        wrap_end(&call);                                                                           \
    }
CONSTRUCTOR(_ZN6QTimerC1EP7QObject)
CONSTRUCTOR(_ZN6QTimerC2EP7QObject) /* of what is derived from it */

/* After a call that may have started or stopped it. */
static void qtimer_called(const struct wrap_call *call, const void *timer, const void *caller)
{
    struct place *place = told(call) ? qtimer_find(timer) : NULL;

    if (place)
        qtimer_set(place, setting_of(timer), caller);
    wrap_end(call);
}

/* QTimer::start() */
HOOK(void, _ZN6QTimer5startEv, (void *timer))
{
    WRAP_BEGIN(library);
    real->_ZN6QTimer5startEv(timer);
    qtimer_called(&call, timer, __builtin_return_address(0));
}

/* QTimer::start(int) */
HOOK(void, _ZN6QTimer5startEi, (void *timer, int interval))
{
    WRAP_BEGIN(library);
    real->_ZN6QTimer5startEi(timer, interval);
    qtimer_called(&call, timer, __builtin_return_address(0));
}

/* QTimer::setInterval(int), which starts one anew that runs */
HOOK(void, _ZN6QTimer11setIntervalEi, (void *timer, int interval))
{
    WRAP_BEGIN(library);
    real->_ZN6QTimer11setIntervalEi(timer, interval);
    qtimer_called(&call, timer, __builtin_return_address(0));
}

/* QTimer::stop() */
HOOK(void, _ZN6QTimer4stopEv, (void *timer))
{
    WRAP_BEGIN(library);
    real->_ZN6QTimer4stopEv(timer);
    qtimer_called(&call, timer, __builtin_return_address(0));
}

static void singleshot_begin(uint64_t timer, const struct real *real, int delay, const void *caller)
{
    if (delay > 0 && real->_ZN24QAbstractEventDispatcher8instanceEP7QThread(NULL))
        timer_armed_at_birth(timer, delay, true, caller);
    unborn = timer;
}

/* What was to have an object got none. */
static void singleshot_end(void)
{
    wrap_released(unborn);
    unborn = 0;
}

/*
 * Told before the call: in a thread of the receiver's it may fire before this one is back. With a
 * delay of 0 no timer is made; with one below, or without a loop, it is, but never set.
 */
#define SINGLE_SHOT(name, parameters, made, ...)                                                   \
    HOOK(void, name, parameters)                                                                   \
    {                                                                                              \
        WRAP_BEGIN(library);                                                                       \
        bool recorded = (made) && admitted(&call);                                                 \
                                                                                                   \
        if (recorded)                                                                              \
            singleshot_begin(timer_created(WRAP_CALL("QTimer::singleShot", "singleShot"), 0),      \
                             real, delay, __builtin_return_address(0));                            \
        real->name(__VA_ARGS__);                                                                   \
        if (recorded)                                                                              \
            singleshot_end();                                                                      \
        wrap_end(&call);                                                                           \
    }
SINGLE_SHOT(_ZN6QTimer10singleShotEiPK7QObjectPKc,
            (int delay, const void *receiver, const char *slot), delay > 0 && receiver && slot,
            delay, receiver, slot)
SINGLE_SHOT(_ZN6QTimer10singleShotEiN2Qt9TimerTypeEPK7QObjectPKc,
            (int delay, int type, const void *receiver, const char *slot),
            delay > 0 && receiver && slot, delay, type, receiver, slot)
SINGLE_SHOT(_ZN6QTimer14singleShotImplEiN2Qt9TimerTypeEPK7QObjectPN9QtPrivate15QSlotObjectBaseE,
            (int delay, int type, const void *receiver, void *slot), delay != 0, delay, type,
            receiver, slot)

/* QObject::startTimer(int, Qt::TimerType) */
HOOK(int, _ZN7QObject10startTimerEiN2Qt9TimerTypeE, (void *object, int interval, int type))
{
    WRAP_BEGIN(library);
    int id = real->_ZN7QObject10startTimerEiN2Qt9TimerTypeE(object, interval, type);

    if (id > 0 && admitted(&call)) {
        uint64_t timer =
            timer_created(WRAP_CALL("QObject::startTimer", "startTimer"), (unsigned)id);

        timer_armed_at_birth(timer, interval, false, __builtin_return_address(0));
        owned_born(id_key(QT, id), object, timer);
    }
    wrap_end(&call);
    return id;
}

/* QObject::killTimer(int), which does nothing in another thread */
HOOK(void, _ZN7QObject9killTimerEi, (void *object, int id))
{
    WRAP_BEGIN(library);
    if (told(&call) && real->_ZNK7QObject6threadEv(object) == real->_ZN7QThread13currentThreadEv())
        owned_end(id_key(QT, id), object);
    real->_ZN7QObject9killTimerEi(object, id);
    wrap_end(&call);
}

/*
 * A QBasicTimer is its id, which inline functions of its header read: 0 while it doesn't run. The
 * one that is stopped is the next to be given out, so the id may well be what it was.
 */
static struct basic basic_begin(const struct wrap_call *call, int id)
{
    return id && told(call) ? basic_take(id_key(QT, id)) : (struct basic){0};
}

static void basic_end(struct basic basic, int id)
{
    if (basic.timer && id)
        basic_put(id_key(QT, id), basic);
    else
        wrap_released(basic.timer);
}

/* Whether one that runs would be started anew: else it stays as it was. */
static bool basic_restarts(const struct real *real, int interval, const void *object)
{
    return interval >= 0 && object &&
           real->_ZN24QAbstractEventDispatcher8instanceEP7QThread(NULL) &&
           real->_ZNK7QObject6threadEv(object) == real->_ZN7QThread13currentThreadEv();
}

#define BASIC_START(name, parameters, ...)                                                         \
    HOOK(void, name, parameters)                                                                   \
    {                                                                                              \
        WRAP_BEGIN(library);                                                                       \
        bool stays = *timer && !basic_restarts(real, interval, object);                            \
        struct basic basic = basic_begin(&call, *timer);                                           \
                                                                                                   \
        real->name(timer, __VA_ARGS__);                                                            \
        if (*timer && !stays) {                                                                    \
            if (!basic.timer && admitted(&call))                                                   \
                basic.timer = timer_created(WRAP_CALL("QBasicTimer::start", "QBasicTimer"),        \
                                            (unsigned)*timer);                                     \
            basic.object = object;                                                                 \
            timer_armed(basic.timer, interval, false, __builtin_return_address(0));                \
        }                                                                                          \
        basic_end(basic, *timer);                                                                  \
        wrap_end(&call);                                                                           \
    }
BASIC_START(_ZN11QBasicTimer5startEiP7QObject, (int *timer, int interval, void *object), interval,
            object)
BASIC_START(_ZN11QBasicTimer5startEiN2Qt9TimerTypeEP7QObject,
            (int *timer, int interval, int type, void *object), interval, type, object)

/* QBasicTimer::stop(), also of its destructor */
HOOK(void, _ZN11QBasicTimer4stopEv, (int *timer))
{
    WRAP_BEGIN(library);
    struct basic basic = basic_begin(&call, *timer);

    real->_ZN11QBasicTimer4stopEv(timer);
    basic_end(basic, *timer);
    wrap_end(&call);
}
