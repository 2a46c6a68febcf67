// Exceptions are thrown through frames that own timers: every destructor runs.
#include <stdexcept>
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
class timeout
{
  public:
    explicit timeout(long ms)
    {
        // expect: timerfd clean created=2000 released=2000 armed=2000 stopped=2000
        fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(ms));
    }
    ~timeout()
    {
        close(fd);
    }

  private:
    int fd;
};

SITE int descend(int depth)
{
    timeout guard(AN_HOUR);
    if (depth == 1)
        throw std::runtime_error("the bottom");
    return descend(depth - 1) + 1;
}
} // namespace

int main()
{
    int caught = 0;
    for (int turn = 0; turn < 100; turn++) {
        try {
            descend(20);
        } catch (const std::exception &) {
            caught++;
        }
    }
    printf("caught %d\n", caught);
    print_process_facts();
}
