// traced: no: that it is the timer which it has already is seen
/*
 * Timers fetched from a process by pidfd_getfd(), by name and by number, and what is none: half are
 * closed. Other calls by number go through with all that they have.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    // expect: timerfd clean created=1 released=1 armed=1
    int made = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(made, every(AN_HOUR));
    errno = 77;
    for (int turn = 0; turn < 4; turn++) {
        // expect: timerfd held created=4 released=2 armed=4 never-fired=2 stopped=2
        int fetched = pidfd_getfd(self, made, 0);
        printf("%d flags %d, errno %d\n", fetched, fcntl(fetched, F_GETFD), errno);
        // expect: timerfd held created=4 released=2 armed=4 never-fired=2 stopped=2
        long raw = syscall(SYS_pidfd_getfd, self, made, 0);
        printf("%ld flags %d, errno %d\n", raw, fcntl((int)raw, F_GETFD), errno);
        if (turn % 2) {
            close(fetched);
            close((int)raw);
        }
    }
    close(made);
    printf("no timer: %ld, errno %d\n", syscall(SYS_pidfd_getfd, self, 1, 0), errno);
    long failed = syscall(SYS_pidfd_getfd, self, 999, 0);
    printf("none: %ld, errno %d\n", failed, errno);
    failed = pidfd_getfd(-1, 1, 0);
    printf("nobody: %ld, errno %d\n", failed, errno);

    /* All six arguments count: the second page of a file is mapped. */
    int file = memfd_create("pages", 0);
    fail_if(ftruncate(file, 8192) || pwrite(file, "second", 6, 4096) != 6, "pages");
    char *page = (char *)syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, file, 4096);
    fail_if(page == MAP_FAILED, "mmap");
    failed = syscall(SYS_close, -1);
    printf("%.6s; %ld, errno %d\n", page, failed, errno);
    print_process_facts();
    return 0;
}
