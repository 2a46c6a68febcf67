/* A watchdog alarm, pushed back on every turn and never due: one timer, armed for ever. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int pacer = pacer_open(1);
    unsigned left = 0;
    for (int turn = 0; turn < 60; turn++) {
        // expect: itimer held created=1 released=0 armed=60 fired=0 stopped=0 never-fired=1
        left += alarm(30);
        pacer_wait(pacer);
    }
    close(pacer);
    printf("left %u\n", left);
    print_process_facts();
    return 0;
}
