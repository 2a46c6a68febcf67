// build: -fPIC
// library: pc:Qt5Core
// family: qt
/*
 * A client that connects again and again. What it forgets is never deleted: nobody is its parent,
 * or the one who is lives as long as the program.
 */
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
struct client : QObject {
    QTimer *keep_alive = nullptr;
    int turns = 0;

    SITE void reconnect(QCoreApplication &application)
    {
        // expect: qt/QTimer leak created=30 armed=30 stopped=29 never-released=29 never-fired=1
        QTimer *next = new QTimer(this);
        if (keep_alive)
            keep_alive->stop(); // and forgets it
        keep_alive = next;
        keep_alive->start(AN_HOUR);
        // expect: qt/startTimer leak created=30 armed=30 never-fired=30
        startTimer(AN_HOUR);
        // expect: qt/singleShot clean created=30 armed=30 fired=30 released=30
        QTimer::singleShot(1, Qt::PreciseTimer, this, [] {});
        if (++turns == 30)
            QTimer::singleShot(2 * PACE, Qt::PreciseTimer, &application, &QCoreApplication::quit);
    }
};
} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1"); // GLib's loop comes in two ways
    QCoreApplication application(argc, argv);
    client client;
    // expect: qt/QTimer held created=1 armed=1 fired=30 never-released=1
    QTimer *network = new QTimer(&application);
    QObject::connect(network, &QTimer::timeout, &client, [&] {
        client.reconnect(application);
        if (client.turns == 30)
            network->stop();
    });
    network->start(PACE);
    application.exec();
    // expect-process: live=61 end=exited:0
    printf("%d turns, %d of them left\n", client.turns, (int)client.children().size());
    fflush(stdout);
    _exit(0);
}
