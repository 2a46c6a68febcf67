#include "tables/mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/gate.h"
#include "core/lock.h"
#include "core/memory.h"
#include "core/real.h"
#include "tables/newfile.h"

#define SMALLEST (16 * (size_t)TLK_CHUNK)
#define SITES_SHARE ((size_t)4 << 20)
#define LARGEST_BY_LIMITS ((size_t)24 << 20)
#define LARGEST ((size_t)TLK_REGION_CHUNKS * TLK_CHUNK)
#define GROWTH ((size_t)8 << 20)
#define NAME_TRIES 100
#define ADDRESS_SPACE_PART 64

struct tlk_header *recording;

static char file_path[4400];
static size_t file_size;   /* blocks are allocated for so many bytes */
static size_t mapped_size; /* and so many it may grow to */
static bool grows_no_more;
bool mapfile_may_grow;
static struct stat file_id;
static struct newfile unpublished;
static struct lock chunks_lock;

/* What a child that is forked now has in common with its parent. */
static struct {
    uint32_t used[TLK_REGIONS], chunks[TLK_REGIONS], chunk_used;
} at_fork;

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES;

/*
 * Kernel timers are bounded by two limits of the process, so the blocks for all that can be live
 * are known, and allocated, before the first one is made. What a library makes of its own memory
 * knows no bound: for that the file grows.
 */
static size_t wanted_size(const struct settings *settings)
{
    struct rlimit files = {0}, signals = {0}, address_space = {.rlim_cur = RLIM_INFINITY};
    size_t most = LARGEST_BY_LIMITS, size = settings->size;

    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_SIGPENDING, &signals);
    getrlimit(RLIMIT_AS, &address_space);
    if (!size) {
        size_t timers = most / sizeof(struct tlk_timer);

        if (files.rlim_max < timers && signals.rlim_cur < timers - files.rlim_max)
            timers = files.rlim_max + signals.rlim_cur;
        size = SITES_SHARE + timers * sizeof(struct tlk_timer);
    }
    if (size > LARGEST)
        size = LARGEST;
    /* Of a limited one, a small part: the tables take several times the file's size. */
    if (size > address_space.rlim_cur / ADDRESS_SPACE_PART)
        size = address_space.rlim_cur / ADDRESS_SPACE_PART;
    return size / TLK_CHUNK * TLK_CHUNK;
}

/* The file is mapped beyond its end, which costs address space alone. */
static size_t most_mapped(const struct settings *settings, size_t size)
{
    struct rlimit address_space = {.rlim_cur = RLIM_INFINITY};

    getrlimit(RLIMIT_AS, &address_space);
    return settings->size || address_space.rlim_cur != RLIM_INFINITY ? size : LARGEST;
}

struct text {
    char *at, *end;
};

static void text_put(struct text *text, const char *string)
{
    while (*string && text->at < text->end)
        *text->at++ = *string++;
    *text->at = '\0';
}

static void put_number(struct text *text, long number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%ld", number);
    text_put(text, digits);
}

static void put_expanded(struct text *text, const char *pattern, const char *program)
{
    char host[256] = "", one[2] = "";

    for (; *pattern; pattern++) {
        if (*pattern != '%' || !pattern[1]) {
            one[0] = *pattern;
            text_put(text, one);
            continue;
        }
        switch (*++pattern) {
        case 'p':
            put_number(text, getpid());
            break;
        case 'e':
            text_put(text, program);
            break;
        case 't':
            put_number(text, (long)time(NULL));
            break;
        case 'h':
            gethostname(host, sizeof(host) - 1);
            text_put(text, host);
            break;
        default:
            one[0] = *pattern;
            text_put(text, one);
        }
    }
}

/*
 * Nothing is ever overwritten: when the plain name is taken (by an earlier run, by the parent of
 * this process, by this process before it called exec) the pid is added, then a number.
 */
static void name_file(const struct settings *settings, const char *program, int attempt)
{
    struct text text = {file_path, file_path + sizeof(file_path) - 1};
    char stem[sizeof(settings->output)];
    size_t length = strlen(settings->output);
    bool has_suffix = length > 4 && !strcmp(settings->output + length - 4, ".tlk");
    bool has_pid = strstr(settings->output, "%p") != NULL;

    memcpy(stem, settings->output, length + 1);
    if (has_suffix)
        stem[length - 4] = '\0';
    put_expanded(&text, stem, program);
    if (attempt > 0 && !has_pid) {
        text_put(&text, ".");
        put_number(&text, getpid());
        attempt--;
    }
    if (attempt > 0) {
        text_put(&text, ".");
        put_number(&text, attempt);
    }
    text_put(&text, has_suffix ? ".tlk" : "");
}

/* Takes what the disk has to give, down to a size that is no use any more. */
static size_t allocate_blocks(int fd, size_t size)
{
    for (size = newfile_limited(size); size >= SMALLEST;) {
        size_t half = size / 2 / TLK_CHUNK * TLK_CHUNK;

        if (posix_fallocate(fd, 0, (off_t)size) == 0)
            return size;
        size = half >= SMALLEST ? half : size > SMALLEST ? SMALLEST : 0;
    }
    return 0;
}

/* In `address`'s place, unless that is NULL. */
static void *map_file(int fd, void *address)
{
    void *base = mmap(address, mapped_size, PROT_READ | PROT_WRITE,
                      address ? MAP_SHARED | MAP_FIXED : MAP_SHARED, fd, 0);

    if (base == MAP_FAILED)
        return NULL;
    madvise(base, mapped_size, MADV_RANDOM); /* or each first touch reads megabytes of zeros */
    return base;
}

static void *map_new(const struct settings *settings, const char *program, size_t size)
{
    void *base = NULL;

    name_file(settings, program, 0);
    if (!newfile_open(&unpublished, file_path))
        return NULL;
    file_size = allocate_blocks(unpublished.fd, size);
    grows_no_more = false;
    if (!mapped_size)
        mapped_size = most_mapped(settings, file_size);
    if (file_size)
        base = map_file(unpublished.fd, NULL);
    fstat(unpublished.fd, &file_id);
    if (!base)
        newfile_close(&unpublished);
    return base;
}

/*
 * By its name, which may stand for another file by now: a shorter one would kill who has it mapped.
 * None of these calls is a point where a thread can be cancelled, or waits, if that other is a
 * FIFO. -1 when it can't be opened.
 */
static int open_own(void)
{
    int fd = (int)real()->syscall(SYS_openat, AT_FDCWD, file_path,
                                  O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat found;

    if (fd < 0 || (fstat(fd, &found) == 0 && found.st_dev == file_id.st_dev &&
                   found.st_ino == file_id.st_ino))
        return fd;
    real()->syscall(SYS_close, fd);
    return -1;
}

/* /proc shows a mapping under the name that its file had when it was opened. */
static void map_by_name(void)
{
    int fd = open_own();

    if (fd < 0)
        return;
    map_file(fd, recording);
    real()->syscall(SYS_close, fd);
}

void mapfile_detach(void)
{
    int fd = open_own();

    if (fd < 0)
        return;
    mmap(recording, mapped_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
         fd, 0);
    real()->syscall(SYS_close, fd);
}

bool mapfile_publish(const struct settings *settings, const char *program)
{
    int result = -1;

    errno = EEXIST;
    for (int attempt = 0; attempt < NAME_TRIES && result != 0 && errno == EEXIST; attempt++) {
        name_file(settings, program, attempt);
        result = newfile_publish(&unpublished, file_path);
    }
    newfile_close(&unpublished);
    if (result == 0)
        map_by_name();
    return result == 0;
}

/*
 * More chunks, unless there is no way to more: then it is not tried again. The lock is held, by one
 * thread for thousands of timers.
 */
static bool file_grow(struct tlk_header *header)
{
    size_t size =
        newfile_limited(file_size + GROWTH < mapped_size ? file_size + GROWTH : mapped_size);
    int saved = errno, fd = -1;

    if (!mapfile_may_grow)
        return false;
    if (!grows_no_more && !gate->sandboxed && size > file_size)
        fd = open_own();
    if (fd >= 0 && real()->syscall(SYS_fallocate, fd, 0, (off_t)0, (off_t)size) == 0) {
        file_size = size;
        __atomic_store_n(&header->chunk_count, (uint32_t)(size / TLK_CHUNK), __ATOMIC_RELAXED);
    } else {
        grows_no_more = true;
    }
    if (fd >= 0)
        real()->syscall(SYS_close, fd);
    errno = saved;
    return !grows_no_more;
}

static bool region_grow(struct tlk_header *header, struct tlk_region *region)
{
    bool grown = false;

    if (!lock_take(&chunks_lock))
        return false;
    if (region->chunks < TLK_REGION_CHUNKS &&
        (header->chunk_used < header->chunk_count || file_grow(header))) {
        region->directory[region->chunks] = header->chunk_used++;
        __atomic_store_n(&region->chunks, region->chunks + 1, __ATOMIC_RELEASE);
        grown = true;
    }
    lock_give(&chunks_lock);
    return grown;
}

/* Every region gets a chunk at once, so that its record 0 exists. */
static void lay_out(struct tlk_header *header)
{
    header->version = TLK_VERSION;
    header->byte_order = TLK_BYTE_ORDER;
    header->header_size = sizeof(*header);
    header->chunk_size = TLK_CHUNK;
    header->chunk_count = (uint32_t)(file_size / TLK_CHUNK);
    header->chunk_used = 1;
    for (int i = 0; i < TLK_REGIONS; i++) {
        header->regions[i].stride = strides[i];
        header->regions[i].used = 1;
        region_grow(header, &header->regions[i]);
    }
}

bool mapfile_create(const struct settings *settings, const char *program)
{
    struct tlk_header *header = map_new(settings, program, wanted_size(settings));

    if (!header)
        return false;
    lay_out(header);
    memcpy(header->magic, TLK_MAGIC, sizeof(header->magic));
    recording = header;
    return true;
}

/* The page is shared with the children of before: what is written to is copied first. */
static void remember(uint32_t *number, uint32_t now)
{
    if (*number != now)
        *number = now;
}

void mapfile_remember(void)
{
    for (int i = 0; i < TLK_REGIONS; i++) {
        remember(&at_fork.used[i], recording->regions[i].used);
        remember(&at_fork.chunks[i], recording->regions[i].chunks);
    }
    remember(&at_fork.chunk_used, recording->chunk_used);
}

/* So many of the region's bytes lie in its chunk `c`. */
static size_t used_of_chunk(uint32_t used, uint32_t stride, uint32_t c)
{
    uint32_t per_chunk = TLK_CHUNK / stride, before = c * per_chunk;

    return used <= before ? 0 : (used - before < per_chunk ? used - before : per_chunk) * stride;
}

/* Lest a reference to a timer of the parent's mean one that the child makes in the same slot. */
static void copy_generations(struct tlk_timer *to, const struct tlk_timer *from, size_t used)
{
    for (size_t i = 0; i < used; i++)
        to[i].generation = from[i].generation;
}

/*
 * What was there at the fork, and no byte more: the parent has gone on since, and what it adds
 * refers to more of its own. Timers stay behind.
 */
static void copy_regions(struct tlk_header *to, const struct tlk_header *from)
{
    for (int i = 0; i < TLK_REGIONS; i++) {
        struct tlk_region *region = &to->regions[i];

        region->used = at_fork.used[i];
        region->chunks = at_fork.chunks[i];
        for (uint32_t c = 0; c < region->chunks; c++) {
            size_t offset = (size_t)from->regions[i].directory[c] * TLK_CHUNK;
            size_t used = used_of_chunk(region->used, region->stride, c);
            char *at = (char *)to + offset;
            const char *copied = (const char *)from + offset;

            region->directory[c] = from->regions[i].directory[c];
            if (i == TLK_TIMERS)
                copy_generations((void *)at, (const void *)copied, used / region->stride);
            else
                memcpy(at, copied, used);
        }
    }
    to->chunk_used = at_fork.chunk_used;
}

bool mapfile_create_for_child(const struct settings *settings, const char *program)
{
    size_t parent_size = file_size;
    struct tlk_header *header = map_new(settings, program, parent_size);

    if (!header)
        return false;
    if (file_size != parent_size) { /* the disk has filled up since: no room for the same layout */
        munmap(header, mapped_size);
        newfile_close(&unpublished);
        return false;
    }
    lay_out(header);
    copy_regions(header, recording);
    if (mremap(header, mapped_size, mapped_size, MREMAP_MAYMOVE | MREMAP_FIXED, recording) ==
        MAP_FAILED) {
        newfile_close(&unpublished);
        return false;
    }
    memcpy(recording->magic, TLK_MAGIC, sizeof(recording->magic));
    return true;
}

void mapfile_abandon(void)
{
    munmap(recording, mapped_size);
    recording = NULL;
    newfile_close(&unpublished);
}

void mapfile_trim(void)
{
    size_t used;
    int fd;

    if (!lock_take(&chunks_lock))
        return;
    used = (size_t)recording->chunk_used * TLK_CHUNK;
    recording->chunk_count = recording->chunk_used;
    grows_no_more = true;
    fd = open_own();
    if (fd >= 0 && ftruncate(fd, (off_t)used) == 0) {
        file_size = used;
        mapped_size = memory_shrink(recording, mapped_size, used);
    }
    if (fd >= 0)
        real()->syscall(SYS_close, fd);
    lock_give(&chunks_lock);
}

void mapfile_shrink(size_t room)
{
    if (!lock_take(&chunks_lock))
        return;
    mapped_size =
        memory_shrink(recording, mapped_size, (size_t)recording->chunk_used * TLK_CHUNK + room);
    if (file_size > mapped_size) {
        file_size = mapped_size;
        recording->chunk_count = (uint32_t)(file_size / TLK_CHUNK);
    }
    lock_give(&chunks_lock);
}

const char *mapfile_path(void)
{
    return file_path;
}

uint32_t mapfile_chunks_most(void)
{
    return (uint32_t)(mapped_size / TLK_CHUNK);
}

uint32_t region_take(enum tlk_region_id id, uint32_t count)
{
    struct tlk_region *region = &recording->regions[id];
    uint32_t per_chunk = TLK_CHUNK / region->stride;
    uint32_t first = region->used;

    if (count > per_chunk - 1)
        return 0;
    if (first % per_chunk + count > per_chunk)
        first = (first / per_chunk + 1) * per_chunk;
    if (first / per_chunk >= region->chunks && !region_grow(recording, region))
        return 0;
    return first;
}

void region_publish(enum tlk_region_id id, uint32_t used)
{
    __atomic_store_n(&recording->regions[id].used, used, __ATOMIC_RELEASE);
}
