// library: pc:libevent
/* An event loop is woken by a timerfd of its own, which is its maker's affair: see explain loop. */
#include <event2/event.h>
#include <stdio.h>

static struct event_base *loop_make(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    event_config_avoid_method(config, "poll");
    event_config_avoid_method(config, "select");
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static void stop(evutil_socket_t none, short what, void *base)
{
    (void)none;
    (void)what;
    event_base_loopbreak(base);
}

int main(void)
{
    struct timeval soon = {.tv_usec = 2000};
    // expect-caller: timerfd held live=1 created=1 never-released=1
    struct event_base *kept = loop_make();

    event_base_once(kept, -1, EV_TIMEOUT, stop, kept, &soon);
    event_base_dispatch(kept);
    // expect-caller: timerfd clean created=1 released=1
    event_base_free(loop_make());
    puts("done");
    return 0;
}
