/* limits.c - where leaked timers end, and whether there is room for a recording. */
#include "doctor/examinations.h"

#include "base/proc.h"
#include "base/text.h"
#include "launch/launch.h"

#include <sys/resource.h>
#include <unistd.h>

#define ADDRESS_SPACE_PART 64 /* of a limited one, what the shim takes at most */

static struct text limit_text(rlim_t limit)
{
    struct text unlimited = {"unlimited"};
    return limit == RLIM_INFINITY ? unlimited : text_count(limit);
}

static void examine_descriptors(struct diagnosis *diagnosis)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        diagnosis_remark(
            diagnosis, HEALTH_OK,
            "descriptors: at most %s in a process (hard limit: %s); timerfds take them",
            limit_text(limit.rlim_cur).s, limit_text(limit.rlim_max).s);
}

static void examine_signals(struct diagnosis *diagnosis)
{
    uint64_t limit, queued = proc_pending_signals(getpid(), &limit);
    bool few_left = limit != UINT64_MAX && queued >= limit / 5 * 4;
    diagnosis_remark(diagnosis, few_left ? HEALTH_MEND : HEALTH_OK,
                     "queued signals: %s of this user's %s are taken; POSIX timers take them",
                     text_count(queued).s, limit_text(limit).s);
    if (few_left)
        diagnosis_advise(diagnosis, "At the limit timer_create fails with EAGAIN. Who has them: "
                                    "`timerleak ps`.");
}

static void examine_room(struct diagnosis *diagnosis, int resource, rlim_t part, const char *name,
                         const char *remedy)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur / part >= TLK_SMALLEST)
        return;
    diagnosis_remark(diagnosis, HEALTH_NO, "%s: %s leave no room for a recording", name,
                     text_bytes(limit.rlim_cur).s);
    diagnosis_advise(diagnosis, "%s", remedy);
}

void examine_limits(struct diagnosis *diagnosis)
{
    diagnosis_group(diagnosis, "limits");
    examine_descriptors(diagnosis);
    examine_signals(diagnosis);
    examine_room(diagnosis, RLIMIT_FSIZE, 1, "size of a file", "ulimit -f unlimited");
    examine_room(diagnosis, RLIMIT_AS, ADDRESS_SPACE_PART, "address space", "ulimit -v unlimited");
}
