#include "profile/limits.h"

#define NS_PER_SECOND 1e9

static struct limit project(const char *name, uint64_t used, uint64_t most, double growth)
{
    struct limit limit = {.name = name, .used = used, .limit = most, .growth = growth};
    if (growth > 0 && most != UINT64_MAX) {
        double left = most > used ? (double)(most - used) / growth * NS_PER_SECOND : 0;
        limit.reached = left < (double)UINT64_MAX / 2 ? (uint64_t)left : 0;
    }
    return limit;
}

void limits_of_process(const struct process *process, struct limit limits[LIMITS])
{
    limits[0] = project("descriptors", process->descriptors, process->nofile_soft,
                        process->descriptor_growth);
    limits[1] = project("pending signals of all its user's processes", process->pending,
                        process->sigpending_soft, process->pending_growth);
}
