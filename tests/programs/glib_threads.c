// library: pc:glib-2.0
// family: glib
/* Threads add timeouts to each other's contexts, where they fire before those who add them go on.
 */
#include <stdatomic.h>
#include "support/glib.h"

#define THREADS 4
#define ADDED 2000

struct worker {
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
};

static struct worker workers[THREADS];
static atomic_int fired, forgotten;

static gboolean count_fire(gpointer data)
{
    (void)data;
    fired++;
    return G_SOURCE_REMOVE;
}

static void count_forgotten(gpointer data)
{
    (void)data;
    forgotten++;
}

static gpointer work(gpointer data)
{
    struct worker *worker = data;
    g_main_context_push_thread_default(worker->context);
    g_main_loop_run(worker->loop);
    g_main_context_pop_thread_default(worker->context);
    return NULL;
}

SITE static void add(GMainContext *context, guint ms)
{
    // expect: glib clean created=2000 armed=2000 fired=1000 stopped=2000 released=2000
    GSource *source = g_timeout_source_new(ms);
    g_source_set_callback(source, count_fire, NULL, count_forgotten);
    g_source_attach(source, context);
    if (ms > 0)
        g_source_destroy(source);
    g_source_unref(source);
}

int main(void)
{
    for (int i = 0; i < THREADS; i++) {
        workers[i].context = g_main_context_new();
        workers[i].loop = g_main_loop_new(workers[i].context, FALSE);
        workers[i].thread = g_thread_new("worker", work, &workers[i]);
    }
    for (volatile int i = 0; i < ADDED; i++)
        add(workers[i % THREADS].context, i / THREADS % 2 ? AN_HOUR : 0);
    while (fired < ADDED / 2)
        g_thread_yield();
    for (int i = 0; i < THREADS; i++) {
        g_main_loop_quit(workers[i].loop);
        g_thread_join(workers[i].thread);
        g_main_loop_unref(workers[i].loop);
        g_main_context_unref(workers[i].context);
    }
    printf("fired %d, forgotten %d\n", fired, forgotten);
    return 0;
}
