#include "verify/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/gate.h"
#include "life/process.h"
#include "tables/extras.h"
#include "tables/newfile.h"
#include "tables/regions.h"
#include "tables/slots.h"

/* What is in the copy: read before it is made, so that all that it speaks of is there. */
struct extent {
    uint32_t used[TLK_REGIONS];
    uint32_t pages;
};

/* Those that refer to others first: what a site that is there needs was published before it. */
static void extent_measure(struct extent *extent)
{
    for (int id = TLK_REGIONS - 1; id >= 0; id--)
        extent->used[id] = __atomic_load_n(&recording->regions[id].used, __ATOMIC_ACQUIRE);
    extent->pages = __atomic_load_n(&recording->page_used, __ATOMIC_RELAXED);
}

static void copy_header(struct tlk_header *to, const struct extent *extent)
{
    memcpy(to, recording, sizeof(*to));
    for (int id = 0; id < TLK_REGIONS; id++) {
        struct tlk_region *region = &to->regions[id];

        region->used = extent->used[id];
        region->segments = tlk_segment_of(region->used - 1, region->first) + 1;
    }
    to->page_count = to->page_used = extent->pages;
    to->session = 0; /* it is none of those that `timerleak record` waits for */
    to->end = TLK_RUNNING;
    to->copied = 1;
    to->end_mono = clock_mono();
    to->end_real = clock_ns(CLOCK_REALTIME);
    to->end_boot = clock_ns(CLOCK_BOOTTIME);
}

/* Where the copy has what lies there in the recording. */
static void *copy_of(struct tlk_header *to, const void *at)
{
    return (char *)to + ((const char *)at - (const char *)recording);
}

/* Once more: when its region was copied it may have been another timer's. */
static void copy_extra(struct tlk_header *to, const struct tlk_timer *timer)
{
    const struct tlk_extra *extra = extra_of(timer);

    if (extra && (timer->thread & (TLK_EXTRA - 1)) < to->regions[TLK_EXTRAS].used)
        memcpy(copy_of(to, extra), extra, sizeof(*extra));
}

/* Nobody can look again later whether a timer was given away while it was copied. */
static void copy_timer(struct tlk_header *copy, uint32_t slot)
{
    struct tlk_timer *to = copy_of(copy, timer_at(slot));
    struct timer_ref ref = timer_ref_of(slot);

    if (!timer_live(ref))
        return;
    *to = *timer_at(slot);
    copy_extra(copy, to);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (!timer_live(ref))
        to->state = TLK_FREE;
}

/* Sites before their timers, in the order in which readers take them from a running process. */
static void snapshot_copy_regions(struct tlk_header *to)
{
    for (int id = 0; id < TLK_TIMERS; id++) {
        const struct tlk_region *region = &to->regions[id];

        for (uint32_t i = 0; i < region->segments; i++) {
            const char *from = (const char *)recording + (size_t)region->pages[i] * TLK_PAGE;

            memcpy(copy_of(to, from), from, (size_t)tlk_segment_used(region, i) * region->stride);
        }
    }
    for (uint32_t slot = 1; slot < to->regions[TLK_TIMERS].used; slot++)
        copy_timer(to, slot);
}

/* Returns errno. */
static int snapshot_fill(int fd)
{
    struct extent extent;
    struct tlk_header *copy;
    size_t size;
    int error;

    extent_measure(&extent);
    size = (size_t)extent.pages * TLK_PAGE;
    if (newfile_limited(size) < size)
        return EFBIG;
    error = posix_fallocate(fd, 0, (off_t)size);
    if (error)
        return error;
    copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (copy == MAP_FAILED)
        return errno;
    copy_header(copy, &extent);
    snapshot_copy_regions(copy);
    munmap(copy, size);
    return 0;
}

int snapshot_write(const char *path)
{
    struct newfile file;
    int error;

    if (gate->sandboxed)
        return -EPERM;
    if (!gate_open() && !process_wake())
        return -ENODATA;
    if (!newfile_open(&file, path))
        return -errno;
    error = snapshot_fill(file.fd);
    if (!error && newfile_publish(&file, path) != 0)
        error = errno;
    newfile_close(&file);
    return -error;
}
