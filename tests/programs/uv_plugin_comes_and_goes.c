// library: uv.h
// family: libuv
// with: uv_plugin.c
/* A plugin that brings libuv with it is loaded and unloaded, three times. */
#include <stdio.h>
#include "support/plugins.h"

int main(void)
{
    for (int i = 0; i < 3; i++) {
        int (*run)(void);
        void *plugin = plugin_load("uv_plugin", &run);
        printf("%d fired\n", run());
        dlclose(plugin);
        printf("there after: %p\n", dlsym(RTLD_DEFAULT, "uv_timer_init"));
    }
    return 0;
}
