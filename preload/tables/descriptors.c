#include "tables/descriptors.h"

#include <sys/resource.h>

#include "core/memory.h"

#define DESCRIPTORS_MOST (1u << 20)

uint32_t *descriptor_slots;
uint32_t descriptor_limit;
uint32_t descriptor_high;

bool descriptors_start(void)
{
    struct rlimit files = {.rlim_max = DESCRIPTORS_MOST};

    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max > DESCRIPTORS_MOST)
        files.rlim_max = DESCRIPTORS_MOST;
    descriptor_slots = memory_reserve(files.rlim_max * sizeof(*descriptor_slots));
    if (!descriptor_slots)
        return false;
    __atomic_store_n(&descriptor_limit, (uint32_t)files.rlim_max, __ATOMIC_RELEASE);
    return true;
}

static void high_raise(uint32_t *highest, uint32_t value)
{
    uint32_t before = __atomic_load_n(highest, __ATOMIC_RELAXED);

    while (before < value && !__atomic_compare_exchange_n(highest, &before, value, true,
                                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

void descriptor_raise(int fd, uint32_t slot)
{
    uint32_t high = (uint32_t)fd + 1;

    high_raise(&recording->descriptors_seen, high);
    if (slot)
        high_raise(&descriptor_high, high);
}

int descriptor_of(uint32_t slot)
{
    for (uint32_t fd = 0; fd < descriptor_high; fd++)
        if (descriptor_find((int)fd) == slot)
            return (int)fd;
    return -1;
}
