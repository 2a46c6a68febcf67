#include "cli/listening.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_SIZE 256
#define PORT_SIZE 32
#define LOOPBACK "127.0.0.1"

/* Splits at the last colon: an IPv6 address has others, and brackets around it. */
static bool address_split(const char *where, char host[HOST_SIZE], char port[PORT_SIZE])
{
    const char *colon = strrchr(where, ':');
    size_t length = colon ? (size_t)(colon - where) : 0;
    if (!colon || length >= HOST_SIZE || strlen(colon + 1) >= PORT_SIZE)
        return false;
    if (length >= 2 && where[0] == '[' && where[length - 1] == ']') {
        where++;
        length -= 2;
    }
    snprintf(host, HOST_SIZE, "%.*s", (int)length, where);
    snprintf(port, PORT_SIZE, "%s", colon[1] ? colon + 1 : "0");
    if (!*host)
        snprintf(host, HOST_SIZE, "%s", LOOPBACK);
    return true;
}

static int listening_at(const struct addrinfo *info)
{
    const int on = 1;
    int file = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
    if (file < 0)
        return -1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, SOMAXCONN) == 0)
        return file;
    int reason = errno;
    close(file);
    errno = reason;
    return -1;
}

static void address_name(int file, char address[LISTENING_ADDRESS_SIZE])
{
    struct sockaddr_storage name;
    socklen_t size = sizeof(name);
    char host[HOST_SIZE] = "?", port[PORT_SIZE] = "?";
    if (getsockname(file, (struct sockaddr *)&name, &size) == 0)
        getnameinfo((struct sockaddr *)&name, size, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(address, LISTENING_ADDRESS_SIZE, strchr(host, ':') ? "[%.64s]:%.8s" : "%.64s:%.8s",
             host, port);
}

int listening_open(const char *where, char address[LISTENING_ADDRESS_SIZE], char error[ERROR_SIZE])
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    char host[HOST_SIZE], port[PORT_SIZE];
    struct addrinfo *list;
    where = where ? where : ":";
    if (!address_split(where, host, port)) {
        error_set(error, "--http wants ADDR:PORT, not \"%.100s\"", where);
        return -1;
    }
    int wrong = getaddrinfo(host, port, &hints, &list);
    if (wrong) {
        error_set(error, "%.100s: %s", where, gai_strerror(wrong));
        return -1;
    }
    int file = -1;
    for (const struct addrinfo *info = list; info && file < 0; info = info->ai_next)
        file = listening_at(info);
    if (file < 0)
        error_set(error, "%.100s: %s", where, strerror(errno));
    else
        address_name(file, address);
    freeaddrinfo(list);
    return file;
}
