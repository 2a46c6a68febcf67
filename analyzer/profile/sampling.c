#include "profile/sampling.h"

#include "base/numbers.h"
#include "profile/process.h"

/* What so many expirations are per million seconds, on the average of the run. */
static uint64_t wakeups(const struct process *process, uint64_t fired)
{
    uint64_t duration = process_duration(process);
    return duration ? (uint64_t)value_clamp((__int128)((double)fired / (double)duration * 1e15))
                    : 0;
}

static void add(struct sample *sample, const struct sample *what)
{
    sample->count += what->count;
    sample->created += what->created;
    sample->armed += what->armed;
    sample->fired += what->fired;
    sample->stopped += what->stopped;
    sample->age += what->age;
    sample->wakeups += what->wakeups;
}

void sampling_timer(struct profile *profile, const struct process *process, struct site *site,
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
    struct sample one = {
        .count = stands_for,
        .created = judgement->inherited ? 0 : stands_for,
        .armed = timer->armed * stands_for,
        .fired = judgement->fired * stands_for,
        .stopped = timer->stopped * stands_for,
        .age = judgement->age * stands_for,
        .wakeups = wakeups(process, judgement->fired * stands_for),
    };
    add(sample_of(&profile->samples, site, &labels), &one);
    add(live, &one);
}

void sampling_rest(struct profile *profile, const struct process *process, struct site *site,
                   const struct counts *counts, const struct sample *live)
{
    struct labels labels = {
        .clock = SAMPLE_NO_CLOCK, .state = SAMPLE_RELEASED_STATE, .base = profile->base};
    struct sample rest = {
        .count = counts->released,
        .created = elapsed(counts->created, live->created),
        .armed = counts->armed - live->armed,
        .fired = counts->fired - live->fired,
        .stopped = counts->stopped - live->stopped,
        .wakeups = wakeups(process, counts->fired - live->fired),
    };
    if (rest.count | rest.created | rest.armed | rest.fired | rest.stopped)
        add(sample_of(&profile->samples, site, &labels), &rest);
}
