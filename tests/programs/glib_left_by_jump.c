// library: pc:glib-2.0
// family: glib
/*
 * Callbacks that are left by longjmp(): GLib keeps such a timeout, blocked, for it never hears of
 * the end of the call. One that was removed before the jump is gone.
 */
#include <setjmp.h>
#include "support/glib.h"

static jmp_buf start;
static int called;

static gboolean jumps(gpointer data)
{
    (void)data;
    longjmp(start, 1);
}

static gboolean ends_and_jumps(gpointer id)
{
    g_source_remove(*(guint *)id);
    longjmp(start, 1);
}

SITE static void run_and_be_left(void)
{
    if (setjmp(start) == 0)
        for (;;)
            g_main_context_iteration(NULL, TRUE);
}

int main(void)
{
    static guint stays, ended;
    // expect: glib held created=1 armed=1 fired=1 stopped=0 never-stopped=1
    stays = g_timeout_add(1, jumps, NULL);
    run_and_be_left();
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    ended = g_timeout_add(1, ends_and_jumps, &ended);
    run_and_be_left();
    printf("there: %d %d\n", is_there(stays), is_there(ended));
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    g_timeout_add(1, count_and_end, &called);
    run_until(NULL, &called, 1);
    // expect-process: created=3 live=1
    printf("went on\n");
    return 0;
}
