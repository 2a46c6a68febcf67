// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* What an object started ends with it, whoever deletes it, and when. */
#include <QtCore/QCoreApplication>
#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtCore/QTimerEvent>
#include <memory>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
/* Has timers of both kinds, and ids of startTimer() which it never ends. */
struct connection : QObject {
    QTimer keep_alive;
    QTimer *retry;

    // expect: qt/QTimer clean created=30 armed=30 stopped=30 released=30
    SITE explicit connection(QObject *parent) : QObject(parent), keep_alive(this)
    {
        // expect: qt/QTimer clean created=30 armed=0 released=30
        retry = new QTimer(this);
        keep_alive.start(AN_HOUR);
        for (int i = 0; i < 3; i++)
            // expect: qt/startTimer clean created=90 armed=90 stopped=90 released=90
            startTimer(AN_HOUR);
    }
};

/* A timer that has timers of its own. */
struct with_ids : QTimer {
    // expect: qt/QTimer clean created=1 armed=1 fired=1 released=1
    SITE with_ids() : QTimer(nullptr)
    {
        // expect: qt/startTimer clean created=1 armed=1 fired=2 stopped=1 released=1
        QObject::startTimer(1);
        // expect: qt/startTimer clean created=1 armed=1 stopped=1 released=1
        QObject::startTimer(AN_HOUR);
    }

    void timerEvent(QTimerEvent *event) override
    {
        static int others;
        if (event->timerId() == timerId()) {
            QTimer::timerEvent(event);
        } else if (++others == 2) {
            QObject::killTimer(event->timerId());
            setSingleShot(true);
            start(1);
        }
    }
};

/* Is gone before its handler is back. */
struct mayfly : QObject {
    SITE mayfly()
    {
        // expect: qt/startTimer clean created=1 armed=1 fired=1 stopped=1 released=1
        startTimer(1);
    }
    void timerEvent(QTimerEvent *) override
    {
        delete this;
        QCoreApplication::quit();
    }
};

SITE void delete_all_ways()
{
    QObject parent;
    for (int i = 0; i < 10; i++)
        new connection(&parent);
    for (int i = 0; i < 10; i++)
        delete new connection(nullptr);
    for (int i = 0; i < 10; i++)
        (new connection(nullptr))->deleteLater();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

/* As a slot of its own. */
SITE void delete_in_slot()
{
    // expect: qt/QTimer clean created=1 armed=1 fired=1 stopped=1 released=1
    QTimer *timer = new QTimer;
    QObject::connect(timer, &QTimer::timeout, [timer] {
        delete timer;
        QCoreApplication::quit();
    });
    timer->start(1);
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    delete_all_ways();
    delete_in_slot();
    application.exec();
    new mayfly;
    application.exec();
    {
        with_ids timer;
        QObject::connect(&timer, &QTimer::timeout, &application, &QCoreApplication::quit);
        application.exec();
        printf("running: %d\n", timer.isActive());
    }
    // expect: qt/startTimer held created=1 armed=1 never-fired=1
    printf("%d\n", application.startTimer(AN_HOUR) > 0);
    // expect-process: live=1 end=exited:0
    fflush(stdout);
    _exit(0);
}
