// library: uv.h
// build: -shared -fPIC
/* A plugin that finds libuv's functions for others to call. */
#include <dlfcn.h>
#include <stddef.h>

int plugin_run(void);
extern void *plugin_found[3];
void *plugin_found[3];

int plugin_run(void)
{
    static const char *const names[] = {"uv_timer_init", "uv_timer_start", "uv_default_loop"};
    void *libuv = dlopen("libuv.so.1", RTLD_NOW | RTLD_LOCAL);
    int found = 0;
    for (int i = 0; libuv && i < 3; i++) {
        plugin_found[i] = dlsym(libuv, names[i]);
        found += plugin_found[i] != NULL;
    }
    return found;
}
