// library: pc:ell
// family: ell
/* What is done with callbacks, and by them; and by whom timeouts are removed. */
#include <ell/ell.h>
#include <stdio.h>
#include <stdlib.h>
#include "support/timers.h"

static struct l_timeout *other;
static int to_come = 3;

static void destroyed(void *data)
{
    printf("destroyed with %s\n", (const char *)data);
}

static void end_if_last(void)
{
    if (--to_come == 0)
        l_main_quit();
}

/* As a last call: ell is who it returns to. */
static void remove_itself(struct l_timeout *timeout, void *data)
{
    printf("fired with %s\n", (const char *)data);
    end_if_last();
    l_timeout_remove(timeout);
}

static void unexpected(struct l_timeout *timeout, void *data)
{
    (void)timeout;
    (void)data;
    abort();
}

static void become_another(struct l_timeout *timeout, void *data)
{
    printf("fired with %s\n", (const char *)data);
    end_if_last();
    l_timeout_set_callback(timeout, remove_itself, "second", destroyed);
    l_timeout_modify_ms(timeout, 1);
}

static void remove_other(struct l_timeout *timeout, void *data)
{
    (void)data;
    end_if_last();
    l_timeout_remove(other);
    l_timeout_remove(timeout);
}

static void fails(void)
{
    printf("too long: %d, no callback: %d\n",
           l_timeout_create_ms(UINT64_MAX, unexpected, NULL, destroyed) != NULL,
           l_timeout_create(1, NULL, NULL, destroyed) != NULL);
    l_timeout_remove(NULL);
    l_timeout_modify(NULL, 1);
    l_timeout_set_callback(NULL, unexpected, NULL, NULL);
}

int main(void)
{
    struct l_queue *queue = l_queue_new();
    struct l_timeout *mute;
    l_main_init();
    fails();
    // expect: ell clean created=1 armed=2 fired=2 released=1
    l_timeout_create_ms(1, become_another, "first", destroyed);

    // expect: ell clean created=1 armed=1 fired=1 released=1
    l_timeout_create_ms(4, remove_other, NULL, NULL);
    // expect: ell clean created=1 armed=1 stopped=1 released=1
    other = l_timeout_create(3600, unexpected, NULL, NULL);

    // expect: ell clean created=1 armed=1 stopped=1 released=1
    mute = l_timeout_create_ms(3, unexpected, NULL, NULL);
    l_timeout_set_callback(mute, NULL, NULL, NULL);

    for (volatile int i = 0; i < 3; i++)
        // expect: ell clean created=3 armed=3 stopped=3 released=3
        l_queue_push_tail(queue, l_timeout_create(3600, unexpected, "queued", destroyed));
    l_queue_destroy(queue, (l_queue_destroy_func_t)l_timeout_remove);

    l_main_run();
    l_timeout_remove(mute);
    printf("exit: %d\n", l_main_exit());
    return 0;
}
