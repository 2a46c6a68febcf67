// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* What slots do with the timer that called them, and with others. */
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <QtCore/QTimerEvent>
#include <QtCore/QVariant>
#include <stdexcept>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
/* Each starts the next, until there are fifty. */
SITE void relay(QCoreApplication &application, int left)
{
    // expect: qt/QTimer clean created=50 armed=50 fired=50 stopped=0 released=50
    QTimer *next = new QTimer(&application);
    QObject::connect(next, &QTimer::timeout, [&application, next, left] {
        next->deleteLater();
        if (left > 1)
            relay(application, left - 1);
        else
            application.quit();
    });
    next->setSingleShot(true);
    next->start(0);
}

/* Longer each time, and once no more. */
SITE void back_off(QCoreApplication &application)
{
    int tries = 0;
    // expect: qt/QTimer clean created=1 armed=6 fired=5 stopped=1 released=1
    QTimer retry;
    QObject::connect(&retry, &QTimer::timeout, [&] {
        retry.setInterval(1 + ++tries);
        if (tries == 5) {
            retry.stop();
            application.quit();
        }
    });
    retry.start(1);
    application.exec();
    printf("%d tries, running: %d, interval %d\n", tries, retry.isActive(), retry.interval());
}

/* What is said after the start counts when it fires. */
SITE void become_single_shot(QCoreApplication &application)
{
    // expect: qt/QTimer clean created=2 armed=3 fired=2 stopped=0 released=2
    QTimer first, second;
    first.start(1);
    first.setSingleShot(true);
    QObject::connect(&first, &QTimer::timeout, [&] { second.start(1); });
    // expect: qt/QTimer clean created=1 armed=2 fired=0 stopped=1 released=1
    QTimer never;
    never.setSingleShot(true);
    never.start(1);
    never.setInterval(AN_HOUR);
    QObject::connect(&second, &QTimer::timeout, &application, &QCoreApplication::quit);
    second.setProperty("singleShot", true);
    application.exec();
    printf("running: %d, %d, %d\n", first.isActive(), second.isActive(), never.isActive());
}

/* By the names of its slots: who starts it is not seen, but that it fires. */
SITE void by_name(QCoreApplication &application)
{
    // expect: qt/QTimer clean created=1 armed=1 fired=1 stopped=0 released=1
    QTimer button;
    // expect: qt/QTimer clean created=1 armed=1 fired=1 stopped=0 released=1
    QTimer named;
    named.setInterval(1);
    named.setSingleShot(true);
    button.setSingleShot(true);
    QObject::connect(&button, SIGNAL(timeout()), &named, SLOT(start()));
    QObject::connect(&named, SIGNAL(timeout()), &application, SLOT(quit()));
    button.start(1);
    application.exec();
    printf("running: %d\n", named.isActive());
}

/* Out of the handler and the loop: Qt takes it for running from then on. */
struct thrower : QObject {
    SITE thrower()
    {
        // expect: qt/startTimer clean created=3 armed=3 fired=3 stopped=3 released=3
        startTimer(1);
    }
    void timerEvent(QTimerEvent *) override
    {
        throw std::runtime_error("out of the loop");
    }
};

SITE void throw_out(QCoreApplication &application)
{
    int caught = 0;
    while (caught < 3) {
        thrower once;
        try {
            application.exec();
        } catch (const std::runtime_error &) {
            caught++;
        }
    }
    printf("caught %d\n", caught);
}

/* A loop within the handler: other timers fire there, this one does not. */
SITE void nested(QCoreApplication &application)
{
    int depth = 0;
    // expect: qt/QTimer clean created=2 armed=2 fired=2 stopped=1 released=2
    QTimer outer, inner;
    inner.setSingleShot(true);
    QEventLoop within;
    QObject::connect(&inner, &QTimer::timeout, &within, &QEventLoop::quit);
    QObject::connect(&outer, &QTimer::timeout, [&] {
        depth++;
        inner.start(5);
        within.exec();
        outer.stop();
        application.quit();
    });
    outer.start(1);
    application.exec();
    printf("%d at once\n", depth);
}
} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1"); // GLib's loop does not bear exceptions
    QCoreApplication application(argc, argv);
    relay(application, 50);
    application.exec();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    back_off(application);
    become_single_shot(application);
    by_name(application);
    throw_out(application);
    nested(application);
    // expect-process: live=0 end=exited:0
    return 0;
}
