#include "symbols/cache.h"

#include "base/memory.h"
#include "base/named.h"
#include "base/replace.h"
#include "base/version.h"
#include "symbols/portable_text.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".json"
#define HEXADECIMAL "0123456789abcdef"
#define PROGRAM_DIGITS 16

static char *place; /* NULL: nowhere */

/* ---- where it is ---- */

/* Who runs as root in another's home leaves nothing there that this one could not remove. */
static bool is_ours(const char *directory)
{
    struct stat status;
    return stat(directory, &status) != 0 || status.st_uid == geteuid();
}

bool cache_place(char directory[PATH_MAX])
{
    const char *chosen = getenv("TIMERLEAK_CACHE"), *base = getenv("XDG_CACHE_HOME");
    const char *below = "/timerleak";
    if (chosen)
        return *chosen && strcmp(chosen, "off") != 0 &&
               snprintf(directory, PATH_MAX, "%s", chosen) < PATH_MAX;
    if (!base || *base != '/') { /* a relative one is to be passed over */
        base = getenv("HOME");
        below = "/.cache/timerleak";
    }
    return base && *base == '/' && is_ours(base) &&
           snprintf(directory, PATH_MAX, "%s%s", base, below) < PATH_MAX;
}

void cache_use(const char *directory)
{
    free(place);
    place = directory ? memory_copy(directory) : NULL;
}

/* Whoever else could write there could tell us any names. */
static bool is_safe(void)
{
    struct stat status;
    return place && stat(place, &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static void make_place(void)
{
    char *parent = memory_copy(place), *slash = strrchr(parent, '/');
    if (slash && slash > parent) {
        *slash = '\0';
        mkdir(parent, 0700);
    }
    mkdir(place, 0700);
    free(parent);
}

/* ---- entries ---- */

/* The names that another build of this program finds may be others. */
static uint64_t program_hash(void)
{
    struct stat status = {0};
    char text[128];
    stat("/proc/self/exe", &status);
    snprintf(text, sizeof(text), TIMERLEAK_VERSION " %jd %jd.%ld", (intmax_t)status.st_size,
             (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    return hash_text(HASH_SEED, text);
}

static bool entry_path(char path[PATH_MAX], const uint8_t *build_id, size_t build_id_size)
{
    int length = snprintf(path, PATH_MAX, "%s/", place);
    for (size_t i = 0; i < build_id_size && length < PATH_MAX; i++)
        length += snprintf(path + length, (size_t)(PATH_MAX - length), "%02x", build_id[i]);
    if (length < PATH_MAX)
        length += snprintf(path + length, (size_t)(PATH_MAX - length), ".%016" PRIx64 SUFFIX,
                           program_hash());
    return length < PATH_MAX;
}

static bool entry_add(struct portable *portable, const char *path)
{
    const struct named_rules rules = {.most = CACHE_MOST_ENTRY};
    char error[ERROR_SIZE];
    const char *why;
    size_t size;
    char *text = named_read(path, &rules, &size, &why);
    bool read = text && portable_read(portable, text, size, error);
    free(text);
    return read;
}

struct portable *cache_read(const uint8_t *build_id, size_t build_id_size, struct strings *strings)
{
    char path[PATH_MAX];
    if (!is_safe() || !entry_path(path, build_id, build_id_size))
        return NULL;
    struct portable *portable = portable_new(strings);
    if (entry_add(portable, path) && portable_find(portable, "", build_id, build_id_size)) {
        utimensat(AT_FDCWD, path, NULL, 0); /* it is used */
        return portable;
    }
    portable_free(portable);
    return NULL;
}

/* Through a link another file would be written, and a FIFO would be waited for. */
static void entry_clear(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        unlink(path);
}

static void entry_write(const struct portable *portable, const char *path)
{
    struct replacement replacement;
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    portable_write(portable, to);
    fclose(to);
    if (size > CACHE_MOST_ENTRY) {
        unlink(path);
    } else if (replace_begin(&replacement, path, REPLACE_PRIVATE)) {
        fwrite(text, 1, size, replacement.to);
        replace_end(&replacement);
    }
    free(text);
}

void cache_write(struct portable *portable, const uint8_t *build_id, size_t build_id_size)
{
    char path[PATH_MAX];
    if (!place)
        return;
    make_place();
    if (!is_safe() || !entry_path(path, build_id, build_id_size))
        return;
    entry_clear(path);
    entry_add(portable, path);
    entry_write(portable, path);
}

/* ---- how much there is ---- */

struct entry {
    char *name;
    uint64_t size;
    struct timespec used;
};

/* Ours, complete or not: what else lies there is not to be touched. */
static bool is_entry(const char *name)
{
    size_t build_id = strspn(name, HEXADECIMAL);
    if (build_id == 0 || name[build_id] != '.')
        return false;
    name += build_id + 1;
    return strspn(name, HEXADECIMAL) == PROGRAM_DIGITS &&
           strncmp(name + PROGRAM_DIGITS, SUFFIX, strlen(SUFFIX)) == 0;
}

static int by_use(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->used.tv_sec != b->used.tv_sec)
        return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
    return (a->used.tv_nsec > b->used.tv_nsec) - (a->used.tv_nsec < b->used.tv_nsec);
}

static struct entry *entries_list(DIR *directory, size_t *count, uint64_t *sum)
{
    struct entry *entries = NULL;
    const struct dirent *found;
    struct stat status;
    size_t room = 0;
    *count = 0;
    *sum = 0;
    while ((found = readdir(directory))) {
        if (!is_entry(found->d_name) ||
            fstatat(dirfd(directory), found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        entries = memory_grow(entries, *count, &room, sizeof(*entries));
        entries[(*count)++] =
            (struct entry){memory_copy(found->d_name), (uint64_t)status.st_size, status.st_mtim};
        *sum += (uint64_t)status.st_size;
    }
    if (*count > 0)
        qsort(entries, *count, sizeof(*entries), by_use);
    return entries;
}

void cache_trim(uint64_t most)
{
    uint64_t sum;
    size_t count;
    DIR *directory = is_safe() ? opendir(place) : NULL;
    if (!directory)
        return;
    struct entry *entries = entries_list(directory, &count, &sum);
    for (size_t i = 0; i < count; i++) {
        if (sum > most && unlinkat(dirfd(directory), entries[i].name, 0) == 0)
            sum -= entries[i].size;
        free(entries[i].name);
    }
    free(entries);
    closedir(directory);
}
