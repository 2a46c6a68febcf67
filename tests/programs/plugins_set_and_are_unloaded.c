/*
 * Plugins set timers that the program made, and are unloaded, each after the other and often at the
 * same address: who set a timer is named by the plugin that did. One stays, and makes no timer.
 */
// with: plugin_sets.c
// with: plugin_sets_too.c
#include "support/plugins.h"
#include "support/timers.h"
#include "support/transparency.h"

static void *set_by(const char *name, int fd)
{
    int (*run)(void);
    void *plugin = plugin_load(name, &run);
    printf("%s %d\n", name, ((int (*)(int))(void *)run)(fd));
    return plugin;
}

static void unload(void *plugin)
{
    printf("dlclose %d\n", dlclose(plugin));
}

int main(void)
{
    // expect: timerfd held created=1 armed=1 never-fired=1 set-by=plugin_run
    int first = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect: timerfd held created=1 armed=1 never-fired=1 set-by=set_in
    int second = timerfd_create(CLOCK_MONOTONIC, 0);
    // expect: timerfd held created=1 armed=1 never-fired=1 set-by=plugin_run
    int third = timerfd_create(CLOCK_MONOTONIC, 0);
    unload(set_by("plugin_sets", first));
    unload(set_by("plugin_sets_too", second));
    set_by("plugin_sets", third);
    print_process_facts();
    return 0;
}
