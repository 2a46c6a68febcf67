#include "launch/presence.h"

#include "base/memory.h"
#include "recording.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_MOST ((off_t)1 << 30) /* whoever may write there may have made it of any size */

void presence_begin(struct presence *presence, const char *directory, uint64_t session)
{
    size_t size = strlen(directory) + sizeof(TLK_REGISTER) + 20;
    *presence = (struct presence){.path = memory_new(size, 1)};
    int length = snprintf(presence->path, size, "%s/", directory);
    snprintf(presence->path + length, size - (size_t)length, TLK_REGISTER,
             (unsigned long long)session);
    presence->fd = open(presence->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static void take_entry(struct presence *presence, const struct tlk_entry *entry, pid_t program)
{
    presence->programs += entry->what == TLK_STARTED;
    if (entry->what == TLK_UNWRITTEN) {
        presence->unwritten++;
        presence->error = entry->error;
    }
    if (entry->pid != program)
        return;
    presence->own = true;
    presence->became = entry->what == TLK_BECAME;
    if (entry->what == TLK_STARTED || entry->what == TLK_WITHDRAWN)
        presence->begun = false;
    presence->begun |= entry->what == TLK_BEGUN;
}

void presence_read(struct presence *presence, pid_t program)
{
    struct tlk_entry entries[512];
    ssize_t length;
    off_t at = 0;
    while (presence->fd >= 0 && at < READ_MOST &&
           (length = pread(presence->fd, entries, sizeof(entries), at)) >=
               (ssize_t)sizeof(*entries)) {
        size_t count = (size_t)length / sizeof(*entries);
        for (size_t i = 0; i < count; i++)
            take_entry(presence, &entries[i], program);
        at += (off_t)(count * sizeof(*entries));
    }
}

void presence_end(struct presence *presence)
{
    if (presence->fd >= 0) {
        unlink(presence->path);
        close(presence->fd);
    }
    free(presence->path);
}
