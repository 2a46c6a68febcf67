// build: -shared -fPIC
// library: pc:Qt5Core
/* A plugin that brings Qt with it, for itself. */
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include "support/timers.h"

extern "C" int plugin_run()
{
    static int argc = 1;
    static char name[] = "plugin", *argv[] = {name, nullptr};
    QCoreApplication application(argc, argv);
    int fired = 0;
    // expect: qt/QTimer held created=2 armed=2 fired=6 never-stopped=2
    QTimer *ticker = new QTimer;
    QObject::connect(ticker, &QTimer::timeout, [&] {
        if (++fired == 3)
            application.quit();
    });
    ticker->start(1);
    application.exec();
    ticker->disconnect();
    // expect: qt/startTimer clean created=2 armed=2 stopped=2 released=2
    application.startTimer(AN_HOUR);
    return fired;
}
