// library: pc:libsystemd
/* sd_event start|make: a source that stays, switched on and off; or one that is made and given up.
 */
#include <string.h>
#include <systemd/sd-event.h>

#include "pair.h"

static sd_event *loop;
static sd_event_source *source;

static int unexpected(sd_event_source *fired, uint64_t usec, void *data)
{
    (void)fired, (void)usec, (void)data;
    abort();
}

static void start_stop(void)
{
    sd_event_source_set_time(source, UINT64_MAX - 1);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static void make_unref(void)
{
    sd_event_source *made;
    sd_event_add_time(loop, &made, CLOCK_MONOTONIC, UINT64_MAX - 1, 0, unexpected, NULL);
    sd_event_source_unref(made);
}

int main(int argc, char **argv)
{
    sd_event_new(&loop);
    sd_event_add_time(loop, &source, CLOCK_MONOTONIC, UINT64_MAX - 1, 0, unexpected, NULL);
    pair_print(argc > 1 && !strcmp(argv[1], "make") ? make_unref : start_stop);
    return 0;
}
