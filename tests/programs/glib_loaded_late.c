// library: pc:glib-2.0
// family: glib
// link: -Wl,--as-needed
/* GLib comes by dlopen(), for this program alone, and its functions by dlsym(). */
#include <dlfcn.h>
#include "support/timers.h"

typedef int (*callback)(void *data);

static unsigned (*timeout_add)(unsigned ms, callback function, void *data);
static int (*source_remove)(unsigned id);
static int (*iteration)(void *context, int may_block);
static int called;

static int count(void *data)
{
    ++*(int *)data;
    return called < 3;
}

static void *must_find(void *library, const char *name)
{
    void *found = dlsym(library, name);
    fail_if(!found, name);
    return found;
}

int main(void)
{
    printf("before: %d\n", dlsym(RTLD_DEFAULT, "g_timeout_add") != NULL);
    void *library = dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_LOCAL);
    fail_if(!library, "dlopen");
    printf("local: %d, of no such name: %d\n", dlsym(RTLD_DEFAULT, "g_timeout_add") != NULL,
           dlsym(library, "g_timeout_add_never") != NULL);
    *(void **)&timeout_add = must_find(library, "g_timeout_add");
    *(void **)&source_remove = must_find(library, "g_source_remove");
    *(void **)&iteration = must_find(library, "g_main_context_iteration");

    // expect: glib held created=1 armed=1 never-fired=1
    timeout_add(AN_HOUR, count, &called);
    // expect: glib clean created=1 armed=1 fired=3 stopped=1 released=1
    timeout_add(1, count, &called);
    while (called < 3)
        iteration(NULL, 1);
    // expect: glib clean created=1 armed=1 fired=0 stopped=1 released=1
    printf("removed: %d\n", source_remove(timeout_add(AN_HOUR, count, &called)));
    return 0;
}
