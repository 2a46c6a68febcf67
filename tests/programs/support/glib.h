/*
 * glib.h - what the programs with GLib's timeouts share: callbacks that count, and turns of a main
 * context until enough of them were called.
 */
#ifndef SUPPORT_GLIB_H
#define SUPPORT_GLIB_H

#include <glib.h>
#include "timers.h"

static inline gboolean count_and_go_on(gpointer count)
{
    ++*(int *)count;
    return G_SOURCE_CONTINUE;
}

static inline gboolean count_and_end(gpointer count)
{
    ++*(int *)count;
    return G_SOURCE_REMOVE;
}

static inline void say_gone(gpointer what)
{
    printf("gone: %s\n", (const char *)what);
}

/* Turns the context, NULL: the default one, until the count is no smaller. */
static inline void run_until(GMainContext *context, const int *count, int enough)
{
    while (*count < enough)
        g_main_context_iteration(context, TRUE);
}

static inline int is_there(guint id)
{
    return g_main_context_find_source_by_id(NULL, id) != NULL;
}

#endif
