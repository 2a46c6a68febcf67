/*
 * kernel.h - the recording that a running process has mapped, by the kernel's own account.
 */
#ifndef TIMERLEAK_RECORDING_KERNEL_H
#define TIMERLEAK_RECORDING_KERNEL_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The path of the recording that a process has mapped, its own view of it; the caller frees it.
 * NULL if it has none, with errno 0, or if that can't be told, with errno set.
 */
char *kernel_mapped_recording(pid_t pid);

/*
 * Whether a process has that very file mapped to write into it: whatever lies where a path leads,
 * its own recording is one that it could write itself.
 */
bool kernel_has_mapped(pid_t pid, int file);

#endif
