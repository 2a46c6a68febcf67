#include "trace/memory_map.h"

#include "base/hash.h"
#include "base/memory.h"
#include "trace/mapping_ring.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- files: of many processes the same few ---- */

struct shared_file {
    struct mapped_file file; /* first: what others are given */
    size_t uses;
    struct shared_file *next;
};

#define FILE_BUCKETS 4096

static struct shared_file *files[FILE_BUCKETS];
static char no_path[] = "";
static const struct mapped_file no_file = {.path = no_path};

static struct shared_file **bucket_of(uint64_t device, uint64_t inode)
{
    const uint64_t key[] = {device, inode};
    return &files[hash_key(key, sizeof(key)) % FILE_BUCKETS];
}

static const struct mapped_file *file_take(const struct mapped_file *file)
{
    if (file != &no_file)
        ((struct shared_file *)(uintptr_t)file)->uses++;
    return file;
}

static void file_give(const struct mapped_file *file)
{
    struct shared_file *shared = (struct shared_file *)(uintptr_t)file;
    if (file == &no_file || --shared->uses > 0)
        return;
    struct shared_file **at = bucket_of(file->device, file->inode);
    while (*at != shared)
        at = &(*at)->next;
    *at = shared->next;
    free(shared->file.path);
    free(shared);
}

/* What the kernel puts behind the path of a file that has no name any more. */
static void take_mark_off(char *path)
{
    static const char mark[] = " (deleted)";
    size_t length = strlen(path), size = sizeof(mark) - 1;
    if (length > size && strcmp(path + length - size, mark) == 0)
        path[length - size] = '\0';
}

/* One use of it is the caller's. */
static const struct mapped_file *file_of(struct mapping_told *told)
{
    struct shared_file **bucket = bucket_of(told->device, told->inode), *found = *bucket;
    if (told->inode == 0 && strcmp(told->path, "[vdso]") != 0)
        return &no_file;
    take_mark_off(told->path);
    while (found && (found->file.device != told->device || found->file.inode != told->inode ||
                     strcmp(found->file.path, told->path) != 0))
        found = found->next;
    if (!found) {
        found = memory_new(1, sizeof(*found));
        found->file = (struct mapped_file){memory_copy(told->path), told->device, told->inode};
        found->next = *bucket;
        *bucket = found;
    }
    return file_take(&found->file);
}

/* ---- what one process has mapped ---- */

struct memory_map {
    pid_t pid;
    uint32_t epoch;
    struct mapping *list; /* by address */
    size_t count, room;
    bool executed;           /* told by the kernel, not yet by the tracer */
    bool doubtful;           /* something was lost */
    struct memory_map *next; /* of those whose pid is alike */
};

#define MAP_BUCKETS 4096

static struct memory_map *maps[MAP_BUCKETS];
static bool following;

static struct memory_map **maps_of(pid_t pid)
{
    return &maps[(uint32_t)pid % MAP_BUCKETS];
}

static struct memory_map *map_of(pid_t pid)
{
    struct memory_map *map = *maps_of(pid);
    while (map && map->pid != pid)
        map = map->next;
    return map;
}

static bool same_code(const struct mapping *a, const struct mapping *b)
{
    return a->file == b->file &&
           (a->file->inode == 0 || a->start - a->offset == b->start - b->offset);
}

/* The first that ends behind the address. */
static size_t ending_behind(const struct memory_map *map, uint64_t address)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->list[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct mapping mapping_from(struct mapping mapping, uint64_t start)
{
    mapping.offset += start - mapping.start;
    mapping.start = start;
    return mapping;
}

/* In the place of those from `first` up to `end`. */
static void map_splice(struct memory_map *map, size_t first, size_t end,
                       const struct mapping *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        file_take(parts[i].file);
    for (size_t i = first; i < end; i++)
        file_give(map->list[i].file);
    size_t sum = map->count - (end - first) + count;
    if (sum == 0) {
        map->count = 0;
        return;
    }
    if (sum > map->room) {
        map->room = sum + sum / 2;
        map->list = memory_resize(map->list, map->room, sizeof(*map->list));
    }
    memmove(map->list + first + count, map->list + end, (map->count - end) * sizeof(*map->list));
    for (size_t i = 0; i < count; i++)
        map->list[first + i] = parts[i];
    map->count = sum;
}

/* Takes the place of all that it overlaps; goes on from its neighbours, if it is the same code. */
static void map_put(struct memory_map *map, struct mapping made)
{
    size_t first = ending_behind(map, made.start), end = first, count = 0;
    struct mapping parts[3];
    bool changed = false;
    for (; end < map->count && map->list[end].start < made.end; end++)
        changed |= !same_code(&map->list[end], &made);
    if (first > 0 && map->list[first - 1].end == made.start &&
        same_code(&map->list[first - 1], &made))
        first--;
    if (end < map->count && map->list[end].start == made.end && same_code(&map->list[end], &made))
        end++;
    if (first < end && map->list[first].start < made.start) {
        struct mapping before = map->list[first];
        if (same_code(&before, &made)) {
            made = mapping_from(made, before.start);
        } else {
            before.end = made.start;
            parts[count++] = before;
        }
    }
    parts[count++] = made;
    if (first < end && map->list[end - 1].end > made.end) {
        struct mapping behind = map->list[end - 1];
        if (same_code(&behind, &made))
            parts[count - 1].end = behind.end;
        else
            parts[count++] = mapping_from(behind, made.end);
    }
    map_splice(map, first, end, parts, count);
    map->epoch += changed;
}

static void map_enter(struct memory_map *map, struct mapping_told *told)
{
    const struct mapped_file *file = file_of(told);
    if (told->start < told->end)
        map_put(map, (struct mapping){told->start, told->end, file == &no_file ? 0 : told->offset,
                                      file});
    file_give(file);
}

static void map_clear(struct memory_map *map)
{
    map_splice(map, 0, map->count, NULL, 0);
    map->epoch++;
}

/* ---- /proc/PID/maps ---- */

static FILE *proc_open(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    return fopen(path, "re");
}

/* The next mapping, of whatever kind. Its path is as from our root. */
static bool proc_next(FILE *proc, struct mapping_told *told, bool *code)
{
    char line[PATH_MAX + 128], rights[5];
    unsigned major, minor;
    int path = 0;
    if (!fgets(line, sizeof(line), proc) ||
        sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &told->start,
               &told->end, rights, &told->offset, &major, &minor, &told->inode, &path) != 7)
        return false;
    told->device = makedev(major, minor);
    *code = rights[2] == 'x';
    line[path + (int)strcspn(line + path, "\n")] = '\0';
    snprintf(told->path, sizeof(told->path), "%.*s", PATH_MAX - 1, line + path);
    return true;
}

/* A process in a folder that is its root sees none of what is before that. */
static void take_root_off(char *path, const char *root)
{
    size_t length = strlen(root);
    if (length > 1 && strncmp(path, root, length) == 0 && path[length] == '/')
        memmove(path, path + length, strlen(path + length) + 1);
}

static void map_read(struct memory_map *map)
{
    struct mapping_told told = {.pid = map->pid};
    char link[64], root[PATH_MAX];
    bool code;
    FILE *proc = proc_open(map->pid);
    map->doubtful = false;
    if (!proc)
        return;
    snprintf(link, sizeof(link), "/proc/%d/root", (int)map->pid);
    ssize_t length = readlink(link, root, sizeof(root) - 1);
    root[length > 0 ? length : 0] = '\0';
    while (proc_next(proc, &told, &code)) {
        take_root_off(told.path, root);
        if (code)
            map_enter(map, &told);
    }
    fclose(proc);
}

/* ---- what is told of processes that have no map yet ---- */

struct early {
    pid_t pid; /* 0: it was taken */
    bool executed;
    struct mapping mapping;
    uint64_t before; /* plus one: which was told before of a pid that is alike; 0: none */
};

#define EARLY_ROOM 65536
#define EARLY_BUCKETS 16384

/* By the count of all that were ever told: those before the last EARLY_ROOM are gone. */
static struct early *early;
static uint64_t early_count;
static uint64_t early_last[EARLY_BUCKETS]; /* plus one */

static struct early *early_at(uint64_t number)
{
    return &early[number % EARLY_ROOM];
}

static void early_drop(struct early *entry)
{
    if (entry->pid != 0 && !entry->executed)
        file_give(entry->mapping.file);
    entry->pid = 0;
}

static void early_keep(struct mapping_told *told)
{
    uint64_t *last = &early_last[(uint32_t)told->pid % EARLY_BUCKETS];
    struct early *entry = early_at(early_count);
    early_drop(entry);
    *entry = (struct early){.pid = told->pid, .executed = told->what == MAPPING_EXECUTED};
    if (!entry->executed) {
        entry->mapping = (struct mapping){told->start, told->end, told->offset, file_of(told)};
        if (entry->mapping.file == &no_file)
            entry->mapping.offset = 0;
    }
    entry->before = *last;
    *last = ++early_count;
}

static bool early_is_there(uint64_t number)
{
    return number > 0 && number + EARLY_ROOM > early_count;
}

/* What was told since the last image began, if there was one; of the others nobody asks. */
static void map_take_early(struct memory_map *map)
{
    uint64_t *numbers = NULL;
    size_t count = 0, room = 0;
    bool ours = true;
    uint64_t number = early ? early_last[(uint32_t)map->pid % EARLY_BUCKETS] : 0;
    for (; early_is_there(number); number = early_at(number - 1)->before) {
        struct early *entry = early_at(number - 1);
        if (entry->pid != map->pid)
            continue;
        ours &= !entry->executed;
        if (!ours) {
            early_drop(entry);
            continue;
        }
        numbers = memory_grow(numbers, count, &room, sizeof(*numbers));
        numbers[count++] = number - 1;
    }
    if (!ours && map->count > 0)
        map_clear(map);
    while (count > 0) {
        struct early *entry = early_at(numbers[--count]);
        map_put(map, entry->mapping);
        early_drop(entry);
    }
    free(numbers);
}

/* ---- the kernel's tellings ---- */

bool mappings_follow(void)
{
    if (!mapping_ring_open())
        return false;
    early = memory_new(EARLY_ROOM, sizeof(*early));
    return following = true;
}

void mappings_stop(void)
{
    if (!following)
        return;
    mapping_ring_close();
    for (size_t i = 0; i < EARLY_ROOM; i++)
        early_drop(&early[i]);
    free(early);
    early = NULL;
    early_count = 0;
    memset(early_last, 0, sizeof(early_last));
    following = false;
}

static void enter_executed(struct memory_map *map)
{
    map_clear(map);
    map->executed = true;
}

static void doubt_all(void)
{
    for (size_t i = 0; i < MAP_BUCKETS; i++) {
        for (struct memory_map *map = maps[i]; map; map = map->next)
            map->doubtful = true;
    }
}

void mappings_read(uint64_t until)
{
    static struct mapping_told told;
    while (following && mapping_ring_next(until, &told) != MAPPING_NONE) {
        struct memory_map *map = map_of(told.pid);
        if (told.what == MAPPING_LOST)
            doubt_all();
        else if (!map)
            early_keep(&told);
        else if (told.what == MAPPING_EXECUTED)
            enter_executed(map);
        else
            map_enter(map, &told);
    }
}

/* ---- */

static struct memory_map *map_add(pid_t pid)
{
    struct memory_map *map = memory_new(1, sizeof(*map)), **bucket = maps_of(pid);
    map->pid = pid;
    map->next = *bucket;
    return *bucket = map;
}

struct memory_map *memory_map_new(pid_t pid)
{
    struct memory_map *map = map_add(pid);
    map_take_early(map);
    map_read(map);
    return map;
}

void memory_map_free(struct memory_map *map)
{
    if (!map)
        return;
    struct memory_map **at = maps_of(map->pid);
    while (*at != map)
        at = &(*at)->next;
    *at = map->next;
    map_clear(map);
    free(map->list);
    free(map);
}

struct memory_map *memory_map_fork(const struct memory_map *parent, pid_t child)
{
    struct memory_map *map = map_add(child);
    map_splice(map, 0, 0, parent->list, parent->count);
    map->epoch = parent->epoch;
    map->doubtful = parent->doubtful;
    map_take_early(map);
    return map;
}

void memory_map_exec(struct memory_map *map)
{
    if (!map->executed) {
        map_clear(map);
        map_read(map);
    }
    map->executed = false;
}

const struct mapping *memory_map_look(const struct memory_map *map, uint64_t address)
{
    size_t at = ending_behind(map, address);
    return at < map->count && map->list[at].start <= address ? &map->list[at] : NULL;
}

const struct mapping *memory_map_find(struct memory_map *map, uint64_t address)
{
    if (map->doubtful)
        map_read(map);
    const struct mapping *found = memory_map_look(map, address);
    if (found || following)
        return found;
    map_read(map);
    return memory_map_look(map, address);
}

uint32_t memory_map_epoch(const struct memory_map *map)
{
    return map->epoch;
}

/* ---- opening ---- */

/* What lies there may be a FIFO, or a device that opening does something to: so it is looked at
 * before it is opened. */
static int open_same(const char *path, uint64_t inode)
{
    struct stat status;
    char link[64];
    int place = open(path, O_PATH | O_CLOEXEC), file = -1;
    if (place < 0)
        return -1;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
    /* Not its device: of a file in layers (overlayfs) the kernel tells another. */
    if (fstat(place, &status) == 0 && S_ISREG(status.st_mode) && status.st_ino == inode)
        file = open(link, O_RDONLY | O_CLOEXEC);
    close(place);
    return file;
}

/* Of a file that has no name any more. */
static int open_mapped(const struct mapped_file *file, pid_t pid)
{
    struct mapping_told told;
    char path[128];
    bool code;
    int opened = -1;
    FILE *proc = proc_open(pid);
    while (opened < 0 && proc && proc_next(proc, &told, &code)) {
        if (told.inode != file->inode || told.device != file->device)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid,
                 told.start, told.end);
        opened = open_same(path, file->inode);
    }
    if (proc)
        fclose(proc);
    return opened;
}

int mapped_file_open(const struct mapped_file *file, pid_t pid)
{
    char path[PATH_MAX + 64];
    if (file->inode == 0 || file->path[0] != '/')
        return -1;
    snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, file->path);
    int opened = open_same(path, file->inode);
    if (opened < 0)
        opened = open_same(file->path, file->inode);
    return opened < 0 ? open_mapped(file, pid) : opened;
}
