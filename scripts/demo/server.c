/*
 * server.c - the demo's leaky server: echoes what TCP clients on the loopback send, and hangs up on
 * those that are silent for a minute. Each connection has a timerfd for that. One path forgets it.
 * Prints its process id and its port, then serves until it is killed.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define IDLE_SECONDS 60

struct source {
    int fd;
    void (*ready)(struct source *source);
    struct connection *connection;
};

struct connection {
    struct source socket, idle;
    bool spoke;
};

static int events;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(struct source *source)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
    if (epoll_ctl(events, EPOLL_CTL_ADD, source->fd, &event) != 0)
        fail("epoll_ctl");
}

static void set_timer(int timer, int first, int interval)
{
    struct itimerspec when = {.it_value.tv_sec = first, .it_interval.tv_sec = interval};
    if (timerfd_settime(timer, 0, &when, NULL) != 0)
        fail("timerfd_settime");
}

static void unwatch(struct connection *connection)
{
    epoll_ctl(events, EPOLL_CTL_DEL, connection->socket.fd, NULL);
    epoll_ctl(events, EPOLL_CTL_DEL, connection->idle.fd, NULL);
}

static void hang_up(struct connection *connection)
{
    unwatch(connection);
    close(connection->idle.fd);
    close(connection->socket.fd);
    free(connection);
}

/* A port scan or a health check. Here is the leak: the idle timer stays open. */
static void drop_silent_client(struct connection *connection)
{
    unwatch(connection);
    close(connection->socket.fd);
    free(connection);
}

static void on_idle(struct source *source)
{
    hang_up(source->connection);
}

static void on_readable(struct source *source)
{
    struct connection *connection = source->connection;
    char data[4096];
    ssize_t length = recv(source->fd, data, sizeof(data), 0);
    if (length > 0 && send(source->fd, data, (size_t)length, MSG_NOSIGNAL) == length) {
        connection->spoke = true;
        set_timer(connection->idle.fd, IDLE_SECONDS, 0);
    } else if (connection->spoke) {
        hang_up(connection);
    } else {
        drop_silent_client(connection);
    }
}

static struct connection *accept_client(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct connection *connection = calloc(1, sizeof(*connection));
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0 || timer < 0 || connection == NULL)
        fail("accept_client");
    set_timer(timer, IDLE_SECONDS, 0);
    connection->socket = (struct source){fd, on_readable, connection};
    connection->idle = (struct source){timer, on_idle, connection};
    return connection;
}

static void on_connect(struct source *source)
{
    struct connection *connection = accept_client(source->fd);
    watch(&connection->socket);
    watch(&connection->idle);
}

/* A ticker that is kept for life, as healthy servers have them. */
static void on_tick(struct source *source)
{
    uint64_t ticks;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0)
        fail("read");
}

static struct source start_ticker(void)
{
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timer < 0)
        fail("timerfd_create");
    set_timer(timer, 1, 1);
    return (struct source){timer, on_tick, NULL};
}

static struct source start_listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        fail("listen");
    printf("%d %d\n", getpid(), ntohs(address.sin_port));
    fflush(stdout);
    return (struct source){fd, on_connect, NULL};
}

int main(void)
{
    events = epoll_create1(EPOLL_CLOEXEC);
    if (events < 0)
        fail("epoll_create1");
    struct source ticker = start_ticker();
    struct source listener = start_listening();
    watch(&ticker);
    watch(&listener);
    for (;;) {
        /* One at a time: a source may be gone after another's turn. */
        struct epoll_event event;
        if (epoll_wait(events, &event, 1, -1) == 1) {
            struct source *source = event.data.ptr;
            source->ready(source);
        }
    }
}
