// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* QTimer::singleShot() in all its forms: what it makes has no name, and ends when it has fired. */
#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <chrono>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
int called, warned;

SITE void quit()
{
    called++;
    QCoreApplication::quit();
}

void note_warning(QtMsgType, const QMessageLogContext &, const QString &)
{
    warned++;
}

SITE void fire(QCoreApplication &application)
{
    using std::chrono::milliseconds;
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(1, &application, SLOT(quit()));
    application.exec();
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(milliseconds(1), Qt::PreciseTimer, &application, SLOT(quit()));
    application.exec();
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(1, quit);
    application.exec();
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(milliseconds(1), &application, [] { quit(); });
    application.exec();
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(1, Qt::PreciseTimer, &application, &QCoreApplication::quit);
    application.exec();
}

/* The receiver goes first: it fires for nobody. */
SITE void fire_for_nobody(QCoreApplication &application)
{
    QObject *receiver = new QObject;
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(1, receiver, [] { printf("this is not called\n"); });
    // expect: qt/singleShot clean created=1 armed=1 fired=1 released=1
    QTimer::singleShot(2, &application, SLOT(quit()));
    delete receiver;
    application.exec();
}

/* Nothing is timed: what is due at once is but an event. */
SITE void make_no_timer(QCoreApplication &application)
{
    QTimer::singleShot(0, quit);
    application.exec();
    QTimer::singleShot(0, &application, SLOT(quit()));
    application.exec();
    QTimer::singleShot(-1, &application, SLOT(quit()));
    QTimer::singleShot(1, nullptr, SLOT(quit()));
}

/* It fires in the receiver's thread, which may be done before the call is. */
SITE void fire_elsewhere(QCoreApplication &application)
{
    QThread thread;
    QObject receiver;
    receiver.moveToThread(&thread);
    thread.start();
    for (int i = 0; i < 200; i++)
        // expect: qt/singleShot clean created=200 armed=200 fired=200 released=200
        QTimer::singleShot(1, &receiver, [&application, i] {
            if (i == 199)
                QMetaObject::invokeMethod(&application, "quit", Qt::QueuedConnection);
        });
    application.exec();
    thread.quit();
    thread.wait();
}
} // namespace

int main(int argc, char **argv)
{
    // expect: qt/singleShot held created=1 armed=0 never-armed=1
    QTimer::singleShot(1, quit); // there is no loop yet: nobody will ever set it
    QCoreApplication application(argc, argv);
    qInstallMessageHandler(note_warning);
    fire(application);
    fire_for_nobody(application);
    make_no_timer(application);
    fire_elsewhere(application);
    // expect: qt/singleShot held created=1 armed=0 never-armed=1
    QTimer::singleShot(-1, quit);
    for (int i = 0; i < 5; i++)
        // expect: qt/singleShot held created=5 armed=5 never-fired=5 set-by=main
        QTimer::singleShot(AN_HOUR, &application, quit);
    // expect-process: created=214 live=7 fired=207 end=exited:0
    printf("called %d times, warned %d times, %d children\n", called, warned,
           (int)QAbstractEventDispatcher::instance()->children().size());
    fflush(stdout);
    _exit(0);
}
