// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* A QTimer in each state, and its kin: of startTimer(), a QBasicTimer, and single shots. */
#include <QtCore/QBasicTimer>
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <QtCore/QTimerEvent>
#include <chrono>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
/* Counts what comes, and leaves the loop with the third. */
struct ticks : QObject {
    int seen = 0;

    void timerEvent(QTimerEvent *event) override
    {
        if (++seen < 3)
            return;
        killTimer(event->timerId());
        QCoreApplication::quit();
    }
};

struct poller : QTimer {
    // expect: qt/QTimer clean created=1 armed=1 stopped=1 released=1
    SITE poller() : QTimer(nullptr)
    {
        start(std::chrono::hours(1));
    }
};

SITE void made_and_deleted()
{
    poller on_the_stack;
    // expect: qt/QTimer clean created=1 released=1
    delete new QTimer;
    // expect: qt/QTimer clean created=1 armed=2 stopped=1 released=1
    QTimer twice;
    twice.start(AN_HOUR);
    twice.start();
    twice.stop();
    twice.stop();
}

} // namespace

SITE static void left(QObject *parent)
{
    // expect: qt/QTimer held created=1 never-armed=1
    new QTimer(parent);
    // expect: qt/QTimer held created=1 armed=1 never-fired=1 set-by=left
    QTimer *waits = new QTimer(parent);
    waits->start(std::chrono::hours(1));
    // expect: qt/QTimer held created=1 armed=2 stopped=1 never-released=1
    QTimer *stopped = new QTimer(parent);
    stopped->setInterval(1000);
    stopped->start();
    stopped->setInterval(AN_HOUR);
    stopped->stop();
    printf("%d, %d, %d\n", waits->isActive(), stopped->isActive(), stopped->interval());
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QObject *parent = new QObject;
    ticks counter;
    int fired = 0;

    made_and_deleted();
    left(parent);

    // expect: qt/QTimer held created=1 armed=2 fired=3 never-stopped=1
    QTimer *ticker = new QTimer(parent);
    QObject::connect(ticker, &QTimer::timeout, [&fired] {
        if (++fired == 3)
            QCoreApplication::quit();
    });
    ticker->start(std::chrono::milliseconds(1));
    application.exec();
    ticker->start(AN_HOUR);

    // expect: qt/QTimer held created=1 armed=1 fired=1 never-released=1
    QTimer *once = new QTimer(parent);
    once->setSingleShot(true);
    QObject::connect(once, &QTimer::timeout, [] { QCoreApplication::quit(); });
    once->start(1);
    application.exec();

    // expect: qt/startTimer clean created=1 armed=1 fired=3 stopped=1 released=1
    counter.startTimer(1, Qt::PreciseTimer);
    application.exec();
    // expect: qt/startTimer held created=1 armed=1 never-fired=1
    int id = parent->startTimer(AN_HOUR, Qt::VeryCoarseTimer);

    QBasicTimer basic;
    // expect: qt/QBasicTimer clean created=1 armed=2 fired=0 stopped=1 released=1
    basic.start(AN_HOUR, &counter);
    basic.start(AN_HOUR, Qt::PreciseTimer, &counter);
    basic.stop();
    // expect: qt/QBasicTimer held created=1 armed=1 never-fired=1
    (new QBasicTimer)->start(AN_HOUR, parent);
    printf("fired %d, %d; %d, %d, %d\n", fired, counter.seen, once->isActive(), id > 0,
           basic.isActive());
    // expect-process: end=exited:0
    fflush(stdout);
    _exit(0);
}
