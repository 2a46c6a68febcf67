#include "trace/mapping_ring.h"

#include "base/memory.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* With its first page all that a user without CAP_IPC_LOCK may lock for each processor. */
#define RING_BYTES ((size_t)512 << 10)

struct ring {
    int file;
    struct perf_event_mmap_page *page; /* the bytes follow behind it */
    uint64_t tail, next;               /* read so far; when the first that is not was told */
    bool filled;                       /* `next` is */
};

static struct ring *rings;
static size_t ring_count;

/* Where each that is told ends: see sample_id_all in perf_event_open(2). */
struct tail {
    uint64_t time;
};

struct made {
    struct perf_event_header header;
    uint32_t pid, tid;
    uint64_t start, size, offset;
    uint32_t major, minor;
    uint64_t inode, generation;
    uint32_t protection, flags;
    char path[];
};

struct named {
    struct perf_event_header header;
    uint32_t pid, tid;
};

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* False where the processor is not there, too: errno is ENODEV then. */
static bool ring_open(struct ring *ring, int processor)
{
    struct perf_event_attr attributes = {
        .size = sizeof(attributes),
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_DUMMY,
        .sample_type = PERF_SAMPLE_TIME,
        .sample_id_all = 1,
        .exclude_kernel = 1,
        .mmap = 1,
        .mmap2 = 1,
        .comm = 1,
        .comm_exec = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .watermark = 1,
        .wakeup_watermark = RING_BYTES,
    };
    *ring = (struct ring){.file = (int)syscall(SYS_perf_event_open, &attributes, -1, processor, -1,
                                               PERF_FLAG_FD_CLOEXEC)};
    if (ring->file < 0)
        return false;
    ring->page =
        mmap(NULL, page_size() + RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ring->file, 0);
    if (ring->page != MAP_FAILED)
        return true;
    int error = errno;
    close(ring->file);
    errno = error;
    return false;
}

bool mapping_ring_open(void)
{
    int processors = (int)sysconf(_SC_NPROCESSORS_CONF);
    rings = memory_new((size_t)processors, sizeof(*rings));
    for (int i = 0; i < processors; i++) {
        if (ring_open(&rings[ring_count], i)) {
            ring_count++;
        } else if (errno != ENODEV) {
            int error = errno;
            mapping_ring_close();
            errno = error;
            return false;
        }
    }
    return true;
}

void mapping_ring_close(void)
{
    for (size_t i = 0; i < ring_count; i++) {
        munmap(rings[i].page, page_size() + RING_BYTES);
        close(rings[i].file);
    }
    free(rings);
    rings = NULL;
    ring_count = 0;
}

/* Bytes from there on, which may go on at the ring's beginning. */
static void ring_copy(const struct ring *ring, uint64_t from, void *to, size_t size)
{
    const char *bytes = (const char *)ring->page + page_size();
    size_t at = from % RING_BYTES, first = RING_BYTES - at < size ? RING_BYTES - at : size;
    memcpy(to, bytes + at, first);
    memcpy((char *)to + first, bytes, size - first);
}

static struct perf_event_header ring_header(const struct ring *ring)
{
    struct perf_event_header header;
    ring_copy(ring, ring->tail, &header, sizeof(header));
    return header;
}

static bool ring_fill(struct ring *ring)
{
    struct tail tail;
    if (ring->filled)
        return true;
    if (ring->tail == __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE))
        return false;
    ring_copy(ring, ring->tail + ring_header(ring).size - sizeof(tail), &tail, sizeof(tail));
    ring->next = tail.time;
    return ring->filled = true;
}

static void ring_passed(struct ring *ring, size_t size)
{
    ring->tail += size;
    ring->filled = false;
    __atomic_store_n(&ring->page->data_tail, ring->tail, __ATOMIC_RELEASE);
}

static enum mapping_what made_tell(const struct made *made, size_t size, struct mapping_told *told)
{
    size_t room = size - offsetof(struct made, path) - sizeof(struct tail);
    size_t length = strnlen(made->path, room < PATH_MAX ? room : PATH_MAX - 1);
    told->pid = (pid_t)made->pid;
    told->start = made->start;
    told->end = made->start + made->size;
    told->offset = made->offset;
    told->device = makedev(made->major, made->minor);
    told->inode = made->inode;
    memcpy(told->path, made->path, length);
    told->path[length] = '\0';
    return MAPPING_MADE;
}

static enum mapping_what ring_tell(struct ring *ring, struct mapping_told *told)
{
    static _Alignas(uint64_t) char bytes[UINT16_MAX];
    const struct perf_event_header header = ring_header(ring);
    ring_copy(ring, ring->tail, bytes, header.size);
    ring_passed(ring, header.size);
    switch (header.type) {
    case PERF_RECORD_MMAP2:
        return made_tell((const void *)bytes, header.size, told);
    case PERF_RECORD_COMM:
        told->pid = (pid_t)((const struct named *)(const void *)bytes)->pid;
        return header.misc & PERF_RECORD_MISC_COMM_EXEC ? MAPPING_EXECUTED : MAPPING_NONE;
    case PERF_RECORD_LOST:
        return MAPPING_LOST;
    default:
        return MAPPING_NONE;
    }
}

static struct ring *ring_first(uint64_t until)
{
    struct ring *first = NULL;
    for (size_t i = 0; i < ring_count; i++) {
        if (ring_fill(&rings[i]) && rings[i].next <= until &&
            (!first || rings[i].next < first->next))
            first = &rings[i];
    }
    return first;
}

/*
 * A process that goes from one processor to another tells the later thing when the earlier one is
 * in its ring. So nothing is passed over that was told before a moment, if that moment is past
 * before the first ring is looked at.
 */
enum mapping_what mapping_ring_next(uint64_t until, struct mapping_told *told)
{
    struct ring *ring;
    told->what = MAPPING_NONE;
    while (told->what == MAPPING_NONE && (ring = ring_first(until)))
        told->what = ring_tell(ring, told);
    return told->what;
}
