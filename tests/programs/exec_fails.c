/* An exec that fails is no end: the program goes on, and so does its recording. */
#include <errno.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(int argc, char **argv)
{
    // expect-process: end=exited
    // expect: timerfd clean created=1 released=1 armed=1 stopped=1
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    for (int turn = 0; turn < 3; turn++) {
        int failed = execl("/nonexistent/program", argv[0], NULL);
        printf("%d arguments, exec %d %s\n", argc, failed, strerrorname_np(errno));
    }
    char *const none[] = {NULL};
    int failed = execvpe("/etc", none, none);
    printf("exec %d %s\n", failed, strerrorname_np(errno));
    arm_timerfd(fd, once(AN_HOUR));
    close(fd);
    // expect: timerfd held created=1 never-armed=1
    int after = timerfd_create(CLOCK_MONOTONIC, 0);
    printf("after: %d\n", after >= 0);
    print_process_facts();
    return 0;
}
