/*
 * real.h - the functions that the shim stands in front of. One list declares and resolves them; a
 * hook calls the real one through real()->name.
 *
 * All are resolved together, once, before the first is used: in the shim's constructor, or in the
 * first hook that runs before it. After that no hook ever calls dlsym.
 */
#ifndef TIMERLEAK_REAL_H
#define TIMERLEAK_REAL_H

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

/* A function that the program calls in the place of another library's. */
#define HOOK __attribute__((visibility("default")))

/* X(result, name, parameters): the default version of each. The first is known to syscall.S. */
#define REAL_FUNCTIONS(X)                                                                          \
    X(long, syscall, (long, ...))                                                                  \
    X(int, timerfd_create, (int clock, int flags))                                                 \
    X(int, timerfd_settime, (int, int, const struct itimerspec *, struct itimerspec *))            \
    X(int, timerfd_gettime, (int, struct itimerspec *))                                            \
    X(int, close, (int))                                                                           \
    X(int, close_range, (unsigned, unsigned, int))                                                 \
    X(void, closefrom, (int))                                                                      \
    X(int, dup, (int))                                                                             \
    X(int, dup2, (int, int))                                                                       \
    X(int, dup3, (int, int, int))                                                                  \
    X(int, fcntl, (int, int, ...))                                                                 \
    X(int, fcntl64, (int, int, ...))                                                               \
    X(int, fclose, (FILE *))                                                                       \
    X(ssize_t, read, (int, void *, size_t))                                                        \
    X(ssize_t, __read_chk, (int, void *, size_t, size_t))                                          \
    X(ssize_t, readv, (int, const struct iovec *, int))                                            \
    X(ssize_t, recvmsg, (int, struct msghdr *, int))                                               \
    X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *))                    \
    X(int, pidfd_getfd, (int, int, unsigned))                                                      \
    X(int, setitimer, (int, const struct itimerval *, struct itimerval *))                         \
    X(unsigned, alarm, (unsigned))                                                                 \
    X(useconds_t, ualarm, (useconds_t, useconds_t))                                                \
    X(int, dlclose, (void *))                                                                      \
    X(int, prctl, (int, ...))                                                                      \
    X(int, mlockall, (int))                                                                        \
    X(int, chroot, (const char *))                                                                 \
    X(int, unshare, (int))                                                                         \
    X(int, setns, (int, int))                                                                      \
    X(int, setuid, (uid_t))                                                                        \
    X(int, seteuid, (uid_t))                                                                       \
    X(int, setreuid, (uid_t, uid_t))                                                               \
    X(int, setresuid, (uid_t, uid_t, uid_t))                                                       \
    X(int, setgid, (gid_t))                                                                        \
    X(int, setegid, (gid_t))                                                                       \
    X(int, setregid, (gid_t, gid_t))                                                               \
    X(int, setresgid, (gid_t, gid_t, gid_t))                                                       \
    X(int, setgroups, (size_t, const gid_t *))                                                     \
    X(int, initgroups, (const char *, gid_t))                                                      \
    X(int, capset, (void *, const void *))                                                         \
    X(int, setrlimit, (int, const void *))                                                         \
    X(int, prlimit, (pid_t, int, const void *, void *))                                            \
    X(int, _dl_find_object, (void *, void *))                                                      \
    X(int, execve, (const char *, char *const *, char *const *))                                   \
    X(int, execv, (const char *, char *const *))                                                   \
    X(int, execvp, (const char *, char *const *))                                                  \
    X(int, execvpe, (const char *, char *const *, char *const *))                                  \
    X(int, fexecve, (int, char *const *, char *const *))                                           \
    X(int, execveat, (int, const char *, char *const *, char *const *, int))                       \
    X(void, _exit, (int))                                                                          \
    X(void, quick_exit, (int))

/* The POSIX timer functions exist in two shapes: see families/posix.c. */
#define REAL_POSIX_TIMERS(X)                                                                       \
    X(timer_create, (clockid_t, struct sigevent *, void *))                                        \
    X(timer_settime, (void *, int, const struct itimerspec *, struct itimerspec *))                \
    X(timer_gettime, (void *, struct itimerspec *))                                                \
    X(timer_getoverrun, (void *))                                                                  \
    X(timer_delete, (void *))

struct posix_timer_calls {
#define X(name, parameters) int(*name) parameters;
    REAL_POSIX_TIMERS(X)
#undef X
};

struct real {
#define X(result, name, parameters) result(*name) parameters;
    REAL_FUNCTIONS(X)
#undef X
    struct posix_timer_calls posix;     /* timer_t ids */
    struct posix_timer_calls posix_int; /* int ids, before glibc 2.3.3; NULL where there are none */
    int ready;
};

extern struct real real_table;

void real_resolve(void);

/* Async-signal-safe once the constructor ran. A function that this libc lacks is NULL. */
static inline const struct real *real(void)
{
    if (__builtin_expect(!__atomic_load_n(&real_table.ready, __ATOMIC_ACQUIRE), 0))
        real_resolve();
    return &real_table;
}

#endif
