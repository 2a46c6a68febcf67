// family: libuv
// expect-no-recording
/* A plugin's functions that have only their names from libuv are called as they are. */
#include "support/plugins.h"

int main(void)
{
    int (*run)(void);
    void *plugin = plugin_load("plugin_namesakes", &run);
    int result = run();
    dlclose(plugin);
    return result;
}
