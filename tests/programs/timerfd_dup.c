/*
 * A timerfd lives as long as any descriptor of it: closing the number it was created with ends
 * nothing while a duplicate is open.
 */
#include <fcntl.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    // expect: timerfd held created=1 released=0 armed=1 never-fired=1
    int kept = timerfd_create(CLOCK_MONOTONIC, 0);
    int kept_copy = dup(kept);
    close(kept);
    arm_timerfd(kept_copy, once(AN_HOUR));

    // expect: timerfd clean created=1 released=1 armed=1 fired=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    int copies[] = {dup(fd),
                    fcntl(fd, F_DUPFD, 100),
                    fcntl(fd, F_DUPFD_CLOEXEC, 100),
                    dup3(fd, 200, O_CLOEXEC),
                    dup2(fd, 201),
                    dup2(fd, fd)};
    arm_timerfd(copies[1], once(1));
    printf("expirations %d\n", (int)expirations(copies[4]));
    for (int i = 0; i < 6; i++)
        printf("copy %d: %d, close %d\n", i, copies[i], close(copies[i]));
    print_process_facts();
    return 0;
}
