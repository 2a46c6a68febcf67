// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* Timers of many threads, and those that move to another one while they run. */
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtCore/QTimerEvent>
#include <atomic>
#include <memory>
#include <vector>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
constexpr int threads = 8, rounds = 50;
std::atomic<int> warned;

void note_warning(QtMsgType, const QMessageLogContext &, const QString &)
{
    warned++;
}

/* In a loop of its thread's own. */
SITE void work()
{
    QEventLoop loop;
    QObject owner;
    for (int round = 0; round < rounds; round++) {
        // expect: qt/QTimer clean created=400 armed=400 fired=400 stopped=0 released=400
        QTimer timer;
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &loop, &QEventLoop::quit);
        // expect: qt/startTimer clean created=400 armed=400 fired=0 stopped=400 released=400
        int id = owner.startTimer(AN_HOUR);
        timer.start(1);
        loop.exec();
        owner.killTimer(id);
    }
    // expect: qt/singleShot clean created=8 armed=8 fired=0 stopped=8 released=8
    QTimer::singleShot(AN_HOUR, Qt::CoarseTimer, &loop, [] {}); // ends with its thread's loop
}

SITE void run_threads()
{
    std::vector<std::unique_ptr<QThread>> all;
    for (int i = 0; i < threads; i++)
        all.emplace_back(QThread::create(work));
    for (auto &thread : all)
        thread->start();
    for (auto &thread : all)
        thread->wait();
}

/* Started here, fires there, under the same id, and goes on when it is back. */
struct traveller : QObject {
    QThread *home = QThread::currentThread();
    int seen = 0, away = 0, id;

    SITE traveller()
    {
        // expect: qt/startTimer clean created=1 armed=1 fired=6 stopped=1 released=1
        id = startTimer(1);
    }
    void timerEvent(QTimerEvent *event) override
    {
        away += QThread::currentThread() != home && event->timerId() == id;
        if (++seen == 3)
            moveToThread(home);
        else if (seen == 6)
            QCoreApplication::quit();
    }
};

SITE void travel(QCoreApplication &application)
{
    QThread elsewhere;
    traveller traveller;
    elsewhere.start();
    traveller.moveToThread(&elsewhere);
    application.exec();
    elsewhere.quit();
    elsewhere.wait();
    printf("seen %d, %d of them elsewhere\n", traveller.seen, traveller.away);
}

/* Neither another thread nor another object can stop it, or start one for it. */
struct patient : QObject {
    void timerEvent(QTimerEvent *event) override
    {
        killTimer(event->timerId());
        killTimer(event->timerId());
        QCoreApplication::quit();
    }
};

SITE void meddle(QCoreApplication &application)
{
    patient patient;
    // expect: qt/startTimer clean created=1 armed=1 fired=1 stopped=1 released=1
    int id = patient.startTimer(1), none = -1;
    std::unique_ptr<QThread> other(QThread::create([&] {
        patient.killTimer(id);
        none = patient.startTimer(AN_HOUR);
    }));
    other->start();
    other->wait();
    application.killTimer(id);
    application.exec();
    printf("no timer: %d\n", none);
}

/* Its thread has ended, so nobody will ever call it: it is still there. */
SITE void strand()
{
    std::unique_ptr<QThread> thread(QThread::create([] {
        // expect: qt/QTimer held created=1 armed=1 never-fired=1
        QTimer *timer = new QTimer;
        timer->start(AN_HOUR);
    }));
    thread->start();
    thread->wait();
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    qInstallMessageHandler(note_warning);
    run_threads();
    travel(application);
    meddle(application);
    strand();
    // expect-process: live=1 end=exited:0
    printf("warned %d times\n", warned.load());
    return 0;
}
