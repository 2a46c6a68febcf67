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

#define SITES_SHARE ((size_t)4 << 20)
#define LARGEST_BY_LIMITS ((size_t)24 << 20)
#define NAME_TRIES 100
#define INTERRUPTIONS_MOST 100
#define ADDRESS_SPACE_PART 64

struct tlk_header *recording;

static char file_path[4400];
static size_t file_size;   /* blocks are allocated for so many bytes */
static size_t mapped_size; /* and so many it may grow to */
static bool grows_no_more;
static struct stat file_id;
static struct newfile unpublished = {.fd = -1};
static struct lock pages_lock;

static size_t whole_pages(size_t size)
{
    return size / TLK_PAGE * TLK_PAGE;
}

uint32_t mapfile_kernel_timers(void)
{
    struct rlimit files = {0}, signals = {0};
    size_t timers = LARGEST_BY_LIMITS / sizeof(struct tlk_timer);

    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_SIGPENDING, &signals);
    if (files.rlim_max < timers && signals.rlim_cur < timers - files.rlim_max)
        timers = files.rlim_max + signals.rlim_cur;
    return (uint32_t)timers;
}

/*
 * The file is mapped beyond its end, which costs address space alone. Where that is limited, or how
 * much of it is private, a small part of it: the tables take several times the file's size.
 */
static size_t most_mapped(const struct settings *settings)
{
    size_t size = settings->size && settings->size < TLK_LARGEST ? settings->size : TLK_LARGEST;
    struct rlimit all = {.rlim_cur = RLIM_INFINITY}, private = all;

    getrlimit(RLIMIT_AS, &all);
    getrlimit(RLIMIT_DATA, &private);
    if (size > all.rlim_cur / ADDRESS_SPACE_PART)
        size = all.rlim_cur / ADDRESS_SPACE_PART;
    if (size > private.rlim_cur / ADDRESS_SPACE_PART)
        size = private.rlim_cur / ADDRESS_SPACE_PART;
    return whole_pages(size);
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

static bool is_conversion(const char *at)
{
    return *at == '%' && at[1] && strchr("peht", at[1]);
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

bool mapfile_named_alone(const struct settings *settings)
{
    static char plain[sizeof(file_path)];
    struct text text = {plain, plain + sizeof(plain) - 1};
    const char *at = settings->output;

    for (; *at; at += *at == '%' && at[1] ? 2 : 1)
        if (is_conversion(at))
            return false;
    put_expanded(&text, settings->output, "");
    return recording ? strcmp(file_path, plain) == 0 : access(plain, F_OK) != 0;
}

void mapfile_beside(const struct settings *settings, const char *name, char *path, size_t room)
{
    struct text text = {path, path + room - 1};

    put_expanded(&text, settings->output, "");
    text.at = strrchr(path, '/') + 1;
    text_put(&text, name);
}

/* For file systems that can't allocate blocks but by writing to them. */
static bool blocks_write(int fd, size_t from, size_t size)
{
    static const char zeros[TLK_PAGE];

    while (from < size &&
           real()->syscall(SYS_pwrite64, fd, zeros, sizeof(zeros), (off_t)from) == TLK_PAGE)
        from += TLK_PAGE;
    return from >= size;
}

/*
 * Of a file that has `from` bytes: a store to a hole on a full disk would be SIGBUS. A signal may
 * interrupt it, as on tmpfs, which is no want of room.
 */
static bool blocks_allocate(int fd, size_t from, size_t size)
{
    bool allocated = false;

    errno = EINTR;
    for (int i = 0; i < INTERRUPTIONS_MOST && !allocated && errno == EINTR; i++)
        allocated = real()->syscall(SYS_fallocate, fd, 0, (off_t)0, (off_t)size) == 0;
    return allocated || (errno == EOPNOTSUPP && blocks_write(fd, from, size));
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

    if (!mapped_size)
        mapped_size = most_mapped(settings);
    if (mapped_size < TLK_SMALLEST || newfile_limited(TLK_SMALLEST) < TLK_SMALLEST ||
        newfile_limited(size) < size) {
        errno = EFBIG;
        return NULL;
    }
    name_file(settings, program, 0);
    if (!newfile_open(&unpublished, file_path))
        return NULL;
    if (blocks_allocate(unpublished.fd, 0, size))
        base = map_file(unpublished.fd, NULL);
    fstat(unpublished.fd, &file_id);
    if (!base)
        newfile_close(&unpublished);
    file_size = size;
    grows_no_more = false;
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
    int fd = unpublished.fd < 0 ? open_own() : (int)real()->syscall(SYS_dup, unpublished.fd);

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
 * As large as that, or as it may become: then it is not tried again. The lock is held, and as the
 * file doubles that is seldom.
 */
static void file_grow(size_t size)
{
    int saved = errno, fd = -1;

    if (grows_no_more || gate->sandboxed)
        return;
    size = whole_pages(newfile_limited(size < mapped_size ? size : mapped_size));
    if (size > file_size)
        fd = unpublished.fd >= 0 ? unpublished.fd : open_own();
    while (fd >= 0 && size > file_size && !blocks_allocate(fd, file_size, size))
        size = file_size + whole_pages((size - file_size) / 2);
    grows_no_more = fd < 0 || size <= file_size;
    if (!grows_no_more) {
        file_size = size;
        __atomic_store_n(&recording->page_count, (uint32_t)(size / TLK_PAGE), __ATOMIC_RELAXED);
    }
    if (fd >= 0 && fd != unpublished.fd)
        real()->syscall(SYS_close, fd);
    errno = saved;
}

uint32_t mapfile_take_pages(uint32_t wanted, uint32_t *first)
{
    uint32_t left;

    if (!lock_take(&pages_lock))
        return 0;
    *first = recording->page_used;
    if (recording->page_count - *first < wanted)
        file_grow(((size_t)*first + wanted) * TLK_PAGE);
    left = recording->page_count - *first;
    if (wanted > left)
        wanted = left;
    recording->page_used += wanted;
    lock_give(&pages_lock);
    return wanted;
}

static void header_begin(struct tlk_header *header)
{
    header->version = TLK_VERSION;
    header->byte_order = TLK_BYTE_ORDER;
    header->header_size = sizeof(*header);
    header->page_size = TLK_PAGE;
    header->page_count = (uint32_t)(file_size / TLK_PAGE);
    header->page_used = 1;
}

bool mapfile_create(const struct settings *settings, const char *program)
{
    recording = map_new(settings, program, TLK_SMALLEST);
    if (!recording)
        return false;
    header_begin(recording);
    memcpy(recording->magic, TLK_MAGIC, sizeof(recording->magic));
    return true;
}

bool mapfile_create_for_child(const struct settings *settings, const char *program, uint32_t pages,
                              void (*copy)(struct tlk_header *to, const struct tlk_header *from))
{
    struct tlk_header *header = map_new(settings, program, (size_t)pages * TLK_PAGE);

    if (!header)
        return false;
    header_begin(header);
    header->page_used = pages;
    copy(header, recording);
    if (mremap(header, mapped_size, mapped_size, MREMAP_MAYMOVE | MREMAP_FIXED, recording) ==
        MAP_FAILED) {
        munmap(header, mapped_size);
        newfile_close(&unpublished);
        return false;
    }
    pages_lock = (struct lock){0}; /* which a thread of the parent's may have had */
    memcpy(recording->magic, TLK_MAGIC, sizeof(recording->magic));
    return true;
}

void mapfile_abandon(void)
{
    munmap(recording, mapped_size);
    recording = NULL;
    newfile_close(&unpublished);
}

void mapfile_fill_up(void)
{
    if (!lock_take(&pages_lock))
        return;
    file_grow(SITES_SHARE + mapfile_kernel_timers() * sizeof(struct tlk_timer));
    lock_give(&pages_lock);
}

/* The lock is held. */
static bool file_cut(size_t size)
{
    int fd = open_own();
    bool cut = fd >= 0 && ftruncate(fd, (off_t)size) == 0;

    if (cut) { /* else its blocks are there, and may be used */
        file_size = size;
        recording->page_count = (uint32_t)(size / TLK_PAGE);
    }
    if (fd >= 0)
        real()->syscall(SYS_close, fd);
    return cut;
}

bool mapfile_is_unused(void)
{
    uint64_t events = 0;

    for (int i = 0; i < TLK_DROPS; i++)
        events += recording->dropped[i];
    for (int i = 0; i < TLK_OMISSIONS; i++)
        events += recording->omitted[i];
    return events == 0;
}

bool mapfile_remove(void)
{
    int fd = open_own();
    bool removed = fd >= 0 && unlink(file_path) == 0;

    if (fd >= 0)
        real()->syscall(SYS_close, fd);
    return removed;
}

void mapfile_trim(void)
{
    if (!lock_take(&pages_lock))
        return;
    file_cut((size_t)recording->page_used * TLK_PAGE);
    lock_give(&pages_lock);
}

void mapfile_end(void)
{
    size_t used;

    if (!lock_take(&pages_lock))
        return;
    used = (size_t)recording->page_used * TLK_PAGE;
    grows_no_more = true;
    if (file_cut(used))
        mapped_size = memory_shrink(recording, mapped_size, used);
    lock_give(&pages_lock);
}

void mapfile_shrink(size_t room)
{
    if (!lock_take(&pages_lock))
        return;
    mapped_size =
        memory_shrink(recording, mapped_size, (size_t)recording->page_used * TLK_PAGE + room);
    if (file_size > mapped_size) {
        file_size = mapped_size;
        recording->page_count = (uint32_t)(file_size / TLK_PAGE);
    }
    lock_give(&pages_lock);
}

const char *mapfile_path(void)
{
    return file_path;
}

size_t mapfile_most(void)
{
    return mapped_size;
}
