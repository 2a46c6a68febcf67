/* A timerfd goes through a socket and comes back under another number; every number is closed. */
#include "support/passing.h"
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int ends[2];
    fail_if(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    for (int turn = 0; turn < 5; turn++) {
        // expect: timerfd clean created=5 released=5 armed=5
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(1));
        send_descriptor(ends[0], fd);
        close(fd);
        // expect-caller: timerfd clean created=5 released=5 armed=5 fired=5
        int received = receive_descriptor(ends[1]);
        printf("expirations %d\n", (int)expirations(received));
        close(received);
    }
    print_process_facts();
    return 0;
}
