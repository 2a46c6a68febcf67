#include "ledger/reconcile.h"

#include <errno.h>
#include <sys/resource.h>

#include "ledger/fdinfo.h"
#include "ledger/ledger.h"
#include "tables/descriptors.h"
#include "tables/mapfile.h"

static void reconcile_one(int fd)
{
    struct timer_ref ref = timer_ref_of(descriptor_find(fd));
    enum fdinfo_kind kind = fdinfo_kind(fd);
    struct fdinfo info;

    if (kind == FDINFO_CLOSED || kind == FDINFO_OTHER) {
        descriptor_put(fd, 0);
        timer_unshared(ref, fd);
    } else if (fdinfo_read(fd, &info) && info.ticks) {
        timer_unread(ref, info.ticks);
    }
}

static unsigned descriptors_open(void)
{
    struct rlimit files = {0};
    unsigned count;

    errno = 0;
    count = fdinfo_each(NULL);
    if (!count && errno == EMFILE && getrlimit(RLIMIT_NOFILE, &files) == 0)
        count = (unsigned)files.rlim_cur;
    return count;
}

void reconcile_descriptors(void)
{
    int saved = errno;

    recording->end_descriptors = descriptors_open();
    for (uint32_t fd = 0; fd < descriptor_high; fd++)
        if (descriptor_find((int)fd))
            reconcile_one((int)fd);
    errno = saved;
}
