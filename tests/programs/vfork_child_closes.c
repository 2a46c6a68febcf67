/*
 * A vforked child shares the memory of its parent, but not the descriptors: what it closes stays
 * open for the parent.
 */
#include <sys/wait.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        // expect@after: timerfd held created=1 inherited=0 never-armed=1
        printf("%s: descriptor %d\n", argv[1], timerfd_create(CLOCK_MONOTONIC, 0));
        return 5;
    }
    closefrom(3);
    int status;
    // expect: timerfd clean created=1 inherited=0 released=1 armed=1 fired=1
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    fflush(stdout);
    if (vfork() == 0) {
        close(fd);
        execl("/proc/self/exe", argv[0], "after", NULL);
        _exit(98);
    }
    wait(&status);
    arm_timerfd(fd, once(1));
    printf("child %d, expirations %d\n", WEXITSTATUS(status), (int)expirations(fd));
    printf("close %d\n", close(fd));
    print_process_facts();
    return 0;
}
