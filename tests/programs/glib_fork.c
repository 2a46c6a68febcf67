// library: pc:glib-2.0
// family: glib
/* A forked child goes on with its parent's timeouts: they fire there, and end there. */
#include <sys/wait.h>
#include "support/glib.h"

int main(void)
{
    int ticked = 0, ended = 0, status;
    // expect: glib held created=1 armed=1 fired>=1 never-stopped=1
    // expect@child: glib held created=0 inherited=1 fired>=2 never-stopped=1
    guint ticks = g_timeout_add(1, count_and_go_on, &ticked);
    run_until(NULL, &ticked, 1);
    // expect: glib held created=1 armed=1 never-fired=1
    // expect@child: glib clean created=0 inherited=1 stopped=1 released=1
    guint waits = g_timeout_add(AN_HOUR, count_and_end, &ended);
    fflush(stdout);
    if (fork() == 0) {
        ticked = 0;
        run_until(NULL, &ticked, 2);
        printf("removed: %d\n", g_source_remove(waits));
        // expect@child: glib held created=1 armed=1 never-fired=1
        g_timeout_add(AN_HOUR, count_and_end, &ended);
        printf("there: %d %d\n", is_there(ticks), is_there(waits));
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d, there: %d %d\n", WEXITSTATUS(status), is_there(ticks),
           is_there(waits));
    return 0;
}
