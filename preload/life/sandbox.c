/*
 * sandbox.c - a program that is about to lock itself up with seccomp dies of any system call that
 * it didn't foresee. Without privileges it must set NO_NEW_PRIVS first, and libseccomp does so
 * always: from then on the shim makes none, its unwinder's included. Filters that were there from
 * the start (in a container, under systemd) have let the shim start, and are none to fear.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/prctl.h>

#include "core/gate.h"
#include "core/real.h"

__attribute__((visibility("default"))) int prctl(int option, ...)
{
    unsigned long argument[4];
    va_list arguments;

    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    if ((option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP) && !thread.vforked)
        gate->sandboxed = 1;
    return real()->prctl(option, argument[0], argument[1], argument[2], argument[3]);
}
