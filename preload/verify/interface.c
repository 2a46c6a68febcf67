/*
 * interface.c - what the program itself may ask of the shim: see verify/timerleak_verify.h, by
 * which it does.
 */
#include <errno.h>
#include <pthread.h>

#include "core/clock.h"
#include "core/gate.h"
#include "core/thread.h"
#include "ledger/ledger.h"
#include "tables/descriptors.h"
#include "verify/left.h"
#include "verify/snapshot.h"
#include "verify/timerleak_verify.h"

/* What waits, and opens files, is no place for a thread to be cancelled in. */
struct quiet {
    int error, cancellation;
};

static struct quiet quiet_begin(void)
{
    struct quiet quiet = {.error = errno};

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &quiet.cancellation);
    return quiet;
}

static void quiet_end(const struct quiet *quiet)
{
    pthread_setcancelstate(quiet->cancellation, NULL);
    errno = quiet->error;
}

static void verify_mark(uint64_t *since, uint64_t *missed)
{
    *since = clock_mono();
    *missed = left_missed();
}

static enum timerleak_answer verify_check(uint64_t since, uint64_t missed, const char *ignore,
                                          int patience_ms, char *text, uint32_t text_size)
{
    struct quiet quiet = quiet_begin();
    enum timerleak_answer answer = left_check(since, missed, ignore, patience_ms, text, text_size);

    quiet_end(&quiet);
    return answer;
}

static void verify_ignore_begin(void)
{
    if (!thread.vforked)
        thread.ignoring++;
}

static void verify_ignore_end(void)
{
    if (!thread.vforked && thread.ignoring)
        thread.ignoring--;
}

static bool verify_tag(struct timer_ref ref, const char *owner)
{
    if (!owner || !timer_live(ref))
        return false;
    timer_named(ref, owner);
    return true;
}

static bool verify_tag_timerfd(int fd, const char *owner)
{
    return gate_open() && verify_tag(timer_ref_of(descriptor_find(fd)), owner);
}

static bool verify_tag_timer(void *timer, const char *owner)
{
    return gate_open() && verify_tag(timer_find(TLK_POSIX, (uint64_t)(uintptr_t)timer), owner);
}

static int verify_snapshot(const char *path)
{
    struct quiet quiet = quiet_begin();
    int result = snapshot_write(path);

    quiet_end(&quiet);
    return result;
}

__attribute__((visibility("default"))) const struct timerleak_interface timerleak_interface = {
    .size = sizeof(timerleak_interface),
    .mark = verify_mark,
    .check = verify_check,
    .ignore_begin = verify_ignore_begin,
    .ignore_end = verify_ignore_end,
    .tag_timerfd = verify_tag_timerfd,
    .tag_timer = verify_tag_timer,
    .snapshot = verify_snapshot,
};
