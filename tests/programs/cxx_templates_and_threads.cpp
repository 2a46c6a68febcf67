// Timers made by lambdas and templates in std::thread: long names, many inlined frames.
#include <memory>
#include <thread>
#include <vector>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
struct close_descriptor {
    void operator()(const int *fd) const
    {
        close(*fd);
        delete fd;
    }
};
using owned_timer = std::unique_ptr<int, close_descriptor>;

template <clockid_t clock> SITE owned_timer make_timer()
{
    // expect: timerfd clean created=400 released=400
    return owned_timer(new int(timerfd_create(clock, 0)));
}
} // namespace

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([] {
            std::vector<owned_timer> timers;
            for (int turn = 0; turn < 100; turn++)
                timers.push_back(make_timer<CLOCK_MONOTONIC>());
        });
    for (auto &thread : threads)
        thread.join();
    print_process_facts();
}
