// traced: no: what a program tells the shim reaches nobody else
// An ignored block ends with its scope, also when an exception leaves it.
#include <stdexcept>
#include "support/timers.h"
#include "support/transparency.h"
#include "verify/timerleak_verify.h"

namespace
{
SITE void keep_in_block()
{
    timerleak_ignored block;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    arm_timerfd(fd, once(AN_HOUR));
    throw std::runtime_error("out of the block");
}

SITE void start_timeout()
{
    // expect: timerfd clean created=20 armed=20 released=20 stopped=20
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    arm_timerfd(fd, once(AN_HOUR));
    timerleak_tag_timerfd(fd, "cxx");
    close(fd);
}
} // namespace

int main()
{
    for (int turn = 0; turn < 20; turn++) {
        try {
            keep_in_block();
        } catch (const std::runtime_error &) {
            start_timeout();
        }
    }
    print_process_facts();
}
