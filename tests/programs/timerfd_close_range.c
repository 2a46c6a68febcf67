/* Whole ranges of descriptors closed at once, and a range that is only marked close-on-exec. */
#include <linux/close_range.h>
#include <unistd.h>
#include "support/timers.h"
#include "support/transparency.h"

SITE static int first_of_ten(void)
{
    int first = -1;
    for (int i = 0; i < 10; i++) {
        // expect: timerfd clean created=20 released=20 armed=20 stopped=20
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(AN_HOUR));
        first = first < 0 ? fd : first;
    }
    return first;
}

int main(void)
{
    // expect: timerfd held created=1 released=0 never-armed=1
    int kept = timerfd_create(CLOCK_MONOTONIC, 0);
    closefrom(first_of_ten());
    printf("cloexec %d\n", close_range(kept, ~0U, CLOSE_RANGE_CLOEXEC));
    int first = first_of_ten();
    printf("close_range %d\n", close_range(first, first + 9, 0));
    printf("backwards %d\n", close_range(first, first - 2, 0));
    print_process_facts();
    return 0;
}
