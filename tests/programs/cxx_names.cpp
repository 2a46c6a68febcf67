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
};

template <typename Key> void Pool<Key>::add(int timeout)
{
    // expect: timerfd leak created=60 live=60 as=Pool<int>
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(timeout));
}

template <typename Key> void Pool<Key>::add(const std::string &timeout)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(std::stol(timeout)));
}

using Index = std::map<std::string, std::vector<int>>;

// A specialization has lines of its own.
template <> void Pool<Index>::add(int timeout)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(fd, once(timeout));
}
} // namespace net

SITE static void call(const std::function<void(int)> &start)
{
    start(1);
}

int main()
{
    std::thread worker([] {
        net::Pool<int> numbers;
        net::Pool<std::string> words;
        net::Pool<net::Index> indices;
        for (int turn = 0; turn < 60; turn++) {
            let_pass(PACE);
            call([&](int timeout) { numbers.add(timeout); });
            call([&](int timeout) { numbers.add(std::to_string(timeout)); });
            call([&](int timeout) { words.add(timeout); });
            call([&](int timeout) { indices.add(timeout); });
        }
    });
    worker.join();
    print_process_facts();
}
