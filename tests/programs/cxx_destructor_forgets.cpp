// A class owns a timer, but its move assignment drops the old one without closing it.
#include "support/timers.h"
#include "support/transparency.h"

namespace
{
class timeout
{
  public:
    timeout() = default;
    SITE explicit timeout(long ms)
    {
        // expect: timerfd leak created=80 released=1 armed=80 stopped=1 never-fired=79
        fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(ms));
    }
    timeout(const timeout &) = delete;
    timeout &operator=(timeout &&other)
    {
        fd = other.fd;
        other.fd = -1;
        return *this;
    }
    ~timeout()
    {
        if (fd >= 0)
            close(fd);
    }

  private:
    int fd = -1;
};

void keep_restarting(int turns)
{
    int pacer = pacer_open(PACE);
    timeout current;
    for (int turn = 0; turn < turns; turn++) {
        pacer_wait(pacer);
        current = timeout(AN_HOUR);
    }
    close(pacer);
}
} // namespace

int main()
{
    keep_restarting(80);
    print_process_facts();
}
