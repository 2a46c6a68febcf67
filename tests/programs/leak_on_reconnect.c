/* A tunnel reconnects twenty times; each time its keep-alive ticker is made anew, the old one kept.
 */
#include "support/timers.h"
#include "support/transparency.h"

static void reconnect(void)
{
    // expect: timerfd leak created=20 released=0 armed=20 fired=20 never-stopped=20 unread=20
    int keep_alive = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    arm_timerfd(keep_alive, every(5));
}

int main(void)
{
    int pacer = pacer_open(4 * PACE);
    for (int turn = 0; turn < 20; turn++) {
        pacer_wait(pacer);
        reconnect();
    }
    let_pass(25);
    close(pacer);
    print_process_facts();
    return 0;
}
