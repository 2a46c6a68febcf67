#include "trace/ledger.h"

#include "base/errors.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/replace.h"
#include "core/clock.h"     /* the shim's */
#include "tables/details.h" /* the shim's */
#include "trace/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_LOWEST (-32)          /* of those of processes and threads only the sign is told */
#define REFERENCES_MOST 255         /* so many or more: no longer counted */
#define DESCRIPTORS_MOST (1u << 20) /* numbers that are told apart */

/* What a timer's record does not hold. */
struct held {
    uint64_t key;
    int64_t ahead; /* what the clock of its deadline is ahead of CLOCK_MONOTONIC */
};

struct ledger {
    struct catalog catalog;
    struct held *held; /* by slot */
    size_t held_room;
    struct index timers;   /* slots, by family and key */
    uint32_t free_slot;    /* the first of those free, linked in the place of ids ... */
    uint32_t free_from;    /* ... and from here on are some that nobody has looked at */
    uint32_t free_extra;   /* the same, in the place of threads */
    uint32_t *descriptors; /* slots, by number */
    uint32_t descriptor_room;
    bool used, changed;
};

/* ---- records ---- */

static struct tlk_header *header_of(struct ledger *ledger)
{
    return &ledger->catalog.writer.header;
}

static uint32_t slots_used(const struct ledger *ledger)
{
    return ledger->catalog.writer.header.regions[TLK_TIMERS].used;
}

static bool family_has(const struct ledger *ledger, uint32_t family, uint32_t traits)
{
    return ledger->catalog.writer.header.families[family].traits & traits;
}

static struct tlk_timer *timer_at(const struct ledger *ledger, uint32_t slot)
{
    return writer_at(&ledger->catalog.writer, TLK_TIMERS, slot);
}

static bool by_descriptor(const struct ledger *ledger, const struct tlk_timer *timer)
{
    return family_has(ledger, timer->family, TLK_BY_DESCRIPTOR);
}

static void drop(struct ledger *ledger, enum tlk_drop what)
{
    header_of(ledger)->dropped[what]++;
}

static struct tlk_extra *extra_at(const struct ledger *ledger, uint32_t index)
{
    return writer_at(&ledger->catalog.writer, TLK_EXTRAS, index);
}

static struct tlk_extra *extra_of(const struct ledger *ledger, const struct tlk_timer *timer)
{
    return timer->thread & TLK_EXTRA ? extra_at(ledger, timer->thread & (TLK_EXTRA - 1)) : NULL;
}

static struct tlk_extra *extra_need(struct ledger *ledger, struct tlk_timer *timer)
{
    struct tlk_extra *extra = extra_of(ledger, timer);
    uint32_t index = ledger->free_extra;
    if (extra)
        return extra;
    if (index) {
        extra = extra_at(ledger, index);
        ledger->free_extra = extra->thread;
    } else {
        extra = writer_take(&ledger->catalog.writer, TLK_EXTRAS, 1, &index);
    }
    if (!extra || index >= TLK_EXTRA) {
        drop(ledger, TLK_DROP_DETAIL);
        return NULL;
    }
    *extra = (struct tlk_extra){.thread = timer->thread};
    timer->thread = (TLK_EXTRA | index) & (2 * TLK_EXTRA - 1);
    return extra;
}

static void extra_give(struct ledger *ledger, const struct tlk_timer *timer)
{
    struct tlk_extra *extra = extra_of(ledger, timer);
    if (extra) {
        extra->thread = ledger->free_extra;
        ledger->free_extra = timer->thread & (TLK_EXTRA - 1);
    }
}

/* ---- slots ---- */

static bool slot_make(struct ledger *ledger)
{
    uint32_t slot;
    if (!writer_take(&ledger->catalog.writer, TLK_TIMERS, 1, &slot))
        return false;
    if (slot >= ledger->held_room) {
        ledger->held_room = slot < 64 ? 128 : 2 * (size_t)slot;
        ledger->held = memory_resize(ledger->held, ledger->held_room, sizeof(*ledger->held));
    }
    return true;
}

static uint32_t slot_take(struct ledger *ledger)
{
    uint32_t slot = ledger->free_slot;
    if (slot) {
        ledger->free_slot = (uint32_t)timer_at(ledger, slot)->id;
        return slot;
    }
    while (ledger->free_from < slots_used(ledger)) {
        slot = ledger->free_from++;
        if (timer_at(ledger, slot)->state == TLK_FREE)
            return slot;
    }
    return slot_make(ledger) ? ledger->free_from++ : 0;
}

/* A certain one, where none was taken yet but in this way. */
static bool slot_take_this(struct ledger *ledger, uint32_t slot)
{
    while (slots_used(ledger) <= slot) {
        if (!slot_make(ledger))
            return false;
    }
    return slot >= ledger->free_from && timer_at(ledger, slot)->state == TLK_FREE;
}

static void slot_give(struct ledger *ledger, uint32_t slot)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    timer->tag = TLK_TAG(TLK_FREE, timer->generation);
    if (slot >= ledger->free_from)
        return;
    timer->id = ledger->free_slot;
    ledger->free_slot = slot;
}

/* ---- names ---- */

struct name {
    uint64_t key, family;
};

static uint64_t name_hash(const struct name *name)
{
    return hash_key(name, sizeof(*name));
}

static bool same_name(const void *key, const void *array, uint32_t slot)
{
    const struct ledger *ledger = array;
    const struct name *name = key;
    return ledger->held[slot].key == name->key && timer_at(ledger, slot)->family == name->family;
}

/* 0: there is none. */
static uint32_t timer_find(const struct ledger *ledger, uint32_t family, uint64_t key)
{
    const struct name name = {key, family};
    uint32_t slot = index_find(&ledger->timers, name_hash(&name), &name, ledger, same_name);
    return slot == INDEX_NONE ? 0 : slot;
}

bool ledger_knows(const struct ledger *ledger, uint32_t family, uint64_t key)
{
    return timer_find(ledger, family, key);
}

static uint32_t descriptor_find(const struct ledger *ledger, int fd)
{
    return (uint32_t)fd < ledger->descriptor_room ? ledger->descriptors[fd] : 0;
}

static void descriptor_set(struct ledger *ledger, int fd, uint32_t slot)
{
    uint32_t room = ledger->descriptor_room;
    if ((uint32_t)fd >= room) {
        uint32_t wanted = (uint32_t)fd < 64 ? 64 : 2 * (uint32_t)fd;
        ledger->descriptors =
            memory_resize(ledger->descriptors, wanted, sizeof(*ledger->descriptors));
        memset(ledger->descriptors + room, 0, (wanted - room) * sizeof(*ledger->descriptors));
        ledger->descriptor_room = wanted;
    }
    ledger->descriptors[fd] = slot;
}

/* ---- times ---- */

static uint32_t moment(struct ledger *ledger, uint64_t now)
{
    uint64_t start = header_of(ledger)->start_mono;
    return TLK_TOUCHED(now > start ? now - start : 0);
}

/* Expirations, of all armings and of the last. */
struct fires {
    uint64_t all, now;
};

static struct fires fires_of(const struct ledger *ledger, const struct tlk_timer *timer)
{
    const struct tlk_extra *extra = extra_of(ledger, timer);
    struct fires fires = {timer->fired, timer->fired_now};
    if (extra) {
        fires.all += (uint64_t)extra->fired_high << 32;
        fires.now += (uint64_t)extra->fired_now_high << 32;
    }
    return fires;
}

static void fires_set(struct ledger *ledger, struct tlk_timer *timer, struct fires fires)
{
    struct tlk_extra *extra =
        (fires.all | fires.now) >> 32 ? extra_need(ledger, timer) : extra_of(ledger, timer);
    timer->fired = (uint32_t)fires.all;
    timer->fired_now = (uint32_t)fires.now;
    if (extra) {
        extra->fired_high = (uint32_t)(fires.all >> 32);
        extra->fired_now_high = (uint32_t)(fires.now >> 32);
    }
}

/* Of armings that have ended. */
static void fires_add(struct ledger *ledger, struct tlk_timer *timer, uint64_t expirations)
{
    struct fires fires = fires_of(ledger, timer);
    fires.all += expirations;
    fires_set(ledger, timer, fires);
}

/* How long ago, by CLOCK_MONOTONIC, its first deadline was; below 0: it is to come. */
static __int128 since_deadline(const struct ledger *ledger, uint32_t slot, uint64_t now)
{
    return (__int128)now + ledger->held[slot].ahead - timer_at(ledger, slot)->deadline;
}

/* How often it has expired since it was armed, by a clock that can be told. */
static uint64_t expirations_due(const struct ledger *ledger, uint32_t slot, uint64_t now)
{
    uint64_t interval = timer_at(ledger, slot)->interval;
    __int128 since = since_deadline(ledger, slot, now);
    if (since < 0)
        return 0;
    return interval ? (uint64_t)since / interval + 1 : 1;
}

/* Whether more is due than was seen; `*known` is false where only the program knows. */
static bool expired(const struct ledger *ledger, uint32_t slot, uint64_t now, bool *known)
{
    const struct tlk_timer *timer = timer_at(ledger, slot);
    *known = timer->deadline_clock >= 0;
    return *known && expirations_due(ledger, slot, now) > fires_of(ledger, timer).now;
}

static void deadline_set(struct ledger *ledger, uint32_t slot, const struct ledger_arming *arming)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    struct held *held = &ledger->held[slot];
    const struct tlk_header *header = header_of(ledger);
    timer->armed_at = arming->now;
    timer->deadline_clock = (int8_t)clock_readable(timer->clock);
    timer->deadline = arming->value > INT64_MAX ? INT64_MAX : (int64_t)arming->value;
    held->ahead = timer->deadline_clock == CLOCK_MONOTONIC ? 0 : arming->clock_offset;
    if (arming->absolute || (timer->deadline_clock < 0 && timer->clock != CLOCK_UNKNOWN))
        return;
    /* A wait for a length of time does not care what the wall clock is set to meanwhile. */
    if (timer->deadline_clock != CLOCK_BOOTTIME) {
        timer->deadline_clock = CLOCK_MONOTONIC;
        held->ahead = 0;
    } else if (!held->ahead) {
        held->ahead = (int64_t)(header->start_boot - header->start_mono);
    }
    __int128 deadline = (__int128)arming->now + held->ahead + timer->deadline;
    timer->deadline = deadline > INT64_MAX ? INT64_MAX : (int64_t)deadline;
}

/* ---- what armings come to: as in the shim's ledger ---- */

/* What the kernel was doing, as it told or by the deadline. */
struct account {
    bool known;
    bool running; /* it had time left */
};

static struct account account_of(const struct ledger *ledger, uint32_t slot, bool told, bool ran,
                                 uint64_t now)
{
    const struct tlk_timer *timer = timer_at(ledger, slot);
    bool known, over;
    if (told)
        return (struct account){true, ran};
    if (!(timer->flags & TLK_ARMED) || (!timer->interval && timer->fired_now))
        return (struct account){true, false};
    if (timer->interval)
        return (struct account){true, true};
    over = expired(ledger, slot, now, &known);
    return (struct account){known, known && !over};
}

/* A child has armed it never yet: it is its parent's arming, with expirations for that to count. */
static bool arming_is_parents(const struct ledger *ledger, const struct tlk_timer *timer)
{
    return timer->armed == 0 && by_descriptor(ledger, timer);
}

static void count_unknown(struct ledger *ledger, struct tlk_timer *timer)
{
    struct tlk_extra *extra = extra_need(ledger, timer);
    if (extra)
        extra->fired_unknown++;
}

static void settle_one_shot(struct ledger *ledger, struct tlk_timer *timer, struct account account,
                            bool stopping)
{
    bool parents = arming_is_parents(ledger, timer);
    if (timer->fired_now)
        return;
    if (account.known && account.running)
        timer->stopped += stopping;
    else if (parents)
        return;
    /* It may have been caught between expiring and calling back. */
    else if (!account.known || timer->flags & TLK_EXACT_FIRES)
        count_unknown(ledger, timer);
    else
        fires_add(ledger, timer, 1);
}

static void settle_periodic(struct ledger *ledger, uint32_t slot, bool stopping, uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    uint64_t seen = fires_of(ledger, timer).now;
    bool known, more = expired(ledger, slot, now, &known);
    timer->stopped += stopping;
    if (timer->flags & TLK_EXACT_FIRES || arming_is_parents(ledger, timer))
        return;
    if (!known && !seen)
        count_unknown(ledger, timer);
    else if (more) /* unread, it expires once and then rests: one, however long ago */
        fires_add(ledger, timer,
                  by_descriptor(ledger, timer) ? 1 : expirations_due(ledger, slot, now) - seen);
}

static void settle(struct ledger *ledger, uint32_t slot, struct account account, bool stopping,
                   uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    if (!(timer->flags & TLK_ARMED))
        return;
    timer->flags &= (uint16_t)~TLK_ARMED;
    if (timer->interval)
        settle_periodic(ledger, slot, stopping, now);
    else
        settle_one_shot(ledger, timer, account, stopping);
}

/* ---- being born and leaving ---- */

static void leave(struct ledger *ledger, uint32_t slot, uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    struct tlk_site *site = catalog_site_at(&ledger->catalog, timer->site);
    const struct tlk_extra *extra;
    settle(ledger, slot, account_of(ledger, slot, false, false, now), true, now);
    extra = extra_of(ledger, timer);
    site->armed += timer->armed;
    site->fired += fires_of(ledger, timer).all;
    site->stopped += timer->stopped;
    site->fired_unknown += extra ? extra->fired_unknown : 0;
    catalog_released(&ledger->catalog, timer->site, now > timer->created ? now - timer->created : 0,
                     now);
    extra_give(ledger, timer);
    const struct name name = {ledger->held[slot].key, timer->family};
    index_remove(&ledger->timers, name_hash(&name), slot);
    slot_give(ledger, slot);
    ledger->changed = true;
}

/* Whatever numbers stood for it stand for it no more. */
static void descriptors_forget(struct ledger *ledger, uint32_t slot)
{
    const struct tlk_timer *timer = timer_at(ledger, slot);
    if (timer->references <= 1) {
        if (descriptor_find(ledger, (int)timer->id) == slot)
            ledger->descriptors[timer->id] = 0;
        return;
    }
    for (uint32_t fd = 0; fd < ledger->descriptor_room; fd++) {
        if (ledger->descriptors[fd] == slot)
            ledger->descriptors[fd] = 0;
    }
}

static void release(struct ledger *ledger, uint32_t slot, uint64_t now)
{
    if (by_descriptor(ledger, timer_at(ledger, slot)))
        descriptors_forget(ledger, slot);
    leave(ledger, slot, now);
}

static void unshare(struct ledger *ledger, uint32_t slot, int fd, uint64_t now);

/* What had the number before has lost it unseen. */
static void descriptor_put(struct ledger *ledger, int fd, uint32_t slot, uint64_t now)
{
    uint32_t before = descriptor_find(ledger, fd);
    if ((uint32_t)fd >= DESCRIPTORS_MOST) {
        drop(ledger, TLK_DROP_FD_RANGE);
        return;
    }
    if ((uint32_t)fd >= header_of(ledger)->descriptors_seen)
        header_of(ledger)->descriptors_seen = (uint32_t)fd + 1;
    if (before == slot)
        return;
    descriptor_set(ledger, fd, slot);
    if (before)
        unshare(ledger, before, fd, now);
}

/* Makes a filled record live. */
static void enter(struct ledger *ledger, uint32_t slot, uint64_t key, bool inherited, uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    const struct name name = {key, timer->family};
    timer->state = TLK_LIVE;
    ledger->held[slot].key = key;
    index_add(&ledger->timers, name_hash(&name), slot);
    catalog_created(&ledger->catalog, timer->site, inherited, now);
    if (by_descriptor(ledger, timer))
        descriptor_put(ledger, (int)timer->id, slot, now);
    ledger->used = ledger->changed = true;
}

static void timer_fill(struct ledger *ledger, uint32_t slot, const struct ledger_birth *birth,
                       uint32_t site)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    uint32_t exact = family_has(ledger, birth->family, TLK_FIRES_TOLD) ? TLK_EXACT_FIRES : 0;
    uint32_t generation = timer->generation + 1;
    *timer = (struct tlk_timer){
        .generation = generation & TLK_GENERATION_MOST,
        .flags = (birth->flags | exact) & 2047,
        .family = birth->family & (TLK_FAMILIES - 1),
        .deadline_clock = (int8_t)clock_readable(birth->clock),
        .clock = (int8_t)(birth->clock > CLOCK_LOWEST ? birth->clock : CLOCK_LOWEST),
        .notify = birth->notify & 3,
        .id = birth->id,
        .created = birth->now,
        .site = site & (TLK_SITES_MOST - 1),
        .references = 1,
        .thread = birth->thread & (TLK_EXTRA - 1),
        .signal = (uint8_t)birth->signal,
    };
    ledger->held[slot].ahead = 0;
    bool told = birth->retained && !family_has(ledger, birth->family, TLK_BY_DESCRIPTOR) &&
                birth->notify != TLK_NOTIFY_THREAD;
    struct tlk_extra *extra = told ? extra_need(ledger, timer) : NULL;
    if (extra)
        extra->retained = birth->retained < UINT32_MAX ? (uint32_t)birth->retained : UINT32_MAX;
}

void ledger_created(struct ledger *ledger, const struct ledger_birth *birth)
{
    uint32_t former = timer_find(ledger, birth->family, birth->key), site = birth->site;
    if (former)
        release(ledger, former, birth->now);
    uint32_t slot = catalog_site_check(&ledger->catalog, &site) ? slot_take(ledger) : 0;
    ledger->changed = true;
    if (!slot) {
        drop(ledger, TLK_DROP_FULL);
        return;
    }
    timer_fill(ledger, slot, birth, site);
    enter(ledger, slot, birth->key, birth->flags & TLK_INHERITED, birth->now);
}

void ledger_failed(struct ledger *ledger, uint32_t site, int error, uint64_t now)
{
    enum tlk_failure failure;
    if (!failure_of(error, &failure) || !catalog_site_check(&ledger->catalog, &site))
        return;
    catalog_failed(&ledger->catalog, site, failure, now);
    ledger->used = ledger->changed = true;
}

void ledger_released(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t now)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (slot)
        release(ledger, slot, now);
}

/* ---- what is done with timers, and what they do ---- */

static void fire(struct ledger *ledger, struct tlk_timer *timer, uint64_t expirations)
{
    struct fires fires = fires_of(ledger, timer);
    /* Received in the instant in which it expired, it showed neither a time nor an expiration. */
    if (timer->flags & TLK_RECEIVED && timer->armed == 0)
        timer->armed = 1;
    if (!timer->interval) /* once an arming, whoever tells: the kernel's account, or a read */
        expirations = fires.now == 0;
    fires.all += expirations;
    fires.now += expirations;
    fires_set(ledger, timer, fires);
    ledger->changed = true;
}

void ledger_fired(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t expirations,
                  uint64_t now)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (!slot)
        return;
    fire(ledger, timer_at(ledger, slot), expirations);
    timer_at(ledger, slot)->seen = moment(ledger, now);
}

void ledger_unread(struct ledger *ledger, uint32_t family, uint64_t key, uint64_t expirations)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (!slot)
        return;
    fire(ledger, timer_at(ledger, slot), expirations);
    timer_at(ledger, slot)->flags |= TLK_UNREAD;
}

void ledger_left_behind(struct ledger *ledger, uint32_t family, uint64_t key)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (slot)
        timer_at(ledger, slot)->flags |= TLK_LEFT_BEHIND;
}

static void armed(struct ledger *ledger, uint32_t slot, const struct ledger_arming *arming)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    struct account before = account_of(ledger, slot, arming->asked, arming->ran, arming->now);
    if (!arming->inherited)
        timer->touched = moment(ledger, arming->now);
    settle(ledger, slot, before, arming->value == 0, arming->now);
    ledger->changed = true;
    if (!arming->value)
        return;
    timer->interval = arming->interval;
    fires_set(ledger, timer, (struct fires){fires_of(ledger, timer).all, 0});
    deadline_set(ledger, slot, arming);
    timer->armed += !arming->inherited && timer->armed != UINT32_MAX;
    timer->setter = arming->setter;
    timer->flags |= TLK_ARMED;
}

void ledger_armed(struct ledger *ledger, uint32_t family, uint64_t key,
                  const struct ledger_arming *arming)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (slot)
        armed(ledger, slot, arming);
}

static void accounted(struct ledger *ledger, uint32_t slot, struct account account, uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    timer->touched = moment(ledger, now);
    ledger->changed = true;
    if (!account.known || account.running || !(timer->flags & TLK_ARMED) || timer->interval ||
        timer->fired_now || timer->flags & TLK_EXACT_FIRES)
        return;
    fire(ledger, timer, 1);
    timer->seen = timer->touched;
}

void ledger_asked(struct ledger *ledger, uint32_t family, uint64_t key, bool told, bool ran,
                  uint64_t now)
{
    uint32_t slot = timer_find(ledger, family, key);
    if (slot)
        accounted(ledger, slot, (struct account){told, ran}, now);
}

void ledger_process_armed(struct ledger *ledger, const struct ledger_birth *birth,
                          const struct ledger_arming *arming)
{
    uint32_t slot = timer_find(ledger, birth->family, birth->key);
    struct account before = {false, false};
    if (slot)
        before = account_of(ledger, slot, arming->asked, arming->ran, arming->now);
    if (slot && (!before.running || !arming->value)) {
        if (before.running)
            armed(ledger, slot, arming);
        else
            accounted(ledger, slot, before, arming->now);
        release(ledger, slot, arming->now);
        slot = 0;
    }
    if (!slot && arming->value)
        ledger_created(ledger, birth);
    ledger_armed(ledger, birth->family, birth->key, arming);
}

/* ---- descriptors that share a timer ---- */

static void duplicate_add(struct tlk_extra *extra, int copy)
{
    unsigned i = 0;
    while (i < TLK_DUPLICATES && extra->duplicates[i])
        i++;
    if (i < TLK_DUPLICATES && copy < UINT16_MAX)
        extra->duplicates[i] = (uint16_t)(copy + 1);
}

static void duplicate_remove(struct ledger *ledger, const struct tlk_timer *timer, int fd)
{
    struct tlk_extra *extra = extra_of(ledger, timer);
    for (unsigned i = 0; extra && i < TLK_DUPLICATES; i++) {
        if (extra->duplicates[i] == fd + 1)
            extra->duplicates[i] = 0;
    }
}

/* Some number that stands for it: first one of those that it is known to have. */
static int descriptor_of(const struct ledger *ledger, uint32_t slot)
{
    const struct tlk_extra *extra = extra_of(ledger, timer_at(ledger, slot));
    for (unsigned i = 0; extra && i < TLK_DUPLICATES; i++) {
        if (extra->duplicates[i] && descriptor_find(ledger, extra->duplicates[i] - 1) == slot)
            return extra->duplicates[i] - 1;
    }
    for (uint32_t fd = 0; fd < ledger->descriptor_room; fd++) {
        if (ledger->descriptors[fd] == slot)
            return (int)fd;
    }
    return -1;
}

static void renumber(struct ledger *ledger, uint32_t slot)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    int other = descriptor_of(ledger, slot);
    duplicate_remove(ledger, timer, other);
    timer->id = (uint64_t)other;
    timer->flags |= TLK_ORIGINAL_CLOSED;
}

/* `fd` stands for something else now, or for nothing. */
static void unshare(struct ledger *ledger, uint32_t slot, int fd, uint64_t now)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    ledger->changed = true;
    if (timer->references == REFERENCES_MOST)
        return;
    if (--timer->references == 0)
        leave(ledger, slot, now);
    else if (timer->id == (uint64_t)fd)
        renumber(ledger, slot);
    else
        duplicate_remove(ledger, timer, fd);
}

void ledger_shared(struct ledger *ledger, uint64_t key, int fd, uint64_t duplicator, uint64_t now)
{
    uint32_t slot = timer_find(ledger, TLK_TIMERFD, key);
    if (!slot || descriptor_find(ledger, fd) == slot)
        return;
    struct tlk_timer *timer = timer_at(ledger, slot);
    struct tlk_extra *extra = extra_need(ledger, timer);
    if (extra && duplicator)
        extra->duplicator = duplicator;
    if (extra)
        duplicate_add(extra, fd);
    timer->references += timer->references != REFERENCES_MOST;
    descriptor_put(ledger, fd, slot, now);
    ledger->changed = true;
}

void ledger_unshared(struct ledger *ledger, uint64_t key, int fd, uint64_t now)
{
    uint32_t slot = timer_find(ledger, TLK_TIMERFD, key);
    bool beyond = (uint32_t)fd >= DESCRIPTORS_MOST;
    if (!slot || (!beyond && descriptor_find(ledger, fd) != slot))
        return;
    if (!beyond)
        ledger->descriptors[fd] = 0;
    unshare(ledger, slot, fd, now);
}

/* ---- the process ---- */

/* Its arguments, one after the other, as in /proc/PID/cmdline. */
static void arguments_describe(struct ledger *ledger, const char *const *arguments)
{
    struct tlk_header *header = header_of(ledger);
    char command[TLK_COMMAND_SIZE] = "", *to;
    size_t size = 0;
    for (; *arguments && size < sizeof(command); arguments++, header->argc++) {
        size_t length = strnlen(*arguments, sizeof(command) - size - 1);
        memcpy(command + size, *arguments, length);
        size += length + 1;
    }
    to = writer_take(&ledger->catalog.writer, TLK_STRINGS, (uint32_t)size, &header->argv);
    if (to)
        memcpy(to, command, size);
}

static void process_describe(struct ledger *ledger, const struct ledger_process *process)
{
    struct tlk_header *header = header_of(ledger);
    header->session = process->session;
    header->pid = process->pid;
    header->ppid = process->parent;
    header->start_ticks = process->start_ticks;
    header->start_mono = process->start_mono;
    header->start_real = process->start_real;
    header->start_boot = process->start_boot;
    header->nofile_soft = process->nofile_soft;
    header->nofile_hard = process->nofile_hard;
    header->sigpending_soft = process->sigpending_soft;
    header->sigpending_hard = process->sigpending_hard;
    header->forked = process->forked;
    header->unwinder = TLK_UNWINDER_ELFUTILS;
    header->exe = catalog_string(&ledger->catalog, process->exe);
    arguments_describe(ledger, process->arguments);
}

struct ledger *ledger_new(const struct ledger_process *process)
{
    struct ledger *ledger = memory_new(1, sizeof(*ledger));
    catalog_begin(&ledger->catalog);
    header_of(ledger)->family_count = TLK_GOTIME; /* nobody sees its timers from here */
    ledger->free_from = 1;
    process_describe(ledger, process);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    catalog_end(&ledger->catalog);
    index_free(&ledger->timers);
    free(ledger->held);
    free(ledger->descriptors);
    free(ledger);
}

uint32_t ledger_module(struct ledger *ledger, const struct tlk_module *module, const char *path)
{
    return catalog_module(&ledger->catalog, module, path);
}

uint32_t ledger_family(struct ledger *ledger, const char *name, uint32_t traits)
{
    return catalog_family(&ledger->catalog, name, traits);
}

uint32_t ledger_site(struct ledger *ledger, const struct ledger_place *place)
{
    const struct tlk_site wanted = {
        .family = (uint8_t)place->family,
        .depth = (uint8_t)(place->depth < TLK_MAX_DEPTH ? place->depth : TLK_MAX_DEPTH),
        .flags = (uint8_t)(place->flags | (place->depth > TLK_MAX_DEPTH ? TLK_SITE_TRUNCATED : 0)),
        .function = catalog_string(&ledger->catalog, place->function),
        .kind = place->kind ? catalog_string(&ledger->catalog, place->kind) : 0,
    };
    return catalog_site(&ledger->catalog, &wanted, place->frames);
}

/* ---- what is handed on ---- */

/* It goes by the same slot as in the parent, which is how the same timer is known again. */
static uint32_t inherit_over_fork(struct ledger *ledger, const struct ledger *from, uint32_t slot)
{
    const struct tlk_timer *original = timer_at(from, slot);
    const struct tlk_extra *had = extra_of(from, original);
    uint32_t site = catalog_site_of(&ledger->catalog, &from->catalog, original->site);
    if (!catalog_site_check(&ledger->catalog, &site))
        return 0;
    uint32_t own = slot_take_this(ledger, slot) ? slot : slot_take(ledger);
    if (!own)
        return 0;
    struct tlk_timer *timer = timer_at(ledger, own);
    *timer = *original;
    timer->site = site & (TLK_SITES_MOST - 1);
    timer->setter = catalog_frame_of(&ledger->catalog, &from->catalog, original->setter);
    timer->armed = timer->stopped = timer->touched = timer->fired = timer->seen = 0;
    timer->thread = had ? had->thread & (TLK_EXTRA - 1) : timer->thread;
    struct tlk_extra *extra = had ? extra_need(ledger, timer) : NULL;
    if (extra) {
        extra->fired_now_high = had->fired_now_high;
        extra->duplicator = catalog_frame_of(&ledger->catalog, &from->catalog, had->duplicator);
    }
    return own;
}

/* The program is another, and so are its modules and its sites. */
static uint32_t inherit_over_exec(struct ledger *ledger, const struct ledger *from, uint32_t slot,
                                  uint64_t now)
{
    const struct tlk_timer *original = timer_at(from, slot);
    const struct ledger_place place = {.family = original->family, .function = "execve"};
    const struct ledger_birth birth = {
        .family = original->family,
        .id = original->id,
        .clock = original->clock,
        .notify = original->notify,
        .signal = original->signal,
        .now = now,
    };
    uint32_t site = ledger_site(ledger, &place);
    uint32_t own = catalog_site_check(&ledger->catalog, &site) ? slot_take(ledger) : 0;
    if (!own)
        return 0;
    timer_fill(ledger, own, &birth, site);
    struct tlk_timer *timer = timer_at(ledger, own);
    timer->armed_at = original->armed_at;
    timer->deadline_clock = original->deadline_clock;
    timer->interval = original->interval;
    /* Of the first expiration that nobody has seen. */
    __int128 deadline =
        original->deadline + (__int128)fires_of(from, original).now * (__int128)original->interval;
    timer->deadline = deadline > INT64_MAX ? INT64_MAX : (int64_t)deadline;
    bool unseen = original->interval || !original->fired_now;
    timer->flags |= unseen ? original->flags & TLK_ARMED : 0;
    return own;
}

static uint32_t inherit(struct ledger *ledger, const struct ledger *from, uint32_t slot,
                        uint64_t id, uint32_t flags, uint64_t now)
{
    uint32_t own = header_of(ledger)->forked ? inherit_over_fork(ledger, from, slot)
                                             : inherit_over_exec(ledger, from, slot, now);
    if (!own) {
        drop(ledger, TLK_DROP_FULL);
        return 0;
    }
    struct tlk_timer *timer = timer_at(ledger, own);
    timer->flags |= (flags | TLK_INHERITED) & 2047;
    timer->id = id;
    timer->references = 1;
    ledger->held[own].ahead = from->held[slot].ahead;
    enter(ledger, own, from->held[slot].key, true, now);
    return own;
}

/* It goes by the number that it had, if it still has that. */
static void number_as_before(struct ledger *ledger, uint32_t slot, int fd)
{
    struct tlk_timer *timer = timer_at(ledger, slot);
    struct tlk_extra *extra = extra_of(ledger, timer);
    duplicate_remove(ledger, timer, fd);
    if (extra)
        duplicate_add(extra, (int)timer->id);
    timer->id = (uint64_t)fd;
}

void ledger_inherited(struct ledger *ledger, const struct ledger *from, uint64_t key, int fd,
                      uint32_t flags, uint64_t now)
{
    uint32_t original = timer_find(from, TLK_TIMERFD, key);
    uint32_t slot = timer_find(ledger, TLK_TIMERFD, key);
    if (slot) {
        ledger_shared(ledger, key, fd, 0, now);
        if (original && timer_at(from, original)->id == (uint64_t)fd)
            number_as_before(ledger, slot, fd);
    } else if (original) {
        inherit(ledger, from, original, (uint64_t)fd, flags, now);
    }
}

void ledger_process_inherited(struct ledger *ledger, const struct ledger *from, uint64_t now)
{
    for (uint32_t slot = 1; slot < slots_used(from); slot++) {
        const struct tlk_timer *timer = timer_at(from, slot);
        if (timer->state != TLK_LIVE || !family_has(from, timer->family, TLK_OF_PROCESS))
            continue;
        struct account account = account_of(from, slot, false, false, now);
        if (account.running || !account.known)
            inherit(ledger, from, slot, timer->id, 0, now);
    }
}

/* ---- what is written ---- */

void ledger_ended(struct ledger *ledger, enum tlk_end how, int status, uint64_t mono, uint64_t real,
                  uint64_t boot, uint32_t descriptors)
{
    struct tlk_header *header = header_of(ledger);
    header->end = how;
    header->end_status = status;
    header->end_mono = mono;
    header->end_real = real;
    header->end_boot = boot;
    header->end_descriptors = descriptors;
    ledger->changed = true;
}

void ledger_dropped(struct ledger *ledger, enum tlk_drop what, uint64_t count)
{
    header_of(ledger)->dropped[what] += count;
    ledger->changed |= count > 0;
    ledger->used |= count > 0;
}

bool ledger_used(const struct ledger *ledger)
{
    return ledger->used;
}

bool ledger_changed(const struct ledger *ledger)
{
    return ledger->changed;
}

/* A copy of while it runs: all clocks went on alike since its start, as far as can be told. */
static void copy_stamp(struct tlk_header *header, uint64_t now)
{
    uint64_t since = now > header->start_mono ? now - header->start_mono : 0;
    header->copied = 1;
    header->end_mono = header->start_mono + since;
    header->end_real = header->start_real + since;
    header->end_boot = header->start_boot + since;
}

static bool recording_write(const struct ledger *ledger, const char *path)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, REPLACE_PRIVATE))
        return false;
    replacement.fleeting = true; /* there is another soon, for each of many processes */
    if (writer_write(&ledger->catalog.writer, replacement.to))
        return replace_end(&replacement);
    int error = errno;
    replace_abandon(&replacement);
    errno = error;
    return false;
}

bool ledger_write(struct ledger *ledger, const char *path, bool copied, uint64_t now)
{
    struct tlk_header *header = header_of(ledger);
    const struct tlk_header running = *header;
    if (copied)
        copy_stamp(header, now);
    bool written = recording_write(ledger, path);
    *header = running;
    if (!written)
        complain("%s could not be written: %s", path, strerror(errno));
    ledger->changed &= !written;
    return written;
}
