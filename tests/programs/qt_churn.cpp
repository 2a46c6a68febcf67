// build: -fPIC
// library: pc:Qt5Core
// family: qt
/* More of them than any table that does not grow has room for, made and ended in any order. */
#include <QtCore/QBasicTimer>
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <memory>
#include <vector>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
constexpr int many = 3000;
} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    std::vector<std::unique_ptr<QTimer>> timers;
    std::vector<QBasicTimer> basics(many);
    std::vector<int> ids;
    QObject owner;
    int fired = 0;

    for (int i = 0; i < many; i++) {
        // expect: qt/QTimer clean created=3000 armed=3000 fired=3000 stopped=0 released=3000
        timers.emplace_back(new QTimer);
        QObject::connect(timers.back().get(), &QTimer::timeout, [&] {
            if (++fired == many)
                application.quit();
        });
        timers.back()->setSingleShot(true);
        timers.back()->start(i % 5);
        // expect: qt/startTimer clean created=3000 armed=3000 fired=0 stopped=3000 released=3000
        ids.push_back(owner.startTimer(AN_HOUR));
        // expect: qt/QBasicTimer clean created=3000 armed=3000 fired=0 stopped=3000 released=3000
        basics[i].start(AN_HOUR, &owner);
    }
    application.exec();
    for (int i = 0; i < many; i += 2) {
        owner.killTimer(ids[i * 7 % many]);
        basics[i].stop();
        timers[many - 1 - i].reset();
    }
    for (int turn = 0; turn < 20000; turn++) {
        // expect: qt/startTimer clean created=20000 armed=20000 stopped=20000 released=20000
        int id = owner.startTimer(AN_HOUR);
        owner.killTimer(id);
    }
    basics.clear();
    timers.clear();
    // expect-process: live=0 end=exited:0
    printf("fired %d\n", fired);
    return 0;
}
