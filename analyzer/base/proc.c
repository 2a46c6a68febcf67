#include "base/proc.h"

#include "base/clock.h"
#include "base/text.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* Of a process that runs; false if there is none of that number. */
static bool read_start(pid_t pid, uint64_t *ticks)
{
    char path[64], line[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool read = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    /* The name, field 2, may hold blanks and parentheses: the last one ends it. */
    const char *fields = read ? strrchr(line, ')') : NULL;
    char state;
    return fields &&
           sscanf(fields + 1,
                  " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                  "%" SCNu64,
                  &state, ticks) == 2 &&
           state != 'Z' && state != 'X';
}

bool proc_alive(pid_t pid, uint64_t start_ticks)
{
    uint64_t ticks;
    return read_start(pid, &ticks) && ticks == start_ticks;
}

uint64_t proc_started(pid_t pid)
{
    uint64_t ticks, hertz = (uint64_t)sysconf(_SC_CLK_TCK);
    if (!read_start(pid, &ticks))
        return UINT64_MAX;
    uint64_t since_boot = ticks / hertz * NS_PER_SECOND + ticks % hertz * NS_PER_SECOND / hertz;
    return clock_now(CLOCK_REALTIME) - (clock_now(CLOCK_BOOTTIME) - since_boot);
}

struct thread_name proc_thread_name(pid_t pid, pid_t thread)
{
    struct thread_name name = {""};
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", (int)pid, (int)thread);
    FILE *file = fopen(path, "re");
    if (!file)
        return name;
    if (fgets(name.s, sizeof(name.s), file))
        name.s[strcspn(name.s, "\n")] = '\0';
    fclose(file);
    text_clean(name.s);
    return name;
}

uint64_t proc_descriptors(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    uint64_t count = 0;
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        count += entry->d_name[0] != '.';
    if (directory)
        closedir(directory);
    return count;
}

uint64_t proc_pending_signals(pid_t pid)
{
    char path[64], line[256];
    uint64_t queued = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "SigQ: %" SCNu64, &queued) == 1)
            break;
    }
    if (file)
        fclose(file);
    return queued;
}
