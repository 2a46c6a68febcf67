#include "commands/files.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".tlk"
#define PACKED_SUFFIX ".tlk.gz"

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), size = strlen(suffix);
    return length > size && strcmp(name + length - size, suffix) == 0;
}

bool files_is_recording(const char *name)
{
    return ends_in(name, SUFFIX) || ends_in(name, PACKED_SUFFIX);
}

static int is_recording(const struct dirent *entry)
{
    return files_is_recording(entry->d_name);
}

static bool each_in_folder(const char *path, void (*each)(const char *file, void *context),
                           void *context)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_recording, alphasort);
    if (count <= 0)
        fprintf(stderr, "timerleak: %s: %s\n", path,
                count < 0 ? strerror(errno) : "there are no recordings (*" SUFFIX ") in it");
    for (int i = 0; i < count; i++) {
        size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *file = memory_new(1, size);
        snprintf(file, size, "%s/%s", path, entries[i]->d_name);
        each(file, context);
        free(file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0;
}

bool files_each(const char *path, void (*each)(const char *file, void *context), void *context)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return each_in_folder(path, each, context);
    each(path, context);
    return true;
}
