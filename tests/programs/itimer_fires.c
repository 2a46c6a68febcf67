/* One-shot interval timers that fire: what has fired is at rest, and holds nothing. */
#include <sys/time.h>
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    struct itimerval soon = {{0, 0}, {0, 2000}}, old;
    int caught = 0;
    for (int turn = 0; turn < 5; turn++) {
        // expect: itimer clean created=5 released=5 armed=5 fired=5 stopped=0
        setitimer(ITIMER_REAL, &soon, turn % 2 ? &old : NULL);
        caught += sigwaitinfo(&alarms, NULL) == SIGALRM;
        let_pass(12);
    }
    printf("caught %d, left %ld\n", caught, old.it_value.tv_usec);
    print_process_facts();
    return 0;
}
