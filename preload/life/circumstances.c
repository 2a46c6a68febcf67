/*
 * circumstances.c - calls by which a program changes what the shim may do, or what it knows: it
 * locks itself up, gives up rights, keeps all of its memory resident, unloads a library.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/gate.h"
#include "core/real.h"
#include "ledger/inherit.h"
#include "ledger/ledger.h"
#include "life/process.h"
#include "stacks/known.h"
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
static void before_sandbox(void)
{
    if (thread.vforked)
        return;
    process_before_closing();
    gate->sandboxed = 1;
}

HOOK int prctl(int option, ...)
{
    unsigned long argument[4];
    va_list arguments;

    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
        before_sandbox();
    return real()->prctl(option, argument[0], argument[1], argument[2], argument[3]);
}

/*
 * After these a new file would lie elsewhere, belong to another user, or be refused; and so would
 * more room in one that is there.
 */
#define CLOSES(name, parameters, ...)                                                              \
    HOOK int name parameters                                                                       \
    {                                                                                              \
        process_before_closing();                                                                  \
        return real()->name(__VA_ARGS__);                                                          \
    }

CLOSES(chroot, (const char *path), path)
CLOSES(unshare, (int namespaces), namespaces)
CLOSES(setns, (int fd, int kind), fd, kind)
CLOSES(setuid, (uid_t user), user)
CLOSES(seteuid, (uid_t user), user)
CLOSES(setreuid, (uid_t user, uid_t effective), user, effective)
CLOSES(setresuid, (uid_t user, uid_t effective, uid_t saved), user, effective, saved)
CLOSES(setgid, (gid_t group), group)
CLOSES(setegid, (gid_t group), group)
CLOSES(setregid, (gid_t group, gid_t effective), group, effective)
CLOSES(setresgid, (gid_t group, gid_t effective, gid_t saved), group, effective, saved)
CLOSES(setgroups, (size_t count, const gid_t *groups), count, groups)
CLOSES(initgroups, (const char *user, gid_t group), user, group)

int capset(void *header, const void *data);
CLOSES(capset, (void *header, const void *data), header, data)

/*
 * Whether it would hinder: one that is lowered, of those that a file needs. Not of address space: a
 * recording that begins later takes a part of what there is then, one that is there all it may.
 */
static bool is_tighter(int resource, const void *given)
{
    const struct rlimit *limit = given;
    struct rlimit before;

    return limit && (resource == RLIMIT_FSIZE || resource == RLIMIT_NOFILE) &&
           getrlimit((__rlimit_resource_t)resource, &before) == 0 &&
           limit->rlim_cur < before.rlim_cur;
}

static void before_limit(pid_t process, int resource, const void *limit)
{
    int saved = errno;

    if (!gate->sandboxed && (!process || process == getpid()) && is_tighter(resource, limit))
        process_before_closing();
    errno = saved;
}

/* The second is what the first becomes with _FILE_OFFSET_BITS=64: the same. */
#define LIMITS(set, set_of, type)                                                                  \
    HOOK int set(__rlimit_resource_t resource, const type *limit)                                  \
    {                                                                                              \
        before_limit(0, (int)resource, limit);                                                     \
        return real()->setrlimit((int)resource, limit);                                            \
    }                                                                                              \
    HOOK int set_of(pid_t process, enum __rlimit_resource resource, const type *limit,             \
                    type *before)                                                                  \
    {                                                                                              \
        before_limit(process, (int)resource, limit);                                               \
        return real()->prlimit(process, (int)resource, limit, before);                             \
    }

LIMITS(setrlimit, prlimit, struct rlimit)
LIMITS(setrlimit64, prlimit64, struct rlimit64)
_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "one stands for the other");

void process_note_call(long number, const unsigned long *argument)
{
    switch (number) {
    case SYS_prctl:
        if (argument[0] == PR_SET_NO_NEW_PRIVS || argument[0] == PR_SET_SECCOMP)
            before_sandbox();
        break;
    case SYS_seccomp: /* others only ask */
        if (argument[0] == SECCOMP_SET_MODE_STRICT || argument[0] == SECCOMP_SET_MODE_FILTER)
            before_sandbox();
        break;
    case SYS_prlimit64:
        before_limit((pid_t)argument[0], (int)argument[1], (const void *)argument[2]);
        break;
    default:
        process_before_closing();
    }
}

/*
 * A program that locks its memory wants all of it resident, and the kernel counts all of its
 * addresses against RLIMIT_MEMLOCK. Those that the shim has reserved, to cost nothing until they
 * are used, would become a hundred megabytes of memory, or let the call fail. So they are given
 * back first, but for what a program of this kind may still come to need; what then finds no room
 * is counted as dropped. What lies in the recording bounds the slots, and those what is live and
 * what a child inherits.
 */
static void give_back(void)
{
    int saved = errno;

    sites_shrink();
    known_shrink();
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
    /* What is to come is locked whole: so it must be there before. */
    if ((gate_open() || process_wake()) && flags & MCL_CURRENT && !gate->sandboxed &&
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
