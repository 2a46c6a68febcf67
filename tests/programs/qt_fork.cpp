// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* A forked child has all of Qt's timers, and goes on with them as its own. */
#include <QtCore/QBasicTimer>
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1"); // the child can use a loop that is the parent's too
    QCoreApplication application(argc, argv);
    QTimer *timers[3];
    int ids[3], status, fired = 0;
    for (int i = 0; i < 3; i++) {
        // expect: qt/QTimer held created=3 armed=3 never-fired=3
        // expect@child: qt/QTimer held created=0 inherited=3 armed=1 fired=1 released=1
        //     never-fired=1 never-released=1
        timers[i] = new QTimer(&application);
        timers[i]->start(AN_HOUR);
        // expect: qt/startTimer held created=3 armed=3 never-fired=3
        // expect@child: qt/startTimer held created=0 inherited=3 released=2 never-fired=1
        ids[i] = application.startTimer(AN_HOUR);
    }
    QBasicTimer basic;
    // expect: qt/QBasicTimer clean created=1 armed=1 fired=0 stopped=1 released=1
    // expect@child: qt/QBasicTimer clean created=0 inherited=1 released=1 stopped=1
    basic.start(AN_HOUR, &application);
    fflush(stdout);
    if (fork() == 0) {
        delete timers[0];
        application.killTimer(ids[0]);
        application.killTimer(ids[1]);
        QObject::connect(timers[1], &QTimer::timeout, [&] {
            fired++;
            application.quit();
        });
        timers[1]->setSingleShot(true);
        timers[1]->start(1);
        // expect@child: qt/singleShot held created=1 armed=1 never-fired=1
        QTimer::singleShot(AN_HOUR, Qt::CoarseTimer, &application, [] {});
        application.exec();
        basic.stop();
        printf("in the child: fired %d\n", fired);
        fflush(stdout);
        _exit(7);
    }
    wait(&status);
    basic.stop();
    // expect-process: live=6 end=exited:0
    printf("the child exited with %d; %d, %d\n", WEXITSTATUS(status), timers[0]->isActive(), fired);
    fflush(stdout);
    _exit(0);
}
