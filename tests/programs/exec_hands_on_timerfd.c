/*
 * A program becomes another one: of its timers only the timerfd that is not close-on-exec goes on
 * living, and the new image reads and closes it. What the kernel ends at exec, as at an exit, was
 * held to the end.
 */
#include <fcntl.h>
#include "support/timers.h"
#include "support/transparency.h"

static int second_image(int fd, int gone)
{
    printf("%d is %s, %d is %s\n", fd, fcntl(fd, F_GETFD) < 0 ? "closed" : "open", gone,
           fcntl(gone, F_GETFD) < 0 ? "closed" : "open");
    printf("expirations %d\n", (int)expirations(fd));
    printf("close %d\n", close(fd));
    print_process_facts();
    return 4;
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return second_image(atoi(argv[2]), atoi(argv[3]));
    // expect-process: end=execed
    // expect-process@second: inherited=1 live=0 passed-on=0
    // expect-process@together: live=0 passed-on=0
    char kept_number[12], gone_number[12];
    // expect: timerfd held created=1 released=0 armed=1 never-fired=1
    int kept = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect: timerfd clean created=1 released=1
    int gone = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timer_t timer;
    // expect: posix clean created=1 released=1
    fail_if(timer_create(CLOCK_MONOTONIC, NULL, &timer), "timer_create");
    arm_timerfd(kept, once(50));
    snprintf(kept_number, sizeof kept_number, "%d", kept);
    snprintf(gone_number, sizeof gone_number, "%d", gone);
    fflush(stdout);
    execl("/proc/self/exe", argv[0], "second", kept_number, gone_number, NULL);
    return 97;
}
