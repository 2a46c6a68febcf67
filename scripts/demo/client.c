/*
 * client.c PORT COUNT - so many connections to the demo's server, one after the other, over about
 * three seconds. Most say hello, wait for the echo and stay for a moment; every tenth leaves
 * without a word.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DURATION_NS 3000000000L

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 5};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("client: connect");
        exit(1);
    }
    return fd;
}

static void say_hello(int fd)
{
    static const char hello[] = "hello";
    char echo[sizeof(hello)];
    if (send(fd, hello, sizeof(hello), MSG_NOSIGNAL) != sizeof(hello) ||
        recv(fd, echo, sizeof(echo), MSG_WAITALL) != sizeof(echo) ||
        memcmp(hello, echo, sizeof(echo)) != 0) {
        fprintf(stderr, "client: no echo\n");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    int port = argc == 3 ? atoi(argv[1]) : 0, count = argc == 3 ? atoi(argv[2]) : 0;
    if (port <= 0 || count <= 0) {
        fprintf(stderr, "usage: client PORT COUNT\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        int fd = connect_to(port);
        if (i % 10 != 5)
            say_hello(fd);
        nanosleep(&(struct timespec){0, DURATION_NS / count}, NULL);
        close(fd);
    }
    return 0;
}
