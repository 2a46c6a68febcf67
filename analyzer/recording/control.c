#include "recording/control.h"

#include "base/numbers.h"
#include "base/proc.h"
#include "recording/kernel.h"
#include "recording/regions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum control_error control_open(struct control *control, const char *path, pid_t pid, bool write,
                                char error[ERROR_SIZE])
{
    /* As anybody may have made the file: a link must not lead to another's, nor a FIFO hold us. */
    int flags = (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    control->file = open(path, flags);
    if (control->file < 0) {
        bool denied = errno == EACCES || errno == EPERM;
        error_set(error, "%s: %s", path, strerror(errno));
        return denied ? CONTROL_DENIED : CONTROL_UNREADABLE;
    }
    if (!regions_read_header(control->file, path, &control->header, error)) {
        close(control->file);
        return CONTROL_UNREADABLE;
    }
    /* In a container it has another number, but it started at the same time. */
    if (!proc_alive(pid, control->header.start_ticks) || control->header.end != TLK_RUNNING ||
        !kernel_has_mapped(pid, control->file)) {
        error_set(error, "%s is not the recording of process %d, or it ended", path, (int)pid);
        close(control->file);
        return CONTROL_UNREADABLE;
    }
    return CONTROL_OK;
}

void control_close(struct control *control)
{
    close(control->file);
}

uint64_t control_since(const struct control *control)
{
    const struct tlk_header *header = &control->header;
    return header->switched > 0 ? header->switched : header->start_mono;
}

uint64_t control_slept(const struct control *control, uint64_t now)
{
    const struct tlk_header *header = &control->header;
    return count_sum(header->slept, header->asleep ? elapsed(now, control_since(control)) : 0);
}

#define WRITE(control, field)                                                                      \
    (pwrite((control)->file, &(control)->header.field, sizeof((control)->header.field),            \
            offsetof(struct tlk_header, field)) == (ssize_t)sizeof((control)->header.field))

bool control_set(struct control *control, bool asleep, uint64_t now)
{
    struct tlk_header *header = &control->header;
    if (asleep == (header->asleep != 0))
        return true;
    header->slept = control_slept(control, now);
    header->switched = now;
    header->asleep = asleep;
    /* Who sees it asleep, or awake, sees since when. */
    return WRITE(control, slept) && WRITE(control, switched) && WRITE(control, asleep);
}
