#include "verify/left.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"
#include "core/gate.h"
#include "ledger/expiry.h"
#include "tables/families.h"
#include "tables/regions.h"
#include "tables/slots.h"
#include "verify/ask.h"

#define PATIENCE_MS 1000
#define MS 1000000u

/* Where no timer was made yet there is no recording, or only that of the parent. */
static bool is_recorded(void)
{
    return __atomic_load_n(&gate->state, __ATOMIC_ACQUIRE) != GATE_SHUT && !thread.vforked;
}

uint64_t left_missed(void)
{
    static const enum tlk_drop drops[] = {TLK_DROP_FULL, TLK_DROP_BUSY, TLK_DROP_LOCK};
    static const enum tlk_omission omissions[] = {TLK_OMIT_ASLEEP, TLK_OMIT_SAMPLED};
    uint64_t missed = 0;

    if (!gate_open())
        return 0;
    for (size_t i = 0; i < sizeof(drops) / sizeof(*drops); i++)
        missed += __atomic_load_n(&recording->dropped[drops[i]], __ATOMIC_RELAXED);
    for (size_t i = 0; i < sizeof(omissions) / sizeof(*omissions); i++)
        missed += __atomic_load_n(&recording->omitted[omissions[i]], __ATOMIC_RELAXED);
    return missed;
}

/* ---- counting ---- */

struct tally {
    uint64_t all, of[TLK_FAMILIES];
};

/* An interval timer, say, ends by expiring: there is nothing to release. */
static bool is_over(const struct tlk_timer *timer)
{
    return family_has(timer->family, TLK_FREE_AT_REST) && timer->flags & TLK_ARMED &&
           !timer->interval &&
           (timer->fired_now || expiry_check(timer, clock_coarse()) == EXPIRED_YES);
}

static void count_timer(struct tally *tally, uint32_t slot, uint64_t since)
{
    struct timer_ref ref = timer_ref_of(slot);
    struct tlk_timer timer;

    if (!timer_live(ref))
        return;
    timer = *timer_at(slot);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (!timer_live(ref) || timer.created < since || timer.flags & TLK_INHERITED ||
        timer.family >= TLK_FAMILIES || is_over(&timer))
        return;
    tally->all++;
    tally->of[timer.family]++;
}

static struct tally timers_count(uint64_t since)
{
    struct tally tally = {0};
    uint32_t used;

    if (!gate_open())
        return tally;
    used = __atomic_load_n(&recording->regions[TLK_TIMERS].used, __ATOMIC_ACQUIRE);
    for (uint32_t slot = 1; slot < used; slot++)
        count_timer(&tally, slot, since);
    return tally;
}

/* ---- words ---- */

struct words {
    char *text;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void words_say(struct words *words, const char *format,
                                                            ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(words->text + words->length, words->size - words->length, format, arguments);
    va_end(arguments);
    if (length > 0)
        words->length += (size_t)length;
    if (words->length >= words->size)
        words->length = words->size - 1;
}

/* Without stacks: how many of which kind. What the command said, if it said why, comes after. */
static void say_tally(struct words *words, const struct tally *tally, uint64_t since)
{
    const char *before = " (";

    words_say(words, "%" PRIu64 " timer%s left", tally->all, tally->all == 1 ? " is" : "s are");
    for (unsigned family = 1; family < TLK_FAMILIES; family++) {
        if (tally->of[family]) {
            words_say(words, "%s%" PRIu64 " %s", before, tally->of[family], families[family].name);
            before = ", ";
        }
    }
    words_say(words, ")\nwhose stacks this shows: timerleak left %" PRIu64 " %s\n", since,
              mapfile_path());
}

static enum timerleak_answer not_checked(struct words *words, const char *why)
{
    words_say(words, "not checked: %s", why);
    return TIMERLEAK_NOT_CHECKED;
}

static enum timerleak_answer nothing_found(struct words *words, uint64_t missed)
{
    if (recording && __atomic_load_n(&recording->asleep, __ATOMIC_RELAXED))
        return not_checked(words, "timerleak is asleep; wake it by: timerleak ctl PID on");
    if (families_left_out())
        return not_checked(words, "timerleak was told to record some families alone, by --families "
                                  "or TIMERLEAK_FAMILIES");
    if (left_missed() > missed)
        return not_checked(words, "timers were made that timerleak did not enter: it was asleep, "
                                  "took samples, or its recording was full");
    words_say(words, "no timers left");
    return TIMERLEAK_NONE_LEFT;
}

/* ---- looking ---- */

struct search {
    uint64_t since;
    const char *ignore;
    struct words words;
};

/* The command has symbols and rules. False when it says that nothing is left. */
static bool left_explain(struct search *search, const struct tally *tally)
{
    const char *named = secure_getenv("TIMERLEAK_COMMAND");
    char since[24], said[512];
    const char *argv[] = {
        named && *named ? named : "timerleak",
        "left",
        since,
        mapfile_path(),
        "--ignore",
        search->ignore,
        NULL,
    };
    struct words *words = &search->words;
    int status;

    if (!search->ignore)
        argv[4] = NULL;
    snprintf(since, sizeof(since), "%" PRIu64, search->since);
    status = ask(argv, words->text, words->size);
    if (status == 0 || status == 1)
        return status;
    snprintf(said, sizeof(said), "%s", words->text);
    say_tally(words, tally, search->since);
    if (status == ASK_NOT_FOUND)
        words_say(words, "%s was not found: put it into PATH, or its path into TIMERLEAK_COMMAND\n",
                  argv[0]);
    words_say(words, "%s", said);
    return true;
}

/* `last`: it won't be asked again. */
static bool left_look(struct search *search, bool last)
{
    struct tally tally = timers_count(search->since);

    if (!tally.all)
        return false;
    if (gate->sandboxed) {
        say_tally(&search->words, &tally, search->since);
        return true;
    }
    if (!last && !search->ignore)
        return true;
    return left_explain(search, &tally);
}

static bool wait_and_look(struct search *search, uint64_t patience)
{
    uint64_t end = clock_mono() + patience, now;
    bool last;

    for (uint64_t pause = MS;; pause *= 2) {
        struct timespec time;

        now = clock_mono();
        last = now >= end || gate->sandboxed;
        search->words.length = 0;
        if (!left_look(search, last))
            return false;
        if (last)
            return true;
        pause = pause < end - now ? pause : end - now;
        time = (struct timespec){(time_t)(pause / 1000 / MS), (long)(pause % (1000 * MS))};
        nanosleep(&time, NULL);
    }
}

enum timerleak_answer left_check(uint64_t since, uint64_t missed, const char *ignore,
                                 int patience_ms, char *text, uint32_t size)
{
    struct search search = {since, ignore, {text, size, 0}};
    uint64_t patience = patience_ms > 0 ? (uint64_t)patience_ms : patience_ms ? 0 : PATIENCE_MS;

    text[0] = '\0';
    if (!is_recorded())
        return not_checked(&search.words,
                           "timerleak is preloaded, but does not record this process: see "
                           "TIMERLEAK_EXE, --children and the room for recordings");
    if (wait_and_look(&search, patience * MS))
        return TIMERLEAK_LEFT;
    search.words.length = 0;
    return nothing_found(&search.words, missed);
}
