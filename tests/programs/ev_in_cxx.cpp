// library: ev.h
// link: -lev
// family: libev
/* By ev++.h: a watcher stops with its object, also when its callback throws through the loop. */
#include <ev++.h>
#include <memory>
#include <stdexcept>
#include "support/timers.h"
#include "support/transparency.h"

static int fired;

struct session {
    ev::timer idle;
    ev::timer watchdog;

    explicit session(ev::loop_ref loop, double after) : idle(loop), watchdog(loop)
    {
        idle.set<session, &session::expire>(this);
        idle.set(after, 0.);
        // expect-caller: libev clean created=4 armed=4 fired=3 stopped=1 released=4
        idle.start();
        watchdog.set<session, &session::expire>(this);
        watchdog.set(0., 3600.);
        // expect-caller: libev clean created=4 armed=4 fired=0 stopped=4 released=4
        watchdog.again();
    }
    void expire(ev::timer &, int)
    {
        fired++;
        throw std::runtime_error("expired");
    }
};

int main()
{
    ev::default_loop loop(0);
    for (volatile int turn = 0; turn < 4; turn++)
        try {
            auto one = std::make_unique<session>(loop, turn < 3 ? .001 : 3600.);
            if (turn < 3)
                loop.run(0);
        } catch (const std::runtime_error &error) {
            printf("%s\n", error.what());
        }
    printf("fired %d\n", fired);
    return 0;
}
