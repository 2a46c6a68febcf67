// library: pc:glib-2.0
/* glib add|source: a timeout of the default context; or a source that is made step by step. */
#include <glib.h>
#include <string.h>

#include "pair.h"

static gboolean unexpected(gpointer data)
{
    (void)data;
    abort();
}

static void add_remove(void)
{
    g_source_remove(g_timeout_add(3600000, unexpected, NULL));
}

static void make_destroy(void)
{
    GSource *source = g_timeout_source_new(3600000);
    g_source_set_callback(source, unexpected, NULL, NULL);
    g_source_attach(source, NULL);
    g_source_destroy(source);
    g_source_unref(source);
}

int main(int argc, char **argv)
{
    pair_print(argc > 1 && !strcmp(argv[1], "source") ? make_destroy : add_remove);
    return 0;
}
