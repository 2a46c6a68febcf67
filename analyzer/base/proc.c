#include "base/proc.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

#define PF_KTHREAD UINT64_C(0x00200000) /* of the kernel's linux/sched.h */

/* What of /proc/PID/stat is used here. */
struct stat_line {
    char state;
    int parent;
    uint64_t flags, start;
};

static bool read_stat(pid_t pid, struct stat_line *stat)
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
    return fields && sscanf(fields + 1,
                            " %c %d %*s %*s %*s %*s %" SCNu64 " %*s %*s %*s %*s %*s %*s %*s %*s "
                            "%*s %*s %*s %*s %" SCNu64,
                            &stat->state, &stat->parent, &stat->flags, &stat->start) == 4;
}

bool proc_start(pid_t pid, uint64_t *ticks)
{
    struct stat_line stat;
    if (!read_stat(pid, &stat))
        return false;
    *ticks = stat.start;
    return stat.state != 'Z' && stat.state != 'X';
}

pid_t proc_parent(pid_t pid)
{
    struct stat_line stat;
    return read_stat(pid, &stat) ? stat.parent : 0;
}

bool proc_is_program(pid_t pid)
{
    struct stat_line stat;
    return read_stat(pid, &stat) && stat.state != 'Z' && stat.state != 'X' &&
           !(stat.flags & PF_KTHREAD);
}

bool proc_alive(pid_t pid, uint64_t start_ticks)
{
    uint64_t ticks;
    return proc_start(pid, &ticks) && ticks == start_ticks;
}

uint64_t proc_started(pid_t pid)
{
    uint64_t ticks, hertz = (uint64_t)sysconf(_SC_CLK_TCK);
    if (!proc_start(pid, &ticks))
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

#define LINE_SIZE 256

/* The line of /proc/PID/NAME that starts so; "" if there is none. */
static void find_line(pid_t pid, const char *name, const char *start, char line[LINE_SIZE])
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    *line = '\0';
    while (file && fgets(line, LINE_SIZE, file) && strncmp(line, start, strlen(start)) != 0)
        *line = '\0';
    if (file)
        fclose(file);
}

uint64_t proc_pending_signals(pid_t pid, uint64_t *limit)
{
    char line[LINE_SIZE];
    uint64_t queued = 0;
    *limit = UINT64_MAX;
    find_line(pid, "status", "SigQ:", line);
    sscanf(line, "SigQ: %" SCNu64 "/%" SCNu64, &queued, limit);
    return queued;
}

uint64_t proc_most_descriptors(pid_t pid)
{
    char line[LINE_SIZE];
    uint64_t soft = UINT64_MAX;
    find_line(pid, "limits", "Max open files", line);
    sscanf(line, "Max open files %" SCNu64, &soft);
    return soft;
}

char *proc_text(pid_t pid, const char *name)
{
    char path[64], *text;
    size_t size;
    int next;
    FILE *to = memory_stream(&text, &size);
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    while (file && (next = getc(file)) != EOF)
        putc(next ? next : ' ', to);
    if (file)
        fclose(file);
    fclose(to);
    return text;
}
