// build: -fPIC -Wl,--as-needed
// library: pc:Qt5Core
// family: qt
// with: qt_plugin.cpp
/* Qt comes late, with a plugin, and for that alone: nobody else finds it. */
#include "support/plugins.h"
#include "support/timers.h"
#include "support/transparency.h"

int main(void)
{
    static const char start[] = "_ZN6QTimer5startEi";
    int (*run)(void);
    printf("before: %d\n", dlsym(RTLD_DEFAULT, start) != NULL);
    void *plugin = plugin_load("qt_plugin", &run);
    for (int turn = 0; turn < 2; turn++)
        printf("fired %d\n", run());
    printf("for all: %d, in the plugin: %d\n", dlsym(RTLD_DEFAULT, start) != NULL,
           dlsym(plugin, start) != NULL);
    // expect-process: live=2 end=exited:0
    fflush(stdout);
    _exit(0);
}
