/*
 * Two plugins are loaded and unloaded in turn, often at the same address: their timers must not be
 * mixed up, and a plugin loaded again is the same plugin.
 */
// with: plugin_first.c
// with: plugin_second.c
#include "support/plugins.h"
#include "support/timers.h"
#include "support/transparency.h"

static int run_once_loaded(const char *name, int times)
{
    int (*run)(void), failed = 0;
    void *plugin = plugin_load(name, &run);
    for (int i = 0; i < times; i++)
        failed += run();
    return failed + dlclose(plugin);
}

int main(void)
{
    int failed = 0;
    for (int turn = 0; turn < 5; turn++)
        failed += run_once_loaded("plugin_first", 3) + run_once_loaded("plugin_second", 4);
    printf("failed %d\n", failed);
    print_process_facts();
    return 0;
}
