/*
 * received.c - timerfds that were made elsewhere and are received here: over a socket (SCM_RIGHTS),
 * or by pidfd_getfd(). From then on each is a timer of this process, created by the call that
 * received it: whoever closes the number it was sent by ends nothing here.
 *
 * Only the kernel can tell which of them are timerfds, and how they are set: a readlink() for each
 * descriptor, and of timerfds a look at their fdinfo. These are the only hooks that make system
 * calls of their own while a program runs. To be handed a descriptor is rare, and dear already; and
 * in a sandbox none is made: what is received there is known from the time that it is set
 * (timerfd.c).
 *
 * Whether it is a second number for a timer that this process has already can't be told, but by
 * kcmp(), which is seldom allowed: it counts as a timer of its own.
 */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "families/family.h"
#include "ledger/fdinfo.h"
#include "ledger/inherit.h"

static bool received_matters(void)
{
    return !gate->sandboxed &&
           (gate_open() ? family_watched(TLK_TIMERFD) : gate_waits() /* and will say */);
}

static void descriptor_received(int fd, uint32_t flags, const struct call *call)
{
    struct birth birth = {
        .call = *call,
        .id = (uint64_t)fd,
        .flags = TLK_RECEIVED | flags,
    };
    int saved = errno, cancel = cancel_hold_off();

    if (fdinfo_kind(fd) == FDINFO_TIMERFD && family_admits(TLK_TIMERFD))
        inherit_descriptor(&birth);
    cancel_let(cancel);
    errno = saved;
}

/* Of one control message, within the `room` from its header on. */
static void rights_received(const struct cmsghdr *header, size_t room, uint32_t flags,
                            const struct call *call)
{
    size_t size = header->cmsg_len < room ? header->cmsg_len : room;
    int fd;

    for (size_t at = CMSG_LEN(0); at + sizeof(fd) <= size; at += sizeof(fd)) {
        memcpy(&fd, (const char *)header + at, sizeof(fd));
        descriptor_received(fd, flags, call);
    }
}

/* What the kernel wrote: it ends the last message where the room ends (MSG_CTRUNC). */
static __attribute__((noinline)) void controls_received(struct msghdr *message, int flags,
                                                        const struct call *call)
{
    const char *end = (const char *)message->msg_control + message->msg_controllen;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);

    for (; header && received_matters(); header = CMSG_NXTHDR(message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
            rights_received(header, (size_t)(end - (const char *)header),
                            flags & MSG_CMSG_CLOEXEC ? TLK_CLOEXEC : 0, call);
}

/* Servers call it for all their data: without control messages, one look. */
HOOK ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real()->recvmsg(fd, message, flags);

    if (__builtin_expect(result >= 0 && message->msg_controllen, 0))
        controls_received(message, flags, &CALL("recvmsg", TLK_TIMERFD));
    return result;
}

HOOK int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout)
{
    int result = real()->recvmmsg(fd, messages, count, flags, timeout);

    for (int i = 0; i < result; i++)
        if (__builtin_expect(messages[i].msg_hdr.msg_controllen, 0))
            controls_received(&messages[i].msg_hdr, flags, &CALL("recvmmsg", TLK_TIMERFD));
    return result;
}

/* The kernel makes each close-on-exec. */
static void descriptor_fetched(int fd, const struct call *call)
{
    if (fd >= 0 && received_matters())
        descriptor_received(fd, TLK_CLOEXEC, call);
}

HOOK int pidfd_getfd(int process, int fd, unsigned flags);
HOOK int pidfd_getfd(int process, int fd, unsigned flags)
{
    int result;

    if (!real()->pidfd_getfd) {
        errno = ENOSYS;
        return -1;
    }
    result = real()->pidfd_getfd(process, fd, flags);
    descriptor_fetched(result, &CALL("pidfd_getfd", TLK_TIMERFD));
    return result;
}

/* ---- calls by number: see syscall.S ---- */

#define SYSCALLS 512 /* numbers below that are looked at */
#define IN_WORD(number, word)                                                                      \
    ((number) / 64 == (word) && (number) < SYSCALLS ? UINT64_C(1) << (number) % 64 : 0)
#define BIT(number) | IN_WORD(number, WORD)

/* A bit for each that is not just passed on. */
extern const uint64_t syscalls_noted[SYSCALLS / 64];
const uint64_t syscalls_noted[SYSCALLS / 64] = {
#define WORD 0
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 1
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 2
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 3
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 4
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 5
    0 CLOSING_CALLS(BIT),
#undef WORD
#define WORD 6
    0 CLOSING_CALLS(BIT) BIT(SYS_pidfd_getfd),
#undef WORD
};

long syscall_noted(long number, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
                   unsigned long e, unsigned long f);
long syscall_noted(long number, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
                   unsigned long e, unsigned long f)
{
    bool received = number == SYS_pidfd_getfd;
    long result;

    if (!received)
        process_note_call(number, (unsigned long[]){a, b, c, d, e, f});
    result = real()->syscall(number, a, b, c, d, e, f);
    if (received)
        descriptor_fetched((int)result, &CALL("pidfd_getfd", TLK_TIMERFD));
    return result;
}

_Static_assert(offsetof(struct real, syscall) == 0, "syscall.S goes by it");
