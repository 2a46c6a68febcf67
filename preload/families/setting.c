#include "families/setting.h"

void setting_prepare(struct setting *setting, struct timer_ref ref, const struct itimerspec *wanted,
                     struct itimerspec *old)
{
    setting->ref = ref;
    setting->running = timer_prepare(ref, &setting->now);
    setting->copied = wanted && wanted == old;
    if (setting->copied)
        setting->wanted = *wanted;
    setting->old = !old && setting->running == RUNNING_PERHAPS ? &setting->account : old;
}

static void setting_armed(struct timer_ref ref, uint64_t now, const struct itimerspec *set,
                          bool absolute, bool was_running, const void *caller)
{
    struct arming arming = {
        .now = now,
        .absolute = absolute,
        .value = nanoseconds(&set->it_value),
        .interval = nanoseconds(&set->it_interval),
        .before = {.known = true, .running = was_running},
        .caller = caller,
    };

    timer_armed(ref, &arming);
}

void setting_report(const struct setting *setting, const struct itimerspec *wanted, bool absolute,
                    const void *caller)
{
    bool was_running = setting->running == RUNNING_PERHAPS
                           ? nanoseconds(&setting->old->it_value) != 0
                           : setting->running == RUNNING_SURELY;

    setting_armed(setting->ref, setting->now, setting->copied ? &setting->wanted : wanted, absolute,
                  was_running, caller);
}

void postponing_turns_out_else(const struct postponing *postponing, const struct itimerspec *wanted,
                               bool absolute, const void *caller)
{
    struct timer_ref ref = {postponing->slot, postponing->generation};
    const struct tlk_timer *timer = timer_live(ref);

    setting_armed(ref, postponing->now, wanted, absolute, timer && timer->flags & TLK_ARMED,
                  caller);
}
