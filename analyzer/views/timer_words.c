#include "views/timer_words.h"

#include "base/numbers.h"
#include "base/proc.h"
#include "profile/families.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static int compare_descriptors(const void *left, const void *right)
{
    return compare_numbers(*(const uint64_t *)left, *(const uint64_t *)right);
}

/* "fd 5,7,9", and "+" where there are more than are known. */
static struct text descriptors_of(const struct timer_record *record)
{
    struct text text;
    uint64_t numbers[1 + TLK_DUPLICATES] = {record->id}, count = 1;
    for (size_t i = 0; i < TLK_DUPLICATES; i++) {
        if (record->duplicates[i] > 0)
            numbers[count++] = record->duplicates[i] - 1u;
    }
    qsort(numbers, count, sizeof(*numbers), compare_descriptors);
    size_t length = (size_t)snprintf(text.s, sizeof(text.s), "fd %" PRIu64, numbers[0]);
    for (size_t i = 1; i < count; i++)
        length +=
            (size_t)snprintf(text.s + length, sizeof(text.s) - length, ",%" PRIu64, numbers[i]);
    if (record->references > count)
        snprintf(text.s + length, sizeof(text.s) - length, "+");
    return text;
}

struct text timer_identity(uint64_t family, uint64_t id)
{
    static const char *const itimers[] = {
        [ITIMER_REAL] = "real", [ITIMER_VIRTUAL] = "virtual", [ITIMER_PROF] = "prof"};
    struct text text;
    if (family_has(family, TLK_BY_DESCRIPTOR))
        snprintf(text.s, sizeof(text.s), "fd %" PRIu64, id);
    else if (family_has(family, TLK_OF_PROCESS) && id <= ITIMER_PROF)
        snprintf(text.s, sizeof(text.s), "%s", itimers[id]);
    else
        /* The C library's own handles, for SIGEV_THREAD, are pointers in disguise. */
        snprintf(text.s, sizeof(text.s), id > UINT32_MAX ? "%#" PRIx64 : "id %" PRIu64, id);
    return text;
}

struct text timer_handles(const struct timer_record *record)
{
    if (family_has(record->family, TLK_BY_DESCRIPTOR))
        return descriptors_of(record);
    if (!record->id && !record->references) /* of event_base_once(): the program has no handle */
        return (struct text){"-"};
    return timer_identity(record->family, record->id);
}

struct text timer_deadline(const struct live_timer *timer)
{
    const struct judgement *judgement = &timer->judgement;
    struct text text;
    int64_t next = judgement->next;
    uint64_t distance = next < 0 ? -(uint64_t)next : (uint64_t)next;
    if (!judgement->due_known)
        snprintf(text.s, sizeof(text.s), judgement->armed ? "?" : "-");
    else
        snprintf(text.s, sizeof(text.s), next < 0 ? "%.20s ago" : "in %.20s",
                 text_duration(distance).s);
    return text;
}

struct text timer_fires(const struct judgement *judgement)
{
    struct text text;
    snprintf(text.s, sizeof(text.s), "%" PRIu64 "%s", judgement->fired,
             judgement->fired_unknown ? "+" : "");
    return text;
}

static void flag_add(struct text *text, bool set, const char *flag)
{
    size_t length = strlen(text->s);
    if (set)
        snprintf(text->s + length, sizeof(text->s) - length, "%s%s", length > 0 ? " " : "", flag);
}

struct text timer_flags(const struct judgement *judgement)
{
    struct text text = {""};
    const char *origin = judgement->passed_on   ? "passed-on"
                         : judgement->inherited ? "inherited"
                         : judgement->received  ? "received"
                                                : NULL;
    flag_add(&text, judgement->unread, "unread");
    flag_add(&text, judgement->overwritten, "overwritten");
    flag_add(&text, origin != NULL, origin);
    flag_add(&text, judgement->shared, "shared");
    flag_add(&text, judgement->overdue, "overdue");
    flag_add(&text, judgement->far_future, "far-future");
    flag_add(&text, judgement->left_behind, "left-behind");
    flag_add(&text, *text.s == '\0', "-");
    return text;
}

struct text timer_label(const struct live_timer *timer)
{
    return family_label(timer->record.family, timer->site->kind);
}

const char *timer_word(const struct live_timer *timer)
{
    return state_word(timer->judgement.state, timer->record.family);
}

struct text timer_thread(const struct live_timer *timer)
{
    struct text text = {"-"};
    uint32_t thread = timer->record.thread;
    if (!thread)
        return text;
    struct thread_name name = {""};
    if (timer->process->alive)
        name = proc_thread_name(timer->process->pid, (pid_t)thread);
    snprintf(text.s, sizeof(text.s), "%" PRIu32 "%s%s", thread, *name.s ? " " : "", name.s);
    return text;
}

static int by_age(const void *left, const void *right)
{
    const struct live_timer *a = left, *b = right;
    int order = compare_numbers(b->judgement.age, a->judgement.age);
    if (!order)
        order = compare_numbers((uint64_t)a->process->pid, (uint64_t)b->process->pid);
    if (!order)
        order = compare_numbers(a->record.family, b->record.family);
    return order ? order : compare_numbers(a->record.id, b->record.id);
}

void timers_sort(struct profile *profile)
{
    if (profile->timer_count > 0)
        qsort(profile->timers, profile->timer_count, sizeof(*profile->timers), by_age);
}
