// library: pc:glib-2.0
// family: glib
/* Each request has a timeout; one in ten is answered on a path that forgets to remove it. */
#include "support/glib.h"
#include "support/transparency.h"

#define REQUESTS 400

static int answered;
static GMainLoop *loop;

SITE static guint watch_request(void)
{
    // expect: glib leak created=400 armed=400 fired=0 stopped=360 released=360 live=40
    // never-fired=40
    return g_timeout_add_seconds(3600, count_and_end, &answered);
}

static gboolean answer_one(gpointer data)
{
    guint timeout = watch_request();
    (void)data;
    if (answered % 10 != 3)
        g_source_remove(timeout);
    if (++answered < REQUESTS)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int main(void)
{
    loop = g_main_loop_new(NULL, FALSE);
    // expect: glib clean created=1 armed=1 fired=400 stopped=1 released=1
    g_timeout_add(PACE, answer_one, NULL);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
    printf("answered %d\n", answered);
    print_process_facts();
    return 0;
}
