/*
 * Preloaded in front of the shim: stops the process at the end of main() and of what it registered
 * for its exit, before the shim's own end, so that the tests can look at it and kill it. Its
 * children are left alone; the tests start it as the leader of its process group.
 */
// build: -shared -fPIC
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static pid_t started;

/* Sent to the process, another thread might take it, and this one go on for a while. */
static void halt(void)
{
    if (getpid() == started)
        raise(SIGSTOP);
}

__attribute__((constructor)) static void register_halt(void)
{
    if (getpid() != getpgrp())
        return;
    started = getpid();
    atexit(halt);
}
