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

/* Where the kernel does that: else what a plain read gives counts as well. */
static void read_in_parts(int fd)
{
    uint64_t count = 0;
    char *bytes = (char *)&count;
    struct iovec parts[] = {{bytes, 3}, {bytes, 0}, {bytes + 3, 5}};
    if (readv(fd, parts, 3) != 8)
        fail_if(read(fd, &count, 8) != 8, "read");
    printf("several %d\n", count >= 3);
}

int main(void)
{
    // expect: timerfd clean created=1 released=1 armed=1 fired>=3
    int in_parts = timerfd_create(CLOCK_MONOTONIC, 0);
    arm_timerfd(in_parts, every(1));
    let_pass(10);
    read_in_parts(in_parts);
    close(in_parts);
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
