/*
 * The program of a repository that is checked in CI: tests/e2e/gate.c builds it and makes it leak.
 * Its arguments name what forgets its timeouts: reconnect, upload.
 */
#include "net.h"

#include <string.h>
#include <time.h>

#define TURNS 60

static bool is_named(char *const *arguments, const char *name)
{
    for (; *arguments; arguments++) {
        if (strcmp(*arguments, name) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    const struct timespec turn = {.tv_nsec = 5000000}; /* together, longer than a hold-up lasts */
    for (int i = 0; argc > 0 && i < TURNS; i++) {
        nanosleep(&turn, NULL);
        net_reconnect(is_named(argv + 1, "reconnect"));
        net_upload(is_named(argv + 1, "upload"));
    }
    return 0;
}
