// library: pc:glib-2.0
// family: glib
/* Sources that are made, given a callback and attached in steps, or left halfway. */
#include "support/glib.h"
#include "support/transparency.h"

static int called;

static GLogWriterOutput say(GLogLevelFlags level, const GLogField *fields, gsize count,
                            gpointer data)
{
    (void)level, (void)data;
    for (gsize i = 0; i < count; i++)
        if (!strcmp(fields[i].key, "MESSAGE"))
            printf("%s\n", (const char *)fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

static void never_attached(void)
{
    // expect: glib held created=1 armed=0 never-armed=1
    g_timeout_source_new(1);
    // expect: glib held created=1 armed=0 never-armed=1
    GSource *with_callback = g_timeout_source_new_seconds(1);
    g_source_set_callback(with_callback, count_and_end, (gpointer) "left", say_gone);
    // expect: glib clean created=1 armed=0 stopped=0 released=1
    g_source_unref(g_timeout_source_new(1));
    // expect: glib clean created=1 armed=0 stopped=0 released=1
    GSource *freed = g_timeout_source_new(1);
    g_source_set_callback(freed, count_and_end, (gpointer) "freed", say_gone);
    g_source_unref(freed);
    // expect: glib clean created=1 armed=0 stopped=0 released=1
    GSource *destroyed = g_timeout_source_new(1);
    g_source_set_callback(destroyed, count_and_end, (gpointer) "destroyed", say_gone);
    g_source_destroy(destroyed);
    printf("destroyed: %d\n", g_source_is_destroyed(destroyed));
    g_source_unref(destroyed);
}

/* GLib warns of it, and ends it. */
static void without_callback(GMainContext *context)
{
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    GSource *source = g_timeout_source_new(0);
    g_source_attach(source, context);
    printf("of nobody: %d\n", g_main_context_find_source_by_user_data(context, NULL) == NULL);
    while (!g_source_is_destroyed(source))
        g_main_context_iteration(context, TRUE);
    g_source_unref(source);
}

/* What is destroyed fires no more, whoever has a reference to it. */
static void kept_after_its_end(GMainContext *context)
{
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    GSource *source = g_timeout_source_new(AN_HOUR);
    g_source_set_callback(source, count_and_end, (gpointer) "kept", say_gone);
    printf("id: %u\n", g_source_attach(source, context));
    g_source_destroy(source);
    printf("context: %d\n", g_source_get_context(source) != NULL ? 0 : 1);
}

static void ready_times(GMainContext *context)
{
    // expect: glib held created=1 armed=1 fired=0 stopped=1 never-released=1
    GSource *never = g_timeout_source_new(AN_HOUR);
    g_source_set_callback(never, count_and_end, &called, NULL);
    g_source_attach(never, context);
    g_source_set_ready_time(never, -1);
    // expect: glib clean created=1 armed=2 fired=1 stopped=1 released=1
    GSource *sooner = g_timeout_source_new(AN_HOUR);
    g_source_set_callback(sooner, count_and_end, &called, NULL);
    g_source_set_ready_time(sooner, G_MAXINT64); /* not attached yet: it is armed by that */
    g_source_attach(sooner, context);
    g_source_set_ready_time(sooner, 0);
    run_until(context, &called, 1);
    g_source_unref(sooner);
}

static void ended_with_their_context(void)
{
    GMainContext *context = g_main_context_new();
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    GSource *source = g_timeout_source_new(AN_HOUR);
    g_source_set_callback(source, count_and_end, (gpointer) "with its context", say_gone);
    g_source_attach(source, context);
    g_source_unref(source);
    g_main_context_unref(context);
}

static void misused(GMainContext *context)
{
    // expect: glib held created=1 armed=1 never-fired=1
    GSource *twice = g_timeout_source_new(AN_HOUR);
    g_source_set_callback(twice, count_and_end, &called, NULL);
    printf("attached: %d\n", g_source_attach(twice, context) > 0);
    printf("again: %u\n", g_source_attach(twice, context));
    // expect: glib clean created=1 armed=0 stopped=0 released=1
    GSource *destroyed = g_timeout_source_new(AN_HOUR);
    g_source_destroy(destroyed);
    printf("destroyed: %u\n", g_source_attach(destroyed, context));
    g_source_unref(destroyed);
    printf("no function: %u %u\n", g_timeout_add(1, NULL, NULL),
           g_timeout_add_seconds_full(0, 1, NULL, NULL, say_gone));
}

int main(void)
{
    GMainContext *context = g_main_context_new();
    g_log_set_writer_func(say, NULL, NULL);
    never_attached();
    without_callback(context);
    kept_after_its_end(context);
    ready_times(context);
    ended_with_their_context();
    misused(context);
    // expect-process: created=12
    print_process_facts();
    return 0;
}
