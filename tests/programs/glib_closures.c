// library: pc:gobject-2.0
// family: glib
/* Callbacks that GObject, or the program itself, hands to GLib with counted references. */
#include <glib-object.h>
#include "support/glib.h"

struct counted {
    int references, refs, unrefs, called;
};

static void counted_ref(gpointer data)
{
    struct counted *counted = data;
    counted->references++;
    counted->refs++;
}

static void counted_unref(gpointer data)
{
    struct counted *counted = data;
    counted->unrefs++;
    if (--counted->references == 0)
        printf("given up after %d refs, %d unrefs\n", counted->refs, counted->unrefs);
}

static gboolean counted_call(gpointer data)
{
    return ++((struct counted *)data)->called < 3;
}

static void counted_get(gpointer data, GSource *source, GSourceFunc *function, gpointer *argument)
{
    (void)source;
    *function = counted_call;
    *argument = data;
}

static GSourceCallbackFuncs counted_funcs = {counted_ref, counted_unref, counted_get};

int main(void)
{
    struct counted counted = {.references = 1};
    int called = 0;
    // expect: glib clean created=1 armed=1 fired=3 stopped=1 released=1
    GSource *source = g_timeout_source_new(1);
    g_source_set_callback_indirect(source, &counted, &counted_funcs);
    g_source_attach(source, NULL);
    g_source_unref(source);
    run_until(NULL, &counted.called, 3);

    // expect: glib held created=1 armed=1 fired>=2 never-stopped=1
    GSource *with_closure = g_timeout_source_new(1);
    g_source_set_closure(with_closure, g_cclosure_new(G_CALLBACK(count_and_go_on), &called, NULL));
    printf("id: %u\n", g_source_attach(with_closure, NULL));
    run_until(NULL, &called, 2);

    // expect: glib clean created=1 armed=0 released=1
    GSource *nobody = g_timeout_source_new(1);
    g_source_set_callback_indirect(nobody, NULL, NULL);
    g_source_unref(nobody);
    return 0;
}
