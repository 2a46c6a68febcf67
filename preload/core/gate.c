#include "core/gate.h"

#include <stddef.h>
#include <sys/mman.h>

static struct gate gate_shut;
struct gate *gate = &gate_shut;

bool gate_install(void)
{
    const size_t page = 4096;
    void *memory;

    if (gate != &gate_shut)
        return true;
    memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    if (madvise(memory, page, MADV_WIPEONFORK) != 0) {
        munmap(memory, page);
        return false;
    }
    gate = memory;
    return true;
}
