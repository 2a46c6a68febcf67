/*
 * circumstances.c - calls by which a program changes what the shim may do, or what it knows: it
 * locks itself up, keeps all of its memory resident, unloads a library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "core/gate.h"
#include "core/real.h"
#include "ledger/inherit.h"
#include "ledger/ledger.h"
#include "life/process.h"
#include "tables/live.h"
#include "tables/mapfile.h"
#include "tables/modules.h"
#include "tables/sites.h"
#include "tables/slots.h"

#define RECORDING_ROOM ((size_t)1 << 20) /* that is left once memory is resident */

/*
 * A program that is about to lock itself up with seccomp dies of any system call that it didn't
 * foresee. Without privileges it must set NO_NEW_PRIVS first, and libseccomp does so always: from
 * then on the shim makes none, its unwinder's included. Filters that were there from the start (in
 * a container, under systemd) have let the shim start, and are none to fear.
 */
HOOK int prctl(int option, ...)
{
    unsigned long argument[4];
    va_list arguments;

    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    if ((option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP) && !thread.vforked)
        gate->sandboxed = 1;
    return real()->prctl(option, argument[0], argument[1], argument[2], argument[3]);
}

/*
 * A program that locks its memory wants all of it resident, and the kernel counts all of its
 * addresses against RLIMIT_MEMLOCK. Those that the shim has reserved, to cost nothing until they
 * are used, would become a hundred megabytes of memory, or let the call fail. So they are given
 * back first, but for what a program of this kind may still come to need; what then finds no room
 * is counted as dropped.
 */
/* What lies in the recording bounds the slots, and those what is live and what a child inherits. */
static void give_back(void)
{
    int saved = errno;

    sites_shrink();
    if (slots_lock()) {
        mapfile_shrink(RECORDING_ROOM);
        inherit_shrink();
        slots_unlock();
    }
    live_shrink();
    errno = saved;
}

HOOK int mlockall(int flags)
{
    if ((flags & MCL_CURRENT) && (gate_open() || process_wake()) && !gate->sandboxed &&
        section_enter()) {
        give_back();
        section_leave();
    }
    return real()->mlockall(flags);
}

static void modules_look(void (*look)(void))
{
    if (gate_open() && section_enter()) {
        look();
        section_leave();
    }
}

/* Unlike dlopen, dlclose doesn't care who calls it, so it may be wrapped. */
HOOK int dlclose(void *handle)
{
    int result;

    modules_changed();
    modules_look(modules_settle);
    result = real()->dlclose(handle);
    modules_changed();
    modules_look(modules_note);
    return result;
}
