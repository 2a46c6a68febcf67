// link: -lgotime
/* Nothing can be noted when SIGKILL comes: the recording holds what lived. */
#include <signal.h>
#include <unistd.h>
#include "support/gotime.h"

int main(void)
{
    for (int i = 0; i < 3; i++)
        // expect: gotime/after held created=3 armed=3 never-fired=3
        gt_after(GT_HOUR);
    // expect: gotime/timer clean created=1 stopped=1 released=1
    gt_timer_free(gt_timer_new(GT_HOUR));
    return kill(getpid(), SIGKILL);
}
