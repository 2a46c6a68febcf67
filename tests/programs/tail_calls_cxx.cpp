// Methods, and functions that no other file can call, that return what another one returns.
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
struct clock_of {
    SITE int open(int flags) const
    {
        // expect: timerfd held created=1 never-armed=1 tail-call=yes
        return timerfd_create(number, flags);
    }
    int number;
};

template <class Clock> struct opener {
    SITE static int open(const Clock &clock, int flags)
    {
        // expect-caller: timerfd held created=1 never-armed=1 tail-call=yes
        return clock.open(flags | TFD_CLOEXEC);
    }
};
} // namespace

int main(int argc, char **)
{
    clock_of monotonic = {CLOCK_MONOTONIC};
    int opened = opener<clock_of>::open(monotonic, argc > 1 ? TFD_NONBLOCK : 0);
    printf("%d\n", opened > 0);
    print_process_facts();
    return 0;
}
