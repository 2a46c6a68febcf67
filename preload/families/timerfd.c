/*
 * timerfd.c - timerfd_create() and the calls that take its descriptor. What ends, copies and hands
 * on descriptors is in descriptors.c.
 */
#include <string.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "families/setting.h"
#include "ledger/admission.h"
#include "tables/descriptors.h"

static struct timer_ref timerfd_find(int fd)
{
    uint32_t slot = descriptor_find(fd);

    return slot && (gate_open() || process_wake()) ? timer_ref_of(slot) : (struct timer_ref){0};
}

/* A recording that begins here enters what descriptors there are: before this one is. */
HOOK int timerfd_create(clockid_t clock, int flags)
{
    bool admitted = family_admits(TLK_TIMERFD);
    int fd = real()->timerfd_create(clock, flags);

    if (fd >= 0 && admitted) {
        struct birth birth = {
            .call = CALL("timerfd_create", TLK_TIMERFD),
            .id = (uint64_t)fd,
            .clock = clock,
            .flags = flags & TFD_CLOEXEC ? TLK_CLOEXEC : 0,
        };

        timer_created(&birth);
    } else if (admitted) {
        timer_failed(&CALL("timerfd_create", TLK_TIMERFD), errno);
    }
    return fd;
}

/* A descriptor that came from elsewhere: over a socket, over exec, from a call the shim doesn't
 * see. */
static struct timer_ref timerfd_adopt(int fd, const struct call *call)
{
    struct birth birth = {
        .call = *call,
        .id = (uint64_t)fd,
        .clock = CLOCK_UNKNOWN,
        .flags = TLK_INHERITED,
    };

    return family_watched(TLK_TIMERFD) ? timer_created(&birth) : (struct timer_ref){0};
}

static __attribute__((noinline)) int timerfd_set(int fd, int flags, const struct itimerspec *value,
                                                 struct itimerspec *old, const struct call *call)
{
    struct setting setting;
    struct timer_ref ref = timerfd_find(fd);
    int result;

    if (!gate_open())
        return real()->timerfd_settime(fd, flags, value, old);
    setting_prepare(&setting, ref, value, old);
    result = real()->timerfd_settime(fd, flags, value, setting.old);
    if (result == 0 && !ref.slot && admission_complete())
        setting.ref = timerfd_adopt(fd, call);
    if (result == 0 && setting.ref.slot)
        setting_report(&setting, value, flags & TFD_TIMER_ABSTIME, call->caller);
    return result;
}

HOOK int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    struct postponing postponing;
    int result;

    if (!postponing_begin(&postponing, descriptor_find(fd), old))
        return timerfd_set(fd, flags, value, old, &CALL("timerfd_settime", TLK_TIMERFD));
    result = real()->timerfd_settime(fd, flags, value, NULL);
    if (result == 0)
        postponing_end(&postponing, value, flags & TFD_TIMER_ABSTIME, __builtin_return_address(0));
    return result;
}

HOOK int timerfd_gettime(int fd, struct itimerspec *value)
{
    struct timer_ref ref = timerfd_find(fd);
    int result = real()->timerfd_gettime(fd, value);

    if (result == 0)
        timer_accounted(ref, nanoseconds(&value->it_value) != 0);
    return result;
}

/* A read of a timerfd gives the expirations since the last one, as eight bytes. */
static ssize_t expirations_read(struct timer_ref ref, ssize_t result, const void *buffer)
{
    uint64_t expirations;

    if (result == (ssize_t)sizeof(expirations)) {
        memcpy(&expirations, buffer, sizeof(expirations));
        timer_fired(ref, expirations);
    }
    return result;
}

HOOK ssize_t read(int fd, void *buffer, size_t size)
{
    struct timer_ref ref;

    if (__builtin_expect(!descriptor_find(fd), 1))
        return real()->read(fd, buffer, size);
    ref = timerfd_find(fd);
    return expirations_read(ref, real()->read(fd, buffer, size), buffer);
}

/* What read() becomes in programs built with _FORTIFY_SOURCE. */
HOOK ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
HOOK ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
    struct timer_ref ref;

    if (__builtin_expect(!descriptor_find(fd), 1))
        return real()->__read_chk(fd, buffer, size, room);
    ref = timerfd_find(fd);
    return expirations_read(ref, real()->__read_chk(fd, buffer, size, room), buffer);
}

/* Some kernels fill several buffers with them. */
static void vector_gather(char *to, size_t size, const struct iovec *vector)
{
    for (size_t length; size; vector++, to += length, size -= length) {
        length = vector->iov_len < size ? vector->iov_len : size;
        memcpy(to, vector->iov_base, length);
    }
}

HOOK ssize_t readv(int fd, const struct iovec *vector, int count)
{
    struct timer_ref ref = timerfd_find(fd);
    ssize_t result = real()->readv(fd, vector, count);
    uint64_t expirations;

    if (!ref.slot || result != (ssize_t)sizeof(expirations))
        return result;
    vector_gather((char *)&expirations, sizeof(expirations), vector);
    return expirations_read(ref, result, &expirations);
}
