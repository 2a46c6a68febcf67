/* The parent makes timers for a child that was there before them, hands them on and closes its own.
 */
#include <sys/wait.h>
#include "support/passing.h"
#include "support/timers.h"
#include "support/transparency.h"

static int serve(int socket)
{
    int served = 0;
    while (served < 10) {
        // expect-caller@child: timerfd clean created=10 released=10 armed=10 fired=10
        int fd = receive_descriptor(socket);
        if (fd < 0)
            break;
        served += (int)expirations(fd);
        close(fd);
    }
    return served;
}

int main(void)
{
    int ends[2], status;
    fail_if(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    if (fork() == 0)
        _exit(serve(ends[1]));
    close(ends[1]);
    for (int turn = 0; turn < 10; turn++) {
        // expect: timerfd clean created=10 released=10 armed=10
        int fd = timerfd_create(CLOCK_MONOTONIC, 0);
        arm_timerfd(fd, once(1));
        send_descriptor(ends[0], fd);
        close(fd);
    }
    wait(&status);
    printf("the child served %d\n", WEXITSTATUS(status));
    print_process_facts();
    return 0;
}
