/* glib.c - GLib's timeout sources, on the default context. */
#include <glib.h>

#include "shots.h"

struct item {
    GSource *source;
};

static const bool thread_safe = true;

static gboolean on_timer(gpointer shot)
{
    shot_fire((struct shot *)shot);
    return G_SOURCE_REMOVE;
}

static void engine_open(const char *variant)
{
    (void)variant;
}

static void item_start(struct item *item, int64_t duration, struct shot *shot)
{
    item->source = g_timeout_source_new((guint)milliseconds(duration));
    g_source_set_callback(item->source, on_timer, shot, NULL);
    g_source_attach(item->source, NULL);
}

static void item_stop(struct item *item)
{
    g_source_destroy(item->source);
    g_source_unref(item->source);
}

static void item_reset(struct item *item, int64_t duration)
{
    g_source_set_ready_time(item->source, g_get_monotonic_time() + (gint64)microseconds(duration));
}

static void batch_end(void)
{
}

static void clock_refresh(void)
{
}

static void shots_wait(struct item *items)
{
    (void)items;
    for (size_t i = 0; i < shots_count; i++)
        while (!shots[i].fired)
            g_main_context_iteration(NULL, TRUE);
}

#include "suites.h"
