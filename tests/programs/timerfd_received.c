// traced: no: that it is a timer which it has already is seen
/*
 * Timers received over sockets, in every way in which the kernel hands on descriptors, and kept.
 * Each is a timer of this process, made by the call that received it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include "support/passing.h"
#include "support/timers.h"
#include "support/transparency.h"

#define MOST 4

union room {
    char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr header;
};

/* Each in a control message of its own; what was sent is closed here. */
static void send_all(int socket, const int *fds, int count)
{
    char control[MOST * CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
    struct iovec byte = {(char[]){'f'}, 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = (size_t)count * CMSG_SPACE(sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    for (int i = 0; i < count; i++, header = CMSG_NXTHDR(&message, header)) {
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fds[i], sizeof(int));
    }
    fail_if(sendmsg(socket, &message, 0) != 1, "sendmsg");
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static int a_timer(struct itimerspec when)
{
    int fd = timerfd_create(CLOCK_BOOTTIME, 0);
    fail_if(fd < 0, "timerfd_create");
    arm_timerfd(fd, when);
    return fd;
}

static struct msghdr *prepared(size_t controls)
{
    static union room room;
    static char byte;
    static struct iovec vector = {&byte, 1};
    static struct msghdr message;
    message = (struct msghdr){
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &room, .msg_controllen = controls};
    return &message;
}

static void show(const char *what, ssize_t result, struct msghdr *message)
{
    printf("%s: %zd, flags %#x, controls %zu:", what, result, message->msg_flags,
           message->msg_controllen);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        printf(" %d/%zu", header->cmsg_type, header->cmsg_len);
        for (size_t at = CMSG_LEN(0); header->cmsg_type == SCM_RIGHTS && at < header->cmsg_len;
             at += sizeof(int)) {
            int fd;
            memcpy(&fd, (char *)header + at, sizeof fd);
            printf(" [%d flags %d]", fd, fcntl(fd, F_GETFD));
        }
    }
    printf(" errno %d\n", errno);
}

/* Two messages with one call, and a third that is only data. */
SITE static void several_messages(const int packets[2])
{
    union room rooms[3];
    char bytes[3];
    struct iovec vectors[3];
    struct mmsghdr batch[3];
    for (int i = 0; i < 3; i++) {
        vectors[i] = (struct iovec){&bytes[i], 1};
        batch[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i],
                                           .msg_iovlen = 1,
                                           .msg_control = &rooms[i],
                                           .msg_controllen = sizeof rooms[i]};
        if (i < 2)
            send_all(packets[0], (int[]){a_timer(once(AN_HOUR))}, 1);
        else
            fail_if(write(packets[0], "d", 1) != 1, "write");
    }
    // expect: timerfd held created=2 armed=2 never-fired=2
    int messages = recvmmsg(packets[1], batch, 3, MSG_DONTWAIT, NULL);
    for (int i = 0; i < messages; i++)
        show("one of several", batch[i].msg_len, &batch[i].msg_hdr);
    messages = recvmmsg(packets[1], batch, 3, MSG_DONTWAIT, NULL);
    printf("no more: %d, errno %d\n", messages, errno);
}

int main(void)
{
    int ends[2], packets[2], one = 1;
    ssize_t got;
    struct msghdr *message;
    fail_if(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    fail_if(socketpair(AF_UNIX, SOCK_DGRAM, 0, packets), "socketpair");
    errno = 77;

    /* Three timers and what is none, in one message. */
    int mixed[MOST] = {a_timer(once(AN_HOUR)), dup(1), a_timer(every(AN_HOUR)), a_timer(once(0))};
    send_all(ends[0], mixed, MOST);
    message = prepared(CMSG_SPACE(sizeof mixed));
    // expect: timerfd held created=3 armed=2 never-fired=2 never-armed=1
    got = recvmsg(ends[1], message, MSG_CMSG_CLOEXEC);
    show("several", got, message);

    /* A look ahead gives numbers of their own; then there is room for half of them. */
    send_all(ends[0], (int[]){a_timer(once(AN_HOUR)), a_timer(once(AN_HOUR))}, 2);
    message = prepared(CMSG_SPACE(2 * sizeof(int)));
    // expect: timerfd held created=2 armed=2 never-fired=2
    got = recvmsg(ends[1], message, MSG_PEEK);
    show("peeked", got, message);
    message = prepared(CMSG_LEN(sizeof(int)));
    // expect: timerfd held created=1 armed=1 never-fired=1
    got = recvmsg(ends[1], message, 0);
    show("truncated", got, message);

    /* Without room, the kernel closes it. */
    send_all(ends[0], (int[]){a_timer(once(AN_HOUR))}, 1);
    message = prepared(0);
    got = recvmsg(ends[1], message, 0);
    show("no room", got, message);

    /* Behind another control message. */
    fail_if(setsockopt(packets[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one), "setsockopt");
    send_all(packets[0], (int[]){a_timer(once(AN_HOUR))}, 1);
    message = prepared(sizeof(union room));
    // expect: timerfd held created=1 armed=1 never-fired=1
    got = recvmsg(packets[1], message, 0);
    show("with credentials", got, message);

    several_messages(packets);
    message = prepared(sizeof(union room));
    message->msg_controllen = sizeof(int);
    got = recvmsg(packets[1], message, MSG_DONTWAIT);
    printf("nothing there: %zd, errno %d\n", got, errno);
    got = recvmsg(-1, NULL, 0);
    printf("nowhere: %zd, errno %d\n", got, errno);
    print_process_facts();
    return 0;
}
