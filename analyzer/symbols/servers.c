#include "symbols/servers.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* libdwfl loads it when it asks; its header comes with another package. */
#define LIBRARY "libdebuginfod.so.1"
#define SETTER "debuginfod_set_progressfn"
typedef int progress_function(debuginfod_client *client, long a, long b);
typedef void set_progress(debuginfod_client *client, progress_function *function);

/* Seconds in which so little comes that it is not waited for; libdebuginfod's own is 90. */
#define TIMEOUT "30"
#define QUIET UINT64_C(1000000000) /* ns: sooner, nobody waits */

static struct {
    struct sigaction interrupt; /* what was done at Ctrl-C before */
    uint64_t since;
    bool shown;
    volatile sig_atomic_t given_up;
} waiting;

static void give_up(int number)
{
    (void)number;
    waiting.given_up = 1;
}

/* Past stderr, which lets no escape through: see base/errors.h. */
static int show_progress(debuginfod_client *client, long a, long b)
{
    (void)client;
    if (!waiting.given_up && clock_now(CLOCK_MONOTONIC) - waiting.since > QUIET) {
        dprintf(STDERR_FILENO,
                "\r\033[Kdebug information from a server: %ld of %ld; Ctrl-C does without", a, b);
        waiting.shown = true;
    }
    return waiting.given_up;
}

void servers_prepare(Dwfl *dwfl)
{
    const char *urls = getenv("DEBUGINFOD_URLS");
    if (!urls || !*urls)
        return;
    setenv("DEBUGINFOD_TIMEOUT", TIMEOUT, 0);
    debuginfod_client *client = isatty(STDERR_FILENO) ? dwfl_get_debuginfod_client(dwfl) : NULL;
    void *library = client ? dlopen(LIBRARY, RTLD_LAZY | RTLD_NOLOAD) : NULL;
    set_progress *set = library ? (set_progress *)(uintptr_t)dlsym(library, SETTER) : NULL;
    if (set)
        set(client, show_progress);
    if (library)
        dlclose(library);
}

bool servers_begin(void)
{
    struct sigaction action = {.sa_handler = give_up};
    if (waiting.given_up)
        return false;
    waiting.since = clock_now(CLOCK_MONOTONIC);
    sigaction(SIGINT, NULL, &waiting.interrupt);
    if (isatty(STDERR_FILENO) && waiting.interrupt.sa_handler == SIG_DFL)
        sigaction(SIGINT, &action, NULL);
    return true;
}

void servers_end(void)
{
    sigaction(SIGINT, &waiting.interrupt, NULL);
    if (waiting.shown)
        dprintf(STDERR_FILENO, "\r\033[K");
    waiting.shown = false;
}
