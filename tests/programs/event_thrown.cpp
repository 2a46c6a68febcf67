// library: pc:libevent
// family: libevent
/* A callback throws through the loop of libevent; its timer is freed by whoever owns it. */
#include <event2/event.h>
#include <memory>
#include <stdexcept>
#include "support/timers.h"
#include "support/transparency.h"

struct event_deleter {
    void operator()(struct event *timer) const
    {
        event_free(timer);
    }
};
using owned = std::unique_ptr<struct event, event_deleter>;

static void throws(int, short, void *argument)
{
    throw std::runtime_error(static_cast<const char *>(argument));
}

SITE static void run(const char *word)
{
    struct event_base *base = event_base_new();
    struct timeval soon = {0, 1000}, hour = {3600, 0};
    // expect: libevent clean created=3 armed=3 fired=3 stopped=0 released=3
    owned timer(event_new(base, -1, 0, throws, const_cast<char *>(word)));
    event_add(timer.get(), &soon);
    // expect: libevent clean created=3 armed=3 fired=0 stopped=3 released=3
    owned other(event_new(base, -1, 0, throws, const_cast<char *>(word)));
    event_add(other.get(), &hour);
    event_base_dispatch(base);
}

int main()
{
    for (volatile int turn = 0; turn < 3; turn++)
        try {
            run("thrown");
        } catch (const std::runtime_error &error) {
            printf("%s\n", error.what());
        }
    print_process_facts();
    return 0;
}
