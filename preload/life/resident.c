/*
 * resident.c - a program that locks its memory wants all of it resident, and the kernel counts all
 * of its addresses against RLIMIT_MEMLOCK. Those that the shim has reserved, to cost nothing until
 * they are used, would become a hundred megabytes of memory, or let the call fail. So they are
 * given back first, but for what a program of this kind may still come to need; what then finds no
 * room is counted as dropped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "core/gate.h"
#include "ledger/inherit.h"
#include "ledger/ledger.h"
#include "tables/live.h"
#include "tables/mapfile.h"
#include "life/process.h"
#include "core/real.h"
#include "tables/sites.h"
#include "tables/slots.h"

#define RECORDING_ROOM ((size_t)1 << 20)

/* What lies in the recording bounds the slots, and those what a child can inherit. */
static void give_back(void)
{
    int saved = errno;

    sites_shrink();
    live_shrink();
    if (slots_lock()) {
        mapfile_shrink(RECORDING_ROOM);
        slots_shrink();
        inherit_shrink();
        slots_unlock();
    }
    errno = saved;
}

__attribute__((visibility("default"))) int mlockall(int flags)
{
    if ((flags & MCL_CURRENT) && (gate_open() || process_wake()) && !gate->sandboxed &&
        section_enter()) {
        give_back();
        section_leave();
    }
    return real()->mlockall(flags);
}
