// library: pc:ell
// family: ell
/* ell feeds systemd's watchdog by a timeout of its own, which is none of the program's. */
#include <ell/ell.h>
#include <stdio.h>
#include <stdlib.h>
#include "support/timers.h"

static void end(struct l_timeout *timeout, void *data)
{
    (void)data;
    l_timeout_remove(timeout);
    l_main_quit();
}

int main(void)
{
    setenv("NOTIFY_SOCKET", "@timerleak-test-nobody-listens", 1);
    setenv("WATCHDOG_USEC", "4000", 1);
    // expect-process: created=3 released=3
    l_main_init();
    // expect: ell clean created=1 armed=1 fired=1 released=1
    l_timeout_create_ms(30, end, NULL, NULL);
    printf("%d\n", l_main_run());
    l_main_exit();
    return 0;
}
