// library: pc:libsystemd
// family: sd-event
/* A loop does not live on over fork(): all a child can do with its parent's sources is free them.
 */
#include <sys/wait.h>
#include "support/sd_event.h"

int main(void)
{
    sd_event *loop = loop_new();
    sd_event_source *sources[3];
    int status, called = 0;
    for (volatile int i = 0; i < 3; i++)
        // expect: sd-event held created=3 armed=3 never-fired=3
        ok(sd_event_add_time_relative(loop, &sources[i], CLOCK_MONOTONIC, AN_HOUR_US, 1, count_call,
                                      &called),
           "add");
    ok(sd_event_source_set_destroy_callback(sources[1], say_gone), "set");
    sd_event_source_set_userdata(sources[1], (void *)"the parent's");
    fflush(stdout);
    if (fork() == 0) {
        sd_event *own = loop_new();
        printf("refused: %d\n", sd_event_source_set_time(sources[0], 1) == -ECHILD);
        sd_event_source_unref(sources[1]);
        sd_event_source *source;
        // expect@child: sd-event held created=1 armed=1 fired=1 never-released=1
        ok(sd_event_add_time(own, &source, CLOCK_MONOTONIC, 0, 1, count_call, &called), "add");
        run_until(own, &called, 1);
        printf("called: %d\n", called);
        exit(7);
    }
    wait(&status);
    printf("the child exited with %d\n", WEXITSTATUS(status));
    return 0;
}
