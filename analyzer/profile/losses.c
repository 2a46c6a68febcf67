#include "profile/losses.h"

#include "base/numbers.h"
#include "profile/runtime.h"
#include "profile/stacks.h"

#include <stdlib.h>
#include <string.h>

static const struct loss losses[TLK_DROPS] = {
    [TLK_DROP_FULL] = {"full", "timer", "timers", "for which the recording had no room", true},
    [TLK_DROP_SITE] = {"site", "timer", "timers",
                       "without a stack: the recording had no room for another", true},
    [TLK_DROP_BUSY] = {"busy", "timer", "timers",
                       "created by a signal handler while timerleak was at work", true},
    [TLK_DROP_LOCK] = {"lock", "event", "events",
                       "that came while another thread held the table too long", true},
    [TLK_DROP_STACK] = {"stack", "stack", "stacks",
                        "that could not be taken: such sites show the caller only", false},
    [TLK_DROP_PENDING] = {"pending", "release", "releases",
                          "that could not be entered: as many timers may be shown as live but are "
                          "not",
                          false},
    [TLK_DROP_FD_RANGE] = {"fd_range", "descriptor", "descriptors",
                           "with a number beyond the table", true},
    [TLK_DROP_CHILD] = {"child", "child process", "child processes",
                        "that used timers and for which no recording could be made: it may not "
                        "write there, or the disk is full",
                        true},
    [TLK_DROP_DETAIL] = {"detail", "detail", "details",
                         "of sites or timers for which the recording had no room", false},
    [TLK_DROP_MISTAKEN] = {"mistaken", "stack", "stacks",
                           "that was taken for another when it was known again: timers made before "
                           "may be shown at a wrong place",
                           true},
    [TLK_DROP_EVENT] = {"event", "event", "events",
                        "that came faster than the tracer could take them: timers may be missing, "
                        "or be shown as live but are not",
                        true},
};

const struct loss *loss_of(unsigned reason)
{
    static const struct loss unknown = {"unknown", "event", "events",
                                        "for a reason that a later timerleak knows", true};
    return losses[reason].key ? &losses[reason] : &unknown;
}

uint64_t losses_count(const struct profile *profile, unsigned reason)
{
    uint64_t count = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        count += profile->processes[i]->dropped[reason];
    return count;
}

uint64_t losses_hiding(const struct process *process)
{
    uint64_t hidden = process->damaged;
    for (unsigned reason = 0; reason < TLK_DROPS; reason++)
        hidden += loss_of(reason)->hides ? process->dropped[reason] : 0;
    return hidden;
}

uint64_t losses_omitted(const struct process *process)
{
    uint64_t omitted = 0;
    for (size_t reason = 0; reason < TLK_OMISSIONS; reason++)
        omitted += process->omitted[reason];
    return omitted;
}

uint64_t losses_damaged(const struct profile *profile)
{
    uint64_t damaged = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        damaged += profile->processes[i]->damaged;
    return damaged;
}

const char *losses_of_all(const struct profile *profile)
{
    uint64_t recorded = 0, unseen = 0;
    for (size_t i = 0; i < profile->process_count; i++) {
        recorded += profile->processes[i]->recorded;
        unseen += losses_omitted(profile->processes[i]) + profile->processes[i]->unwatched;
    }
    if (recorded > 0)
        return "no timer that was created is among those asked for";
    return unseen > 0 ? "no timer was recorded" : "no timer was created";
}

static int by_addresses(const void *left, const void *right)
{
    const struct nameless *a = left, *b = right;
    int order = compare_numbers(b->addresses, a->addresses);
    return order ? order : compare_numbers(a->module->index, b->module->index);
}

/* What is folded without a name, as what starts programs and threads, is nothing to mend. */
static bool is_nameless(const struct module *module, const char *why)
{
    const struct stack_frame frame = {.module = module};
    return why && (strcmp(why, symbols_stripped) != 0 || !frame_is_runtime(&frame));
}

size_t losses_nameless(const struct profile *profile, struct nameless **list)
{
    size_t count = 0;
    *list = memory_new(profile->module_count, sizeof(**list));
    for (size_t i = 1; i < profile->module_count; i++) {
        const struct module *module = profile->modules[i];
        const char *why = symbols_problem(module->symbols);
        if (is_nameless(module, why))
            (*list)[count++] = (struct nameless){module, why, symbols_nameless(module->symbols)};
    }
    if (count > 0)
        qsort(*list, count, sizeof(**list), by_addresses);
    return count;
}
