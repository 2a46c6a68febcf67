#include "recording/archive.h"

#include "base/memory.h"
#include "base/named.h"
#include "base/text.h"
#include "recording/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_SIZE 256

struct archive {
    char *path;
    FILE *file;
    struct inflater inflater;
};

bool archive_is(const char *path)
{
    unsigned char magic[2] = {0};
    const char *why;
    int file = named_open(path, NULL, &why);
    if (file < 0)
        return false;
    bool got = pread(file, magic, sizeof(magic), 0) == sizeof(magic);
    close(file);
    return got && magic[0] == 0x1f && magic[1] == 0x8b;
}

struct archive *archive_open(const char *path, char error[ERROR_SIZE])
{
    const char *why;
    int opened = named_open(path, NULL, &why);
    FILE *file = opened < 0 ? NULL : fdopen(opened, "r");
    if (!file) {
        error_set(error, "%s: %s", path, opened < 0 ? why : strerror(errno));
        return NULL;
    }
    struct archive *archive = memory_new(1, sizeof(*archive));
    archive->path = memory_copy(path);
    archive->file = file;
    inflater_init(&archive->inflater, file);
    return archive;
}

void archive_close(struct archive *archive)
{
    inflater_end(&archive->inflater);
    fclose(archive->file);
    free(archive->path);
    free(archive);
}

static struct recording *fail(const struct archive *archive, const char *why,
                              char error[ERROR_SIZE])
{
    error_set(error, "%.300s: %s", archive->path, why);
    return NULL;
}

struct recording *archive_next(struct archive *archive, bool *ended, char error[ERROR_SIZE])
{
    char name[NAME_SIZE] = "", full[ERROR_SIZE / 2];
    error[0] = '\0';
    *ended = !inflater_more(&archive->inflater);
    if (*ended)
        return NULL;
    int copy = memfd_create("recording", MFD_CLOEXEC);
    if (copy < 0) {
        *ended = true;
        return fail(archive, strerror(errno), error);
    }
    const char *problem = inflater_next(&archive->inflater, copy, name, sizeof(name));
    text_clean(name);
    if (problem) {
        close(copy);
        *ended = true;
        return fail(archive, problem, error);
    }
    snprintf(full, sizeof(full), "%.150s(%.90s)", archive->path, name);
    return recording_open_copy(copy, full, error);
}
