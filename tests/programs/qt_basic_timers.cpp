// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* A QBasicTimer is nothing but an id: it is moved, swapped, kept in lists, and ends with itself. */
#include <QtCore/QBasicTimer>
#include <QtCore/QCoreApplication>
#include <QtCore/QTimerEvent>
#include <memory>
#include <utility>
#include <vector>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
int warned;

void note_warning(QtMsgType, const QMessageLogContext &, const QString &)
{
    warned++;
}

/* Blinks until it is told to stop, by itself. */
struct cursor : QObject {
    QBasicTimer blink;
    int seen = 0;

    SITE void show()
    {
        // expect: qt/QBasicTimer clean created=1 armed=1 fired=4 stopped=1 released=1
        blink.start(1, Qt::PreciseTimer, this);
        seen = 0;
    }
    void timerEvent(QTimerEvent *event) override
    {
        if (event->timerId() == blink.timerId() && ++seen == 4) {
            blink.stop();
            QCoreApplication::quit();
        }
    }
};

/* Made anew for every key, as an editor does that saves when one stops typing. */
SITE void restart(QObject *object)
{
    QBasicTimer save;
    for (int key = 0; key < 100; key++)
        // expect: qt/QBasicTimer clean created=1 armed=100 fired=0 stopped=1 released=1
        save.start(AN_HOUR, object);
    printf("running: %d\n", save.isActive());
}

SITE void move(QObject *object)
{
    QBasicTimer first;
    // expect: qt/QBasicTimer clean created=1 armed=2 fired=0 stopped=1 released=1
    first.start(AN_HOUR, object);
    QBasicTimer second = std::move(first);
    second.start(AN_HOUR, object);
    first.stop();
    printf("running: %d, %d\n", first.isActive(), second.isActive());
    std::vector<QBasicTimer> many(20);
    for (QBasicTimer &timer : many)
        // expect: qt/QBasicTimer clean created=20 armed=20 fired=0 stopped=20 released=20
        timer.start(AN_HOUR, object);
    many.reserve(1000);
    first.swap(many[7]);
}

SITE void fail(QObject *object)
{
    QBasicTimer timer;
    timer.start(-1, object);
    timer.start(AN_HOUR, nullptr);
    // expect: qt/QBasicTimer clean created=1 armed=2 fired=0 stopped=1 released=1
    timer.start(AN_HOUR, object);
    int id = timer.timerId();
    timer.start(-1, object);
    printf("as it was: %d, ", timer.timerId() == id);
    object->killTimer(id); // it is not one of startTimer()'s
    timer.start(AN_HOUR, object);
    timer.start(1, nullptr);
    printf("running: %d\n", timer.isActive());
}
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    qInstallMessageHandler(note_warning);
    cursor cursor;
    cursor.show();
    application.exec();
    restart(&application);
    move(&application);
    fail(&application);
    for (int i = 0; i < 3; i++)
        // expect: qt/QBasicTimer held created=3 armed=3 fired=0 never-fired=3
        (new QBasicTimer)->start(AN_HOUR, &application);
    // expect-process: live=3 end=exited:0
    printf("warned %d times\n", warned);
    fflush(stdout);
    _exit(0);
}
