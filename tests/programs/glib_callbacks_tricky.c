// library: pc:glib-2.0
// family: glib
/* Callbacks that end their own timeout, replace themselves, start others or run a loop in theirs.
 */
#include "support/glib.h"

static int called, inner;
static guint own;

static gboolean removes_itself(gpointer data)
{
    printf("removed: %d\n", g_source_remove(own));
    printf("there: %d\n", is_there(own));
    called++;
    (void)data;
    return G_SOURCE_CONTINUE; /* of no more interest to anybody */
}

static gboolean starts_another(gpointer data)
{
    (void)data;
    called++;
    // expect: glib held created=3 armed=3 never-fired=3
    g_timeout_add(AN_HOUR, count_and_end, &inner);
    return called < 3;
}

static gboolean second_callback(gpointer data)
{
    printf("second: %s\n", (const char *)data);
    called++;
    return G_SOURCE_REMOVE;
}

static gboolean replaces_itself(gpointer data)
{
    printf("first: %s\n", (const char *)data);
    g_source_set_callback(g_main_current_source(), second_callback, (gpointer) "new data",
                          say_gone);
    printf("replaced\n");
    called++;
    return G_SOURCE_CONTINUE;
}

static gboolean runs_a_loop(gpointer data)
{
    GSource *current = g_main_current_source();
    // expect: glib clean created=1 armed=1 fired>=2 stopped=1 released=1
    guint ticks = g_timeout_add(1, count_and_go_on, &inner);
    inner = 0;
    run_until(NULL, &inner, 2);
    g_source_remove(ticks);
    printf("the same: %d, depth %d\n", g_main_current_source() == current, g_main_depth());
    ++*(int *)data;
    return G_SOURCE_REMOVE;
}

int main(void)
{
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    own = g_timeout_add_full(0, 1, removes_itself, (gpointer) "itself", say_gone);
    run_until(NULL, &called, 1);

    called = 0;
    // expect: glib clean created=1 armed=1 fired=3 stopped=1 released=1
    g_timeout_add(1, starts_another, NULL);
    run_until(NULL, &called, 3);

    called = 0;
    // expect: glib clean created=1 armed=1 fired=2 stopped=1 released=1
    GSource *source = g_timeout_source_new(1);
    g_source_set_callback(source, count_and_end, (gpointer) "never called", say_gone);
    g_source_set_callback(source, replaces_itself, (gpointer) "old data", say_gone);
    g_source_attach(source, NULL);
    g_source_unref(source);
    run_until(NULL, &called, 2);

    called = 0;
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    g_timeout_add(1, runs_a_loop, &called);
    run_until(NULL, &called, 1);
    // expect-process: created=8 live=3
    return 0;
}
