// library: pc:glib-2.0
// family: glib
/* Timeouts are found, and removed, by what the program gave them. */
#include "support/glib.h"

static gboolean removes_by_current_source(gpointer data)
{
    GSource *current = g_main_current_source();
    printf("in the callback, found by data: %d\n",
           g_main_context_find_source_by_user_data(NULL, data) == current);
    printf("removed: %d\n", g_source_remove(g_source_get_id(current)));
    printf("destroyed: %d\n", g_source_is_destroyed(current));
    ++*(int *)data;
    return G_SOURCE_CONTINUE;
}

int main(void)
{
    int first, second, unknown;
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint one = g_timeout_add(AN_HOUR, count_and_end, &first);
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint other = g_timeout_add(AN_HOUR, count_and_end, &second);
    // expect: glib held created=1 armed=1 never-fired=1
    guint same = g_timeout_add(AN_HOUR, count_and_go_on, &second);

    printf("found: %d %d\n",
           g_source_get_id(g_main_context_find_source_by_user_data(NULL, &first)) == one,
           g_source_get_id(g_main_context_find_source_by_funcs_user_data(NULL, &g_timeout_funcs,
                                                                         &second)) == other);
    printf("removed: %d\n", g_source_remove_by_user_data(&first));
    printf("removed: %d\n", g_source_remove_by_user_data(&first));
    printf("removed: %d\n", g_source_remove_by_user_data(&unknown));
    printf("removed: %d\n", g_source_remove_by_funcs_user_data(&g_idle_funcs, &second));
    printf("removed: %d\n", g_source_remove_by_funcs_user_data(&g_timeout_funcs, &second));
    printf("there: %d %d %d\n", is_there(one), is_there(other), is_there(same));

    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint null = g_timeout_add(AN_HOUR, count_and_end, NULL);
    printf("removed: %d\n", g_source_remove_by_user_data(NULL));
    printf("there: %d\n", is_there(null));

    first = 0;
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    g_timeout_add(1, removes_by_current_source, &first);
    run_until(NULL, &first, 1);
    return 0;
}
