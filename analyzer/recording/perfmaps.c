#include "recording/perfmaps.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "base/proc.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define ROOM 128 /* of a head, or of a path without the recording's */

struct map {
    char *text;
    size_t size;
};

/* Whose it must be, and when it was written last. A copy may be of `record`'s making. */
struct terms {
    uid_t owner;
    bool copy;
    uint64_t from, until; /* real */
};

static bool terms_met(const struct terms *terms, const struct stat *status)
{
    uint64_t written =
        (uint64_t)status->st_mtim.tv_sec * NS_PER_SECOND + (uint64_t)status->st_mtim.tv_nsec;
    bool owned = status->st_uid == terms->owner ||
                 (terms->copy && (status->st_uid == geteuid() || status->st_uid == 0));
    return S_ISREG(status->st_mode) && owned && written >= terms->from && written <= terms->until;
}

/* Of one that is too large, or is being written, the whole lines that there are. */
static char *read_open(int file, size_t size, size_t *got)
{
    char *text = memory_new(size + 1, 1);
    ssize_t more;
    *got = 0;
    while (*got < size && (more = read(file, text + *got, size - *got)) > 0)
        *got += (size_t)more;
    while (*got > 0 && text[*got - 1] != '\n')
        --*got;
    text[*got] = '\0';
    return text;
}

/* NULL also if the terms are not met. */
static char *map_read(const char *path, const struct terms *terms, size_t *size)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    char *text = NULL;
    if (fstat(file, &status) == 0 && terms_met(terms, &status))
        text = read_open(file,
                         (uintmax_t)status.st_size < TLK_PERF_MAP_MOST ? (size_t)status.st_size
                                                                       : TLK_PERF_MAP_MOST,
                         size);
    close(file);
    return text;
}

/* ---- beside the recording ---- */

static char *path_beside(const char *path)
{
    size_t length = strlen(path), suffix = strlen(TLK_SUFFIX);
    if (length > suffix && strcmp(path + length - suffix, TLK_SUFFIX) == 0)
        length -= suffix;
    char *beside = memory_new(length + sizeof(TLK_PERF_MAP_SUFFIX), 1);
    memcpy(beside, path, length);
    memcpy(beside + length, TLK_PERF_MAP_SUFFIX, sizeof(TLK_PERF_MAP_SUFFIX));
    return beside;
}

static size_t head_of(char head[ROOM], const struct tlk_header *header)
{
    return (size_t)snprintf(head, ROOM, TLK_PERF_MAP_HEAD, (int)header->pid,
                            (unsigned long long)header->start_mono);
}

/* One of another recording of that name is none. */
static char *read_beside(const struct recording *recording, uid_t owner, size_t *size)
{
    char head[ROOM];
    char *path = path_beside(recording->path);
    char *text = map_read(path, &(struct terms){owner, true, 0, UINT64_MAX}, size);
    free(path);
    head_of(head, &recording->header);
    if (text && strncmp(text, head, strlen(head)) == 0)
        return text;
    free(text);
    return NULL;
}

/* A file that is called so, as a linker's map of the program may be, and is none of ours. */
static bool is_anothers(const char *path)
{
    char mark[sizeof(TLK_PERF_MAP_MARK) - 1];
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool ours = read(file, mark, sizeof(mark)) == sizeof(mark) &&
                memcmp(mark, TLK_PERF_MAP_MARK, sizeof(mark)) == 0;
    close(file);
    return !ours;
}

void perfmaps_remove(const char *path)
{
    char *beside = path_beside(path);
    if (!is_anothers(beside))
        unlink(beside);
    free(beside);
}

void perfmaps_rename(const char *path, const char *to)
{
    char *beside = path_beside(path), *moved = path_beside(to);
    if (!is_anothers(beside) && !is_anothers(moved))
        rename(beside, moved);
    free(beside);
    free(moved);
}

/* ---- where it was written ---- */

static char *read_written(const char *root, int pid, const struct terms *terms, size_t *size)
{
    char path[ROOM];
    int length = snprintf(path, sizeof(path), "%s", root);
    snprintf(path + length, sizeof(path) - (size_t)length, TLK_PERF_MAP, pid);
    return map_read(path, terms, size);
}

/* The time that a file bears is by a clock as coarse as that. */
static uint64_t written_from(const struct tlk_header *header)
{
    return elapsed(header->start_real, header->clock_resolution);
}

/* What was written when the process ended bears a time a little later. */
static struct terms terms_of(struct recording *recording, uid_t owner)
{
    const struct tlk_header *header = &recording->header;
    uint64_t end = header->end_real;
    if (end == 0)
        end = header->start_real + elapsed(recording_last_event(recording), header->start_mono);
    return (struct terms){owner, false, written_from(header), end + NS_PER_SECOND};
}

/* As its process sees it, which may be in a container. */
static char *read_running(const struct tlk_header *header, uid_t owner, size_t *size)
{
    struct terms terms = {owner, false, written_from(header), UINT64_MAX};
    struct map own = {0}, parents = {0};
    char root[ROOM];
    snprintf(root, sizeof(root), "/proc/%d/root", (int)header->pid);
    own.text = read_written(root, header->pid, &terms, &own.size);
    if (header->forked) {
        terms.from = proc_started(header->ppid);
        parents.text = read_written(root, header->ppid, &terms, &parents.size);
    }
    if (!parents.text) {
        *size = own.size;
        return own.text;
    }
    /* What is of both is as the child has it: a later line is right. */
    *size = parents.size + own.size;
    char *both = memory_new(*size + 1, 1);
    memcpy(both, parents.text, parents.size);
    memcpy(both + parents.size, own.text ? own.text : "", own.size);
    free(parents.text);
    free(own.text);
    return both;
}

char *perfmaps_read(struct recording *recording, size_t *size)
{
    const struct tlk_header *header = &recording->header;
    struct stat status;
    if (recording->copy || stat(recording->path, &status) != 0)
        return NULL;
    if (header->end == TLK_RUNNING && !header->copied &&
        proc_alive(header->pid, header->start_ticks))
        return read_running(header, status.st_uid, size);
    char *text = read_beside(recording, status.st_uid, size);
    if (text)
        return text;
    struct terms terms = terms_of(recording, status.st_uid);
    return read_written("", header->pid, &terms, size);
}

/* ---- keeping it ---- */

static bool leads_beyond(struct recording *recording)
{
    struct site_record site;
    for (uint32_t i = 0; i < recording_count(recording, TLK_SITES); i++) {
        if (!recording_site(recording, i, &site))
            continue;
        uint64_t frames[TLK_MAX_DEPTH];
        recording_frames(recording, &site, frames);
        for (size_t j = 0; j < site.depth; j++) {
            if (TLK_FRAME_MODULE(frames[j]) == 0)
                return true;
        }
    }
    return false;
}

/* In the place of what is there, which may be a link of somebody else's. */
static void map_write(const struct recording *recording, const struct map *parts, size_t count)
{
    char *path = path_beside(recording->path);
    size_t size = strlen(path) + sizeof(".XXXXXX");
    char *partial = memory_new(size, 1);
    snprintf(partial, size, "%s.XXXXXX", path);
    int made = is_anothers(path) ? -1 : mkostemp(partial, O_CLOEXEC);
    FILE *to = made < 0 ? NULL : fdopen(made, "w");
    for (size_t i = 0; to && i < count; i++) {
        if (parts[i].text)
            fwrite(parts[i].text, 1, parts[i].size, to);
    }
    if (to && (fclose(to) != 0 || rename(partial, path) != 0))
        unlink(partial);
    free(partial);
    free(path);
}

static void keep_open(struct recording *recording, struct perfmaps_parent parent)
{
    struct stat status;
    char text[ROOM];
    struct map head = {text, head_of(text, &recording->header)}, own = {0}, parents = {0};
    if (stat(recording->path, &status) != 0)
        return;
    struct terms terms = terms_of(recording, status.st_uid);
    own.text = read_written("", recording->header.pid, &terms, &own.size);
    if (parent.pid) {
        terms.from = parent.start;
        terms.until = UINT64_MAX;
        parents.text = read_written("", parent.pid, &terms, &parents.size);
    }
    if ((own.text || parents.text) && leads_beyond(recording))
        map_write(recording, (struct map[]){head, parents, own}, 3);
    free(own.text);
    free(parents.text);
}

void perfmaps_keep(const char *path, struct perfmaps_parent parent)
{
    char error[ERROR_SIZE];
    struct recording *recording = recording_open(path, error);
    if (!recording)
        return;
    keep_open(recording, parent);
    recording_close(recording);
}
