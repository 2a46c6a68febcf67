/* Timers of a family that only this program's library knows; its calls to itself are not counted.
 */
#include <setjmp.h>
#include <stdio.h>
#include "support/lamps.h"

static jmp_buf start;

/* Calls the library's own function: the user made one lamp, which has two bulbs. */
SITE static struct lamp *lamp_light_two(struct lamp **second)
{
    bool entered = lamps_enter(__builtin_frame_address(0));
    struct lamp *first = lamp_light();
    *second = lamp_light();
    if (entered && lamps_watched())
        lamp_tell(first, TIMERLEAK_CALL("double"));
    lamps_leave(entered);
    return first;
}

SITE static void lamp_break(void)
{
    lamps_enter(__builtin_frame_address(0));
    longjmp(start, 1);
}

int main(void)
{
    struct lamp *second;
    if (setjmp(start) == 0)
        lamp_break(); /* what it has entered it never leaves */
    // expect: lamp/red held created=1 armed=1 never-fired=1
    lamp_light();
    // expect: lamp/double held created=1 armed=1 never-fired=1
    lamp_light_two(&second);
    // expect: lamp/red clean created=1 armed=1 fired=1 stopped=0 released=1
    struct lamp *spent = lamp_light();
    lamp_burn_out(spent);
    lamp_free(spent);
    // expect: lamp/red clean created=1 armed=1 fired=0 stopped=1 released=1
    lamp_free(lamp_light());
    // expect: lamp/red held created=1 armed=1 fired=1 never-released=1
    struct lamp *burnt = lamp_light();
    lamp_burn_out(burnt);
    fail_if(&timerleak_ledger &&
                timerleak_ledger.cookie(lamp_found(burnt)) != (uint64_t)burnt->number,
            "cookie");
    // expect: timerfd held created=1 never-armed=1
    fail_if(timerfd_create(CLOCK_MONOTONIC, 0) < 0, "timerfd_create");
    printf("%d lamps\n", (int)lamps_lit);
    return 0;
}
