/* plugins.h - loads a plugin_*.c of this directory, built beside the program that asks for it. */
#ifndef SUPPORT_PLUGINS_H
#define SUPPORT_PLUGINS_H

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The handle; *run is the plugin's function. Ends the program when there is no such plugin. */
static inline void *plugin_load(const char *name, int (**run)(void))
{
    char program[PATH_MAX] = "", path[PATH_MAX + 64];
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        exit(99);
    snprintf(path, sizeof path, "%s/%s", dirname(program), name);
    void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    *run = plugin ? (int (*)(void))dlsym(plugin, "plugin_run") : NULL;
    if (!*run) {
        fprintf(stderr, "%s\n", dlerror());
        exit(99);
    }
    return plugin;
}

#endif
