#include "profile/samples_add.h"

#include "base/numbers.h"
#include "profile/process.h"

/* What so many expirations are per million seconds, on the average of the run. */
static uint64_t wakeups(const struct process *process, uint64_t fired)
{
    uint64_t duration = process_duration(process);
    return duration ? (uint64_t)value_clamp((__int128)((double)fired / (double)duration * 1e15))
                    : 0;
}

static void sample_add(struct sample *sample, const struct sample *what)
{
    sample->count = count_sum(sample->count, what->count);
    sample->created = count_sum(sample->created, what->created);
    sample->armed = count_sum(sample->armed, what->armed);
    sample->fired = count_sum(sample->fired, what->fired);
    sample->stopped = count_sum(sample->stopped, what->stopped);
    sample->age = count_sum(sample->age, what->age);
    sample->wakeups = count_sum(sample->wakeups, what->wakeups);
}

void samples_add_timer(struct profile *profile, const struct process *process, struct site *site,
                       const struct tlk_timer *timer, const struct judgement *judgement,
                       struct sample *live)
{
    struct labels labels = {
        .timeout = sample_round_timeout(state_timeout(timer, &process->as_of)),
        .interval = timer->interval,
        .age = sample_round_age(judgement->age),
        .clock = timer->clock,
        .state = (uint16_t)judgement->state,
        .base = profile->base,
    };
    uint64_t stands_for = process_one_in(process, timer->family);
    uint64_t fired = count_product(judgement->fired, stands_for);
    struct sample one = {
        .count = stands_for,
        .created = judgement->inherited ? 0 : stands_for,
        .armed = timer->armed * stands_for,
        .fired = fired,
        .stopped = timer->stopped * stands_for,
        .age = count_product(judgement->age, stands_for),
        .wakeups = wakeups(process, fired),
    };
    sample_add(sample_of(&profile->samples, site, &labels), &one);
    sample_add(live, &one);
}

void samples_add_rest(struct profile *profile, const struct process *process, struct site *site,
                      const struct counts *counts, const struct sample *live)
{
    struct labels labels = {
        .clock = SAMPLE_NO_CLOCK, .state = SAMPLE_RELEASED_STATE, .base = profile->base};
    uint64_t fired = elapsed(counts->fired, live->fired);
    struct sample rest = {
        .count = counts->released,
        .created = elapsed(counts->created, live->created),
        .armed = elapsed(counts->armed, live->armed),
        .fired = fired,
        .stopped = elapsed(counts->stopped, live->stopped),
        .wakeups = wakeups(process, fired),
    };
    if (rest.count | rest.created | rest.armed | rest.fired | rest.stopped)
        sample_add(sample_of(&profile->samples, site, &labels), &rest);
}
