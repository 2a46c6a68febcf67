/*
 * transparency.h - prints what a shim in the process must not change: open descriptors, threads,
 * signal dispositions and the kernel's POSIX timers. The tests compare it with a bare run, so it
 * prints no number that differs from run to run.
 */
#ifndef SUPPORT_TRANSPARENCY_H
#define SUPPORT_TRANSPARENCY_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void print_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        char target[256];
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        if (length < 0 || atoi(entry->d_name) == dirfd(directory))
            continue;
        target[length] = '\0';
        char *inode = strstr(target, ":["); /* of a pipe or a socket; another one in each run */
        if (inode && strncmp(target, "anon_inode", 10) != 0)
            *inode = '\0';
        printf("descriptor %s: %s\n", entry->d_name, target);
    }
    if (directory)
        closedir(directory);
}

/* A thread that was joined may still be on its way out: PF_EXITING among its flags tells. */
static inline int is_leaving(const char *thread)
{
    char path[300], stat[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return 1;
    size_t length = fread(stat, 1, sizeof stat - 1, file);
    fclose(file);
    unsigned flags = 0;
    const char *name_end = length ? strrchr(stat, ')') : NULL;
    return !name_end || sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 || flags & 4;
}

static inline void print_threads(void)
{
    DIR *directory = opendir("/proc/self/task");
    struct dirent *entry;
    int threads = 0;
    while (directory && (entry = readdir(directory)))
        threads += entry->d_name[0] != '.' && !is_leaving(entry->d_name);
    if (directory)
        closedir(directory);
    printf("threads: %d\n", threads);
}

/* How many lines of a file in /proc/self begin with `prefix`; shows them if `shown`. */
static inline int count_lines(const char *path, const char *prefix, int shown)
{
    char line[256];
    int lines = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, prefix, strlen(prefix)) && ++lines && shown)
            fputs(line, stdout);
    if (file)
        fclose(file);
    return lines;
}

static inline void print_process_facts(void)
{
    print_descriptors();
    print_threads();
    const char *const masks[] = {"SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
        count_lines("/proc/self/status", masks[i], 1);
    printf("POSIX timers: %d\n", count_lines("/proc/self/timers", "ID:", 0));
}

#endif
