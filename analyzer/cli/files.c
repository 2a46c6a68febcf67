#include "cli/files.h"

#include "base/errors.h"
#include "base/index.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".tlk"
#define PACKED_SUFFIX ".tlk.gz"

struct file {
    uint64_t device, inode;
};

struct gathering {
    struct file *files; /* so far */
    size_t count, room;
    struct index index; /* of those */
    void (*each)(const char *file, void *context);
    void *context;
};

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

static bool same_file(const void *wanted, const void *files, uint32_t number)
{
    return memcmp((const struct file *)files + number, wanted, sizeof(struct file)) == 0;
}

/* Whether it was not there before; it is from now on. */
static bool is_new(struct gathering *gathering, const struct stat *status)
{
    const struct file file = {status->st_dev, status->st_ino};
    uint64_t hash = hash_key(&file, sizeof(file));
    if (index_find(&gathering->index, hash, &file, gathering->files, same_file) != INDEX_NONE)
        return false;
    gathering->files = memory_grow(gathering->files, gathering->count, &gathering->room,
                                   sizeof(*gathering->files));
    index_add(&gathering->index, hash, (uint32_t)gathering->count);
    gathering->files[gathering->count++] = file;
    return true;
}

/* What is not there is to be complained of by whoever reads it. */
static void files_gather_file(struct gathering *gathering, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || is_new(gathering, &status))
        gathering->each(path, gathering->context);
}

static bool files_gather_folder(struct gathering *gathering, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_recording, alphasort);
    if (count <= 0)
        complain("%s: %s", path,
                 count < 0 ? strerror(errno) : "there are no recordings (*" SUFFIX ") in it");
    for (int i = 0; i < count; i++) {
        size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *file = memory_new(1, size);
        snprintf(file, size, "%s/%s", path, entries[i]->d_name);
        files_gather_file(gathering, file);
        free(file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0;
}

static bool files_gather(struct gathering *gathering, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return files_gather_folder(gathering, path);
    files_gather_file(gathering, path);
    return true;
}

static void files_forget(struct gathering *gathering)
{
    free(gathering->files);
    index_free(&gathering->index);
}

bool files_each(const char *const paths[], size_t count,
                void (*each)(const char *file, void *context), void *context)
{
    struct gathering gathering = {.each = each, .context = context};
    bool found = true;
    for (size_t i = 0; i < count; i++)
        found &= files_gather(&gathering, paths[i]);
    files_forget(&gathering);
    return found;
}
