#include "life/presence.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/real.h"
#include "tables/mapfile.h"
#include "tables/newfile.h"

/* Beyond RLIMIT_FSIZE a write would be the program's death by SIGXFSZ. */
static bool may_grow(int fd, size_t more)
{
    long size = real()->syscall(SYS_lseek, fd, (off_t)0, SEEK_END);

    return size >= 0 && newfile_limited((size_t)size + more) == (size_t)size + more;
}

void presence_note(const struct settings *settings, enum tlk_presence what, int error)
{
    struct tlk_entry entry = {.pid = getpid(), .what = (uint16_t)what, .error = (uint16_t)error};
    static char path[4400];
    char name[sizeof(TLK_REGISTER) + 16];
    int fd;

    if (!settings->session)
        return;
    if (!*path) {
        snprintf(name, sizeof(name), TLK_REGISTER, (unsigned long long)settings->session);
        mapfile_beside(settings, name, path, sizeof(path));
    }
    fd = (int)real()->syscall(SYS_openat, AT_FDCWD, path,
                              O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (may_grow(fd, sizeof(entry)))
        real()->syscall(SYS_write, fd, &entry, sizeof(entry));
    real()->syscall(SYS_close, fd);
}
