/*
 * control.h - puts a running process to sleep, or wakes it: the only writing into a recording that
 * its process still maps. See `asleep` in recording.h.
 */
#ifndef TIMERLEAK_RECORDING_CONTROL_H
#define TIMERLEAK_RECORDING_CONTROL_H

#include "base/errors.h"
#include "recording/reader.h"

#include <sys/types.h>

struct control {
    int file;
    struct tlk_header header; /* as it was when it was last read or written; its regions are not */
};

enum control_error {
    CONTROL_OK,
    CONTROL_UNREADABLE, /* or no recording that is fit for this */
    CONTROL_DENIED,     /* it belongs to another user */
};

/*
 * Opens the recording of the process with that number, to read or to write too; the caller ends
 * with control_close(). It is checked like any file, and to be that process's. If that fails,
 * `error` says why, and nothing is to be closed.
 */
enum control_error control_open(struct control *control, const char *path, pid_t pid, bool write,
                                char error[ERROR_SIZE]);
void control_close(struct control *control);

/* Sleep or wake from now (CLOCK_MONOTONIC) on; nothing changes where it does so already. False,
 * with errno set, if it could not be written. */
bool control_set(struct control *control, bool asleep, uint64_t now);

/* ns that it was asleep until now, all together. */
uint64_t control_slept(const struct control *control, uint64_t now);

/* mono: since when it is awake, or asleep. */
uint64_t control_since(const struct control *control);

#endif
