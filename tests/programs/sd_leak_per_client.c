// library: pc:libsystemd
// family: sd-event
/* Each client has an idle timeout; those that leave by one path of ten are never given up. */
#include "support/sd_event.h"
#include "support/transparency.h"

#define CLIENTS 400

static int clients;

static int idle(sd_event_source *source, uint64_t usec, void *data)
{
    (void)source, (void)usec, (void)data;
    return 0;
}

SITE static sd_event_source *watch_client(sd_event *loop)
{
    sd_event_source *source;
    // expect: sd-event leak created=400 armed=400 fired=0 stopped=400 released=360 live=40
    // never-released=40
    ok(sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, AN_HOUR_US, 0, idle, NULL),
       "add");
    return source;
}

static int serve(sd_event_source *source, uint64_t usec, void *data)
{
    sd_event *loop = sd_event_source_get_event(source);
    sd_event_source *client = watch_client(loop);
    (void)data;
    ok(sd_event_source_set_enabled(client, SD_EVENT_OFF), "off");
    if (clients % 10 != 3)
        sd_event_source_unref(client);
    if (++clients == CLIENTS)
        return sd_event_exit(loop, 0);
    ok(sd_event_source_set_time(source, usec + PACE * 1000), "set_time");
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int main(void)
{
    sd_event *loop = loop_new();
    uint64_t now;
    ok(sd_event_now(loop, CLOCK_MONOTONIC, &now), "now");
    // expect: sd-event held created=1 armed=400 fired=400 stopped=0 never-released=1
    ok(sd_event_add_time(loop, NULL, CLOCK_MONOTONIC, now, 1, serve, NULL), "add");
    printf("the loop ended with %d\n", sd_event_loop(loop));
    print_process_facts();
    return 0;
}
