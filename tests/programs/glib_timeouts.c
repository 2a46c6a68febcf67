// library: pc:glib-2.0
// family: glib
/* Each way to add a timeout to the default context, and each way in which it can be left. */
#include "support/glib.h"
#include "support/transparency.h"

static int ended, ticked, removed_ticked, once_called;

/* What it leaves as a result nobody is to look at. */
static void count_once(gpointer count)
{
    ++*(int *)count;
    puts("once");
}

static void left_alone(void)
{
    // expect: glib held created=1 armed=1 fired=0 never-fired=1
    guint waits = g_timeout_add(AN_HOUR, count_and_end, &ended);
    // expect: glib held created=1 armed=1 fired>=3 stopped=0 never-stopped=1
    guint ticks = g_timeout_add_full(G_PRIORITY_HIGH, 1, count_and_go_on, &ticked, NULL);
    run_until(NULL, &ticked, 3);
    // expect: glib held created=1 armed=1 never-fired=1
    guint seconds = g_timeout_add_seconds(3600, count_and_end, &ended);
    // expect: glib held created=1 armed=1 never-fired=1
    guint full = g_timeout_add_seconds_full(G_PRIORITY_LOW, 3600, count_and_end, &ended, NULL);
    printf("there: %d %d %d %d\n", is_there(waits), is_there(ticks), is_there(seconds),
           is_there(full));
}

static void notify(gpointer count)
{
    printf("no more, after %d\n", *(int *)count);
}

/* What returns G_SOURCE_REMOVE stops what else would go on at that interval. */
static void ended_by_themselves(void)
{
    ended = ticked = 0;
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    guint first = g_timeout_add(0, count_and_end, &ended);
    run_until(NULL, &ended, 1);
    // expect: glib clean created=1 armed=1 fired=1 stopped=1 released=1
    guint second = g_timeout_add_full(G_PRIORITY_DEFAULT, 1, count_and_end, &ended, notify);
    ended = 0;
    run_until(NULL, &ended, 1);
    printf("there: %d %d\n", is_there(first), is_there(second));
}

static void removed(void)
{
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint waits = g_timeout_add_full(0, AN_HOUR, count_and_end, (gpointer) "waits", say_gone);
    printf("removed: %d\n", g_source_remove(waits));
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint cleared = g_timeout_add_seconds(3600, count_and_end, &ended);
    g_clear_handle_id(&cleared, g_source_remove);
    // expect: glib clean created=1 armed=1 fired>=2 stopped=1 released=1
    guint ticks = g_timeout_add(1, count_and_go_on, &removed_ticked);
    run_until(NULL, &removed_ticked, 2);
    printf("cleared: %u, removed: %d\n", cleared, g_source_remove(ticks));
}

#if GLIB_CHECK_VERSION(2, 74, 0)
static void once_added(void)
{
    // expect: glib held created=1 armed=1 never-fired=1
    guint waits = g_timeout_add_once(AN_HOUR, count_once, &once_called);
    // expect: glib clean created=1 armed=1 fired=1 stopped=0 released=1
    guint called = g_timeout_add_once(1, count_once, &once_called);
    run_until(NULL, &once_called, 1);
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    guint found = g_timeout_add_once(AN_HOUR, count_once, &found);
    printf("found: %d\n", g_main_context_find_source_by_user_data(NULL, &found) ==
                              g_main_context_find_source_by_id(NULL, found));
    printf("removed: %d\n", g_source_remove(found));
    printf("called: %d, there: %d %d\n", once_called, is_there(waits), is_there(called));
}
#endif

int main(void)
{
    left_alone();
    ended_by_themselves();
    removed();
#if GLIB_CHECK_VERSION(2, 74, 0)
    once_added();
#endif
    print_process_facts();
    return 0;
}
