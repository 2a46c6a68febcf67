/*
 * A program that ends, and leaves a child with timeouts. The child does what it reads from the FIFO
 * that is the argument, a line each: "release" closes the timeouts, "fire" lets them expire, "end"
 * ends it. tests/e2e/ci_report.c gives the orders.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TIMEOUTS 20

static int timeouts[TIMEOUTS];

static void set_timeout(int timeout, time_t seconds, long nanoseconds)
{
    const struct itimerspec when = {.it_value = {seconds, nanoseconds}};
    timerfd_settime(timeout, 0, &when, NULL);
}

static void start_timeouts(void)
{
    for (int i = 0; i < TIMEOUTS; i++) {
        timeouts[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        set_timeout(timeouts[i], 3600, 0);
    }
}

static bool fire_timeouts(void)
{
    uint64_t expirations;
    bool fired = true;
    for (int i = 0; i < TIMEOUTS; i++) {
        set_timeout(timeouts[i], 0, 1);
        fired &= read(timeouts[i], &expirations, sizeof(expirations)) == sizeof(expirations);
    }
    return fired;
}

static void release_timeouts(void)
{
    for (int i = 0; i < TIMEOUTS; i++)
        close(timeouts[i]);
}

/* Open for writing too, so that it never ends. */
static int follow_orders(const char *fifo)
{
    char order[32];
    FILE *orders = fopen(fifo, "r+");
    while (orders && fgets(order, sizeof(order), orders)) {
        if (strcmp(order, "release\n") == 0)
            release_timeouts();
        if (strcmp(order, "fire\n") == 0 && !fire_timeouts())
            return 1;
        if (strcmp(order, "end\n") == 0)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    int ready[2];
    char byte;
    if (argc < 2 || pipe(ready) != 0)
        return 1;
    if (fork() == 0) {
        close(ready[0]);
        start_timeouts();
        close(ready[1]);
        return follow_orders(argv[1]);
    }
    close(ready[1]);
    return read(ready[0], &byte, 1) == 0 ? 0 : 1;
}
