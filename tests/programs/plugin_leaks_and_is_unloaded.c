/* A plugin leaks and is unloaded: the leak must still be named by the plugin's file and line. */
// with: plugin_leaky.c
#include "support/plugins.h"
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    int (*run)(void);
    void *plugin = plugin_load("plugin_leaky", &run);
    int pacer = pacer_open(PACE);
    for (int turn = 0; turn < 60; turn++) {
        pacer_wait(pacer);
        run();
    }
    close(pacer);
    printf("dlclose %d\n", dlclose(plugin));
    print_process_facts();
    return 0;
}
