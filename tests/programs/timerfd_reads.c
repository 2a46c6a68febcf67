/* Reads that tell of no expiration: too short, too early, of a wrong descriptor. Then a good one.
 */
#include <errno.h>
#include <sys/uio.h>
#include "support/timers.h"
#include "support/transparency.h"

/* Not inlined: the compiler warns of a read to nowhere, which is what is tested. */
SITE static void print_read(const char *what, int fd, void *to, size_t size)
{
    ssize_t got = read(fd, to, size);
    printf("%s: %zd %s\n", what, got, got < 0 ? strerrorname_np(errno) : "");
}

int main(void)
{
    // expect: timerfd clean created=1 released=1 armed=2 fired=2 stopped=0
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    uint64_t count = 0;
    print_read("disarmed", fd, &count, 8);
    arm_timerfd(fd, once(1));
    let_pass(10);
    print_read("short", fd, &count, 7);
    print_read("nowhere", fd, NULL, 8);
    arm_timerfd(fd, once(1));
    let_pass(10);
    print_read("good", fd, &count, 8);
    printf("count %d\n", (int)count);
    print_read("again", fd, &count, 8);
    printf("close %d\n", close(fd));
    print_read("closed", fd, &count, 8);
    int failed = close(fd);
    printf("close %d %s\n", failed, strerrorname_np(errno));
    print_process_facts();
    return 0;
}
