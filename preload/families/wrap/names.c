#include "families/wrap/names.h"

#include <dlfcn.h>
#include <string.h>

#include "families/wrap/copies.h"
#include "families/wrap/wrap.h"

void *(*names_dlsym)(void *scope, const char *name);

/* By asking libc's itself: by that of another such object, the next would be this one again. */
__attribute__((constructor)) static void names_start(void)
{
    void *(*of_libc)(void *, const char *) = (void *(*)(void *, const char *))copies_libc("dlsym");

    if (!names_dlsym)
        names_dlsym = (void *(*)(void *, const char *))of_libc(RTLD_NEXT, "dlsym");
}

static void *hook_of(struct wrap_library *library, void *scope, const char *name,
                     const void *caller)
{
    for (size_t i = 0; i < library->count; i++) {
        const struct wrap_function *function = &library->functions[i];
        void *found;

        if (!function->hook || strcmp(function->name, name))
            continue;
        found = names_dlsym(scope, name);
        return found && copies_bind(library, i, found, caller) ? function->hook : NULL;
    }
    return NULL;
}

void *names_answer(void *scope, const char *name, const void *caller)
{
    void *hook = NULL;

    if (!names_dlsym)
        names_start();
    if (scope == RTLD_NEXT || !name)
        return NULL;
    for (struct wrap_library *library = wrap_libraries(); library && !hook; library = library->next)
        if (library->number)
            hook = hook_of(library, scope, name, caller);
    return hook;
}
