/* passing.h - sends descriptors over UNIX sockets. */
#ifndef SUPPORT_PASSING_H
#define SUPPORT_PASSING_H

#include <string.h>
#include <sys/socket.h>

union passed_descriptor {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header; /* aligns the room */
};

/* 0, or -1 with errno set. */
static inline int send_descriptor(int socket, int fd)
{
    union passed_descriptor control = {{0}};
    struct iovec byte = {(char[]){'f'}, 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

/* The descriptor, or -1. */
static inline int receive_descriptor(int socket)
{
    union passed_descriptor control;
    char byte;
    struct iovec room = {&byte, 1};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    int fd = -1;
    if (recvmsg(socket, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

#endif
