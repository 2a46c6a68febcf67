/*
 * descriptors.c - what ends and copies descriptors. A timerfd is released when the last number that
 * stands for it in this process is gone.
 *
 * All of this is async-signal-safe, as close() and dup2() must be, and a program without timerfds
 * pays for one look at the table.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "families/family.h"
#include "ledger/sharing.h"
#include "tables/descriptors.h"

static inline bool in_table(int fd)
{
    return __builtin_expect(descriptor_find(fd) != 0, 0);
}

/* Whether a copy of it, or over it, is to be entered. */
static inline bool is_timer(int fd)
{
    return in_table(fd) && (gate_open() || process_wake());
}

static void number_gone(int fd)
{
    uint32_t slot = descriptor_find(fd);

    if (gate_open()) {
        descriptor_put(fd, 0);
        timer_unshared(timer_ref_of(slot), fd);
    } else if (gate_waits()) {
        descriptor_forget(fd);
    }
}

static void numbers_gone(unsigned first, unsigned last)
{
    for (unsigned fd = first; fd <= last && fd < descriptor_high; fd++)
        if (in_table((int)fd))
            number_gone((int)fd);
}

/* `copy` is a number just made for what `fd` stands for. */
static void number_copied(int fd, int copy, const void *caller)
{
    uint32_t slot = descriptor_find(fd), before;

    if (slot)
        timer_shared(timer_ref_of(slot), copy, caller);
    before = descriptor_put(copy, slot);
    if (before)
        timer_unshared(timer_ref_of(before), copy);
}

static inline void copy_note(int fd, int copy, const void *caller)
{
    if (copy >= 0 && copy != fd && (is_timer(fd) || is_timer(copy)))
        number_copied(fd, copy, caller);
}

/* Cancelled, close() closes nothing: a cancellation that is due must act before the release counts.
 */
HOOK int close(int fd)
{
    if (in_table(fd)) {
        pthread_testcancel();
        number_gone(fd);
    }
    return real()->close(fd);
}

HOOK int close_range(unsigned first, unsigned last, int flags)
{
    if (!real()->close_range) {
        errno = ENOSYS;
        return -1;
    }
    if (!(flags & ~CLOSE_RANGE_UNSHARE) && first <= last)
        numbers_gone(first, last);
    return real()->close_range(first, last, flags);
}

HOOK void closefrom(int first)
{
    numbers_gone(first < 0 ? 0 : (unsigned)first, ~0u);
    real()->closefrom(first);
}

HOOK int fclose(FILE *stream)
{
    if (descriptor_high) {
        int saved = errno, fd = fileno(stream);

        errno = saved;
        if (in_table(fd))
            number_gone(fd);
    }
    return real()->fclose(stream);
}

HOOK int dup(int fd)
{
    int copy = real()->dup(fd);

    copy_note(fd, copy, __builtin_return_address(0));
    return copy;
}

/*
 * These end what `copy` stood for, but only if they succeed: the table is changed afterwards.
 * Nobody else can be given the number in between, as it is never free.
 */
HOOK int dup2(int fd, int copy)
{
    int result = real()->dup2(fd, copy);

    copy_note(fd, result, __builtin_return_address(0));
    return result;
}

HOOK int dup3(int fd, int copy, int flags)
{
    int result = real()->dup3(fd, copy, flags);

    copy_note(fd, result, __builtin_return_address(0));
    return result;
}

static int fcntl_note(int fd, int command, int result, const void *caller)
{
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        copy_note(fd, result, caller);
    return result;
}

/* Every argument of fcntl() fits a pointer, and is passed like one. */
HOOK int fcntl(int fd, int command, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fcntl_note(fd, command, real()->fcntl(fd, command, argument),
                      __builtin_return_address(0));
}

HOOK int fcntl64(int fd, int command, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fcntl_note(fd, command, real()->fcntl64(fd, command, argument),
                      __builtin_return_address(0));
}
