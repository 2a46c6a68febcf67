/* Qt 6, where a QTimer is asked. */
#include <stdbool.h>
#include <stdint.h>

#define QT 6
#define QT_NAMES "Qt_6"
#define HOOK_NAME(name) qt6_##name
#define QT_ASKED(X)                                                                                \
    X(int, _ZNK6QTimer7timerIdEv, (const void *timer), QT_NAMES)                                   \
    X(int, _ZNK6QTimer8intervalEv, (const void *timer), QT_NAMES)                                  \
    X(bool, _ZNK6QTimer12isSingleShotEv, (const void *timer), QT_NAMES)

/* QTimerEvent */
struct event {
    void *table;
    uint16_t type;
    bool flags[4];
    uint16_t kinds;
    int timer;
};

#include "families/qt/hooks.h"

static struct setting setting_of(const void *timer)
{
    const struct real *real = (const struct real *)served;

    return (struct setting){real->_ZNK6QTimer7timerIdEv(timer), real->_ZNK6QTimer8intervalEv(timer),
                            real->_ZNK6QTimer12isSingleShotEv(timer)};
}
