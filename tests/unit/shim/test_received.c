/* Descriptors that come over a socket, or from a process. */
#include "core/gate.h"
#include "core/real.h"
#include "fixture.h"
#include "tables/families.h"
#include "tables/regions.h"
#include "tables/sites.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int ends[2];

static void begin_with_socket(void)
{
    begin();
    cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
}

TestSuite(received, .init = begin_with_socket, .fini = end);

static union {
    char bytes[256];
    struct cmsghdr header;
} room;

static struct msghdr message_of(size_t controls)
{
    static char byte = 'f';
    static struct iovec vector = {&byte, 1};

    return (struct msghdr){
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = controls};
}

/* A timer that the shim doesn't know. */
static int unknown_timer(clockid_t clock, time_t seconds, time_t period)
{
    struct itimerspec value = {.it_value = {seconds, 0}, .it_interval = {period, 0}};
    int fd = (int)syscall(SYS_timerfd_create, clock, 0);

    cr_assert_eq(syscall(SYS_timerfd_settime, fd, 0, &value, NULL), 0);
    return fd;
}

static void send_descriptors(const int *fds, size_t count)
{
    struct msghdr message = message_of(CMSG_SPACE(count * sizeof(*fds)));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(*fds));
    memcpy(CMSG_DATA(header), fds, count * sizeof(*fds));
    cr_assert_eq(sendmsg(ends[0], &message, 0), 1);
}

static PROGRAM ssize_t receive(struct msghdr *message, int flags)
{
    ssize_t result = recvmsg(ends[1], message, flags);

    NO_TAIL_CALL;
    return result;
}

static int received_one(int fd, int flags)
{
    struct msghdr message = message_of(sizeof(room));
    int number;

    send_descriptors(&fd, 1);
    cr_assert_eq(receive(&message, flags), 1);
    memcpy(&number, room.header.__cmsg_data, sizeof(number));
    return number;
}

static const struct tlk_timer *timer_of(int fd)
{
    return timer_live(timer_find(TLK_TIMERFD, (uint64_t)fd));
}

Test(received, one_is_created_by_the_call_and_set_as_the_kernel_says)
{
    int fd = received_one(unknown_timer(CLOCK_BOOTTIME, 100, 7), 0);
    const struct tlk_timer *timer = timer_of(fd);

    cr_assert_not_null(timer);
    cr_expect_eq(timer->flags, TLK_RECEIVED | TLK_ARMED);
    cr_expect_eq(timer->clock, CLOCK_BOOTTIME);
    cr_expect_eq(timer->interval, 7 * SECOND);
    cr_expect_eq(site_at(timer->site)->created, 1);
    cr_expect_eq(site_at(timer->site)->inherited, 0);
    cr_expect_str_eq(string_of(site_at(timer->site)->function), "recvmsg");
    cr_expect_gt(site_at(timer->site)->depth, 0);
    close(fd);
    cr_expect_null(timer_of(fd));
}

Test(received, close_on_exec_as_asked_for)
{
    int fd = received_one(unknown_timer(CLOCK_MONOTONIC, 0, 0), MSG_CMSG_CLOEXEC);

    cr_assert_not_null(timer_of(fd));
    cr_expect_eq(timer_of(fd)->flags, TLK_RECEIVED | TLK_CLOEXEC);
}

/* In the instant in which it expires the kernel shows neither a time nor an expiration. */
Test(received, one_that_is_read_was_armed)
{
    int fd = received_one(unknown_timer(CLOCK_MONOTONIC, 0, 0), 0);

    timer_fired(timer_find(TLK_TIMERFD, (uint64_t)fd), 1);
    cr_expect_eq(timer_of(fd)->armed, 1);
    cr_expect_eq(timer_of(fd)->fired, 1);
}

/* The kernel cuts the list where the room ends. */
Test(received, those_that_found_room)
{
    int sent[3] = {unknown_timer(CLOCK_MONOTONIC, 1, 0), dup(0),
                   unknown_timer(CLOCK_MONOTONIC, 1, 0)};
    int numbers[3];

    for (size_t count = 1; count <= 3; count++) {
        struct msghdr message = message_of(CMSG_LEN(count * sizeof(int)));

        send_descriptors(sent, 3);
        cr_assert_eq(receive(&message, 0), 1);
        cr_assert_eq(room.header.cmsg_len, CMSG_LEN(count * sizeof(int)));
        memcpy(numbers, room.header.__cmsg_data, count * sizeof(int));
        for (size_t i = 0; i < count; i++)
            cr_expect_eq(timer_of(numbers[i]) != NULL, i != 1, "%zu of %zu", i, count);
    }
}

/* No number is left for a look at what the kernel says of it. */
Test(received, with_the_last_number)
{
    struct rlimit files;
    int fd, timer = unknown_timer(CLOCK_BOOTTIME, 100, 0), last = dup(0);

    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    close(last);
    files.rlim_cur = (rlim_t)last + 1;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    errno = 77;
    fd = received_one(timer, 0);
    cr_expect_eq(errno, 77);
    cr_expect_eq(fd, last);
    cr_assert_not_null(timer_of(fd));
    cr_expect_eq(timer_of(fd)->clock, -1);
    cr_expect_eq(timer_of(fd)->flags, TLK_RECEIVED);
}

Test(received, in_a_sandbox_when_it_is_set)
{
    struct itimerspec value = {.it_value = {100, 0}};
    int fd;

    gate->sandboxed = 1;
    fd = received_one(unknown_timer(CLOCK_MONOTONIC, 100, 0), 0);
    cr_expect_null(timer_of(fd));
    cr_assert_eq(timerfd_settime(fd, 0, &value, NULL), 0);
    cr_assert_not_null(timer_of(fd));
    cr_expect(timer_of(fd)->flags & TLK_INHERITED);
}

Test(received, not_of_a_family_that_is_not_watched)
{
    gate->families &= ~(1u << TLK_TIMERFD);
    cr_expect_null(timer_of(received_one(unknown_timer(CLOCK_MONOTONIC, 1, 0), 0)));
}

static PROGRAM int fetch(int process, int fd, bool by_number)
{
    int result =
        by_number ? (int)syscall(SYS_pidfd_getfd, process, fd, 0) : pidfd_getfd(process, fd, 0);

    NO_TAIL_CALL;
    return result;
}

Test(received, from_a_process_by_name_or_by_number)
{
    int process = pidfd_open(getpid(), 0), timer = unknown_timer(CLOCK_MONOTONIC, 100, 0);

    for (int by_number = 0; by_number < 2; by_number++) {
        int fd = fetch(process, timer, by_number);

        cr_assert_not_null(timer_of(fd));
        cr_expect_eq(timer_of(fd)->flags, TLK_RECEIVED | TLK_ARMED | TLK_CLOEXEC);
        cr_expect_str_eq(string_of(site_at(timer_of(fd)->site)->function), "pidfd_getfd");
        cr_expect_gt(site_at(timer_of(fd)->site)->depth, 0);
        cr_expect_null(timer_of(fetch(process, 0, by_number)));
        errno = 0;
        cr_expect_eq(fetch(process, 9999, by_number), -1);
        cr_expect_eq(errno, EBADF);
    }
}

/* As allocators do while the real functions are not known yet. All six arguments count. */
Test(received, a_call_by_number_needs_no_real_function)
{
    long (*found)(long, ...) = real_table.syscall, length, failed;
    int file = memfd_create("pages", 0);
    const char *page;

    cr_assert_eq(ftruncate(file, 8192), 0);
    cr_assert_eq(pwrite(file, "second", 6, 4096), 6);
    real_table.syscall = NULL;
    page = (const char *)syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, file, 4096);
    errno = 77;
    length = syscall(SYS_lseek, file, 0, SEEK_END);
    cr_expect_eq(errno, 77);
    failed = syscall(SYS_close, -1);
    real_table.syscall = found;
    cr_expect_eq(errno, EBADF);
    cr_expect_eq(failed, -1);
    cr_expect_eq(length, 8192);
    cr_assert_neq(page, MAP_FAILED);
    cr_expect_eq(memcmp(page, "second", 6), 0);
}
