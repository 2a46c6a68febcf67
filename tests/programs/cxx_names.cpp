// Leaks behind templates, overloads, lambdas, std::function and std::thread: names that are long,
// and differ in what a short one leaves out.
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>
#include "support/timers.h"
#include "support/transparency.h"

namespace net
{
template <typename Key> struct Pool {
    SITE void add(int timeout);
    SITE void add(const std::string &timeout);

    int last = 0;
};

template <typename Key> void Pool<Key>::add(int)
{
    // expect: timerfd leak created=120 never-armed=120
    last = timerfd_create(CLOCK_MONOTONIC, 0);
}

template <typename Key> void Pool<Key>::add(const std::string &)
{
    // expect: timerfd leak created=60 never-armed=60
    last = timerfd_create(CLOCK_MONOTONIC, 0);
}

using Index = std::map<std::string, std::vector<int>>;

// A specialization has lines of its own.
template <> void Pool<Index>::add(int)
{
    // expect: timerfd leak created=60 never-armed=60
    last = timerfd_create(CLOCK_MONOTONIC, 0);
}
} // namespace net

SITE static void call(const std::function<void(int)> &start)
{
    start(1);
}

static volatile int last;

// No other file can call these: linkers have no name for them.
SITE static int start(int timeout)
{
    // expect: timerfd leak created=60 never-armed=60
    return timerfd_create(CLOCK_MONOTONIC, 0) + timeout;
}

SITE static int start(const char *timeout)
{
    // expect: timerfd leak created=60 never-armed=60
    return timerfd_create(CLOCK_MONOTONIC, 0) + *timeout;
}

int main()
{
    net::Pool<int> numbers;
    net::Pool<std::string> words;
    net::Pool<net::Index> indices;
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 60; turn++) {
        pacer_wait(pacer);
        last = start(turn);
        last = start("never");
        std::thread([&] {
            call([&](int timeout) { numbers.add(timeout); });
            call([&](int timeout) { numbers.add(std::to_string(timeout)); });
            call([&](int timeout) { words.add(timeout); });
            call([&](int timeout) { indices.add(timeout); });
        }).join();
    }
    close(pacer);
    // expect-process: created=361 released=1 live=360 never-armed=360
    print_process_facts();
}
