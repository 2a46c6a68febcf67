/* ualarm ticks five times and is called off; a second one stays. */
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    int caught = 0;
    // expect: itimer clean created=1 released=1 armed=1 fired>=5 stopped=1
    ualarm(1000, 1000);
    while (caught < 5)
        caught += sigwaitinfo(&alarms, NULL) == SIGALRM;
    let_pass(10);
    printf("caught %d, left %s\n", caught, ualarm(0, 0) <= 1000 ? "little" : "much");
    struct timespec now = {0, 0};
    sigtimedwait(&alarms, NULL, &now);
    // expect: itimer held created=1 released=0 armed=1 fired=0 never-fired=1
    printf("left %u\n", ualarm(900000, 900000));
    print_process_facts();
    return 0;
}
