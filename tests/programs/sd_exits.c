// library: pc:libsystemd
// family: sd-event
/* A source without a callback ends its loop, with what it was given as the status. */
#include "support/sd_event.h"

int main(void)
{
    sd_event *loop = loop_new();
    sd_event_source *source;
    // expect: sd-event held created=1 armed=1 fired=1 never-released=1
    ok(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, NULL, (void *)41), "add");
    sd_event_source_set_userdata(source, (void *)42);
    // expect: sd-event held created=1 armed=1 never-fired=1
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 1, NULL, NULL),
       "add");
    printf("the loop ended with %d\n", sd_event_loop(loop));
    printf("too late: %d, off: %d\n", sd_event_source_set_time(source, 1) == -ESTALE,
           sd_event_source_set_enabled(source, SD_EVENT_OFF));
    return 0;
}
