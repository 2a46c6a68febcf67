// library: pc:ell
// family: ell
/* What a loop leaves that ends fires no more, and is still to be removed. */
#include <ell/ell.h>
#include <stdio.h>
#include <stdlib.h>
#include "support/timers.h"

static void unexpected(struct l_timeout *timeout, void *data)
{
    (void)timeout;
    (void)data;
    abort();
}

static void destroyed(void *data)
{
    printf("destroyed with %s\n", (const char *)data);
}

int main(void)
{
    struct l_timeout *late, *forgotten;
    l_main_init();
    // expect: ell clean created=1 armed=1 stopped=1 released=1
    late = l_timeout_create(3600, unexpected, "late", destroyed);
    // expect: ell held created=1 live=1 armed=1 stopped=1 never-released=1
    forgotten = l_timeout_create(3600, unexpected, "forgotten", destroyed);
    l_main_exit();
    l_timeout_modify(forgotten, 7200);
    l_timeout_remove(late);

    l_main_init();
    // expect: ell clean created=1 armed=1 stopped=1 released=1
    l_timeout_remove(l_timeout_create(3600, unexpected, "next", destroyed));
    l_main_exit();
    return 0;
}
