#include "core/real.h"

#include <dlfcn.h>

#include "core/machine.h"

struct real real_table;

static void *real_symbol(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* dlsym() would give the oldest version before glibc 2.36: ask for the one we mean. */
static void *real_timer_symbol(const char *name)
{
    static const char *const versions[] = {
        "GLIBC_2.34",
#ifdef MACHINE_TIMERS_THEN
        MACHINE_TIMERS_THEN,
#endif
    };

    for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        void *symbol = dlvsym(RTLD_NEXT, name, versions[i]);
        if (symbol)
            return symbol;
    }
    return dlsym(RTLD_NEXT, name);
}

static void *real_timer_symbol_int(const char *name)
{
#ifdef MACHINE_TIMERS_FIRST
    return dlvsym(RTLD_NEXT, name, MACHINE_TIMERS_FIRST);
#else
    (void)name;
    return NULL;
#endif
}

/* Two threads may do this at once: both store the same pointers. */
void real_resolve(void)
{
#define X(result, name, parameters) real_table.name = (result(*) parameters)real_symbol(#name);
    REAL_FUNCTIONS(X)
#undef X
#define X(name, parameters)                                                                        \
    real_table.posix.name = (int(*) parameters)real_timer_symbol(#name);                           \
    real_table.posix_int.name = (int(*) parameters)real_timer_symbol_int(#name);
    REAL_POSIX_TIMERS(X)
#undef X
    __atomic_store_n(&real_table.ready, 1, __ATOMIC_RELEASE);
}
