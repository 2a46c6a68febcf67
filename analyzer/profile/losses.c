#include "profile/losses.h"

static const struct loss losses[TLK_DROPS] = {
    [TLK_DROP_FULL] = {"full", "timers were not recorded: the recording had no room left"},
    [TLK_DROP_SITE] = {"site", "timers have no stack: the recording had no room for another"},
    [TLK_DROP_BUSY] = {"busy",
                       "timers were not recorded: a signal handler created them while timerleak "
                       "was at work"},
    [TLK_DROP_LOCK] = {"lock", "events were not recorded: another thread held the table too long"},
    [TLK_DROP_STACK] = {"stack", "stacks could not be taken: those sites show the caller only"},
    [TLK_DROP_PENDING] = {"pending",
                          "releases were not recorded: so many timers may be shown as live but "
                          "are not"},
    [TLK_DROP_FD_RANGE] = {"fd_range",
                           "descriptors were not recorded: their numbers are beyond the table"},
};

const struct loss *loss_of(unsigned reason)
{
    static const struct loss unknown = {"unknown",
                                        "events, for a reason that a later timerleak knows"};
    return losses[reason].key ? &losses[reason] : &unknown;
}

uint64_t losses_count(const struct profile *profile, unsigned reason)
{
    uint64_t count = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        count += profile->processes[i]->dropped[reason];
    return count;
}

uint64_t losses_damaged(const struct profile *profile)
{
    uint64_t damaged = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        damaged += profile->processes[i]->damaged;
    return damaged;
}
