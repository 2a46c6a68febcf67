/* Qt 5. What a QTimer says of itself, inline functions of its header read: it has stayed so. */
#include <stdint.h>

#define QT 5
#define QT_NAMES "Qt_5"
#define HOOK_NAME(name) qt5_##name
#define QT_ASKED(X)

/* QTimerEvent */
struct event {
    void *table, *data;
    uint16_t type, flags;
    int timer;
};

#include "families/qt/hooks.h"

struct qtimer {
    void *table, *data;
    int id, interval, unused;
    unsigned single : 1;
};

static struct setting setting_of(const void *timer)
{
    const struct qtimer *qtimer = timer;

    return (struct setting){qtimer->id, qtimer->interval, qtimer->single};
}
