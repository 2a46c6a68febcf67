// library: pc:ell
// family: ell
/* A timeout for each request: who is late forgets that one that has fired is still to be removed.
 */
#include <ell/ell.h>
#include <stdio.h>
#include <stdlib.h>
#include "support/timers.h"

#define REQUESTS 100 /* ell's loop has room for some more descriptors than that */

static int requests, late;
static struct l_timeout *last;

static void too_late(struct l_timeout *timeout, void *data)
{
    (void)timeout;
    (void)data;
    late++;
}

static void too_late_is_careful(struct l_timeout *timeout, void *data)
{
    (void)data;
    late++;
    l_timeout_remove(timeout);
}

SITE static void request_begin(void)
{
    // expect: ell leak created=100 live=100 armed=100 fired=100 never-released=100
    // expect-caller: timerfd leak created=100 live=100 armed=100 fired=100 never-released=100
    last = l_timeout_create_ms(1, too_late, NULL, NULL);
}

SITE static void request_is_careful(void)
{
    // expect: ell clean created=100 armed=100 fired=100 released=100
    l_timeout_create_ms(1, too_late_is_careful, NULL, NULL);
}

static void turn(struct l_timeout *ticker, void *data)
{
    (void)data;
    if (requests++ < REQUESTS) {
        request_begin();
        request_is_careful();
        l_timeout_modify_ms(ticker, PACE);
        return;
    }
    l_timeout_remove(ticker);
    l_main_quit();
}

int main(void)
{
    l_main_init();
    // expect: ell clean created=1 armed=101 fired=101 released=1
    l_timeout_create_ms(PACE, turn, NULL, NULL);
    l_main_run();
    printf("%d late, %d the last\n", late, last != NULL);
    return 0;
}
