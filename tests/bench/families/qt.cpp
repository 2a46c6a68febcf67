// build: -fPIC
// library: pc:Qt5Core
/* qt start|make|id|basic: a QTimer that stays, one that is made and deleted, an id, a QBasicTimer.
 */
#include <QtCore/QBasicTimer>
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <cstring>

#include "pair.h"

static QObject *object;
static QTimer *timer;
static QBasicTimer basic;

static void start_stop()
{
    timer->start(3600000);
    timer->stop();
}

static void make_delete()
{
    QTimer made;
    made.start(3600000);
    made.stop();
}

static void start_kill()
{
    object->killTimer(object->startTimer(3600000));
}

static void start_stop_basic()
{
    basic.start(3600000, object);
    basic.stop();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*pair)();
    } pairs[] = {{"start", start_stop},
                 {"make", make_delete},
                 {"id", start_kill},
                 {"basic", start_stop_basic}};
    QCoreApplication application(argc, argv);
    object = &application;
    timer = new QTimer(object);
    for (const auto &pair : pairs)
        if (argc > 1 && !std::strcmp(argv[1], pair.name))
            pair_print(pair.pair);
    return 0;
}
