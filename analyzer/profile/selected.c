#include "profile/selected.h"

#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

const struct sample *selected_sample(const struct selected *selected)
{
    return selected->sample ? selected->sample : selected->base;
}

static int by_labels(const struct labels *a, const struct labels *b)
{
    int order = compare_numbers(a->base, b->base);
    order = order ? order : compare_numbers(a->state, b->state);
    order = order ? order : compare_numbers((uint32_t)a->clock, (uint32_t)b->clock);
    order = order ? order : compare_numbers(b->age, a->age);
    order = order ? order : compare_numbers(a->interval, b->interval);
    return order ? order : compare_numbers(a->timeout, b->timeout);
}

static int by_sample(const void *left, const void *right)
{
    const struct selected *a = left, *b = right;
    return by_labels(&selected_sample(a)->labels, &selected_sample(b)->labels);
}

/* Where each site's samples begin, in the order of the sites. */
static size_t *site_offsets(const struct profile *profile)
{
    size_t *offsets = memory_new(profile->site_count + 1, sizeof(*offsets));
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct site *site = profile->samples.list[i].site;
        if (!site->dropped)
            offsets[site->index + 1]++;
    }
    for (size_t i = 0; i < profile->site_count; i++)
        offsets[i + 1] += offsets[i];
    return offsets;
}

static struct selected selected_from(const struct sample *sample)
{
    struct selected selected = {.depth = (uint32_t)sample->site->depth};
    if (sample->labels.base)
        selected.base = sample;
    else
        selected.sample = sample;
    return selected;
}

static void collect(struct selected_list *list, const struct profile *profile)
{
    size_t *offsets = site_offsets(profile);
    list->count = offsets[profile->site_count];
    list->samples = memory_new(list->count, sizeof(*list->samples));
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct sample *sample = &profile->samples.list[i];
        if (!sample->site->dropped)
            list->samples[offsets[sample->site->index]++] = selected_from(sample);
    }
    for (size_t i = 0, first = 0; i < profile->site_count; first = offsets[i++])
        qsort(list->samples + first, offsets[i] - first, sizeof(*list->samples), by_sample);
    free(offsets);
}

/* As pprof has them: it adds the base behind all others. */
static void move_bases_back(struct selected_list *list)
{
    struct selected *bases = memory_new(list->count, sizeof(*bases));
    size_t others = 0, count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->samples[i].sample)
            list->samples[others++] = list->samples[i];
        else
            bases[count++] = list->samples[i];
    }
    if (count > 0)
        memcpy(list->samples + others, bases, count * sizeof(*bases));
    free(bases);
}

void selected_pair(struct selected_list *list, const struct profile *profile)
{
    const struct samples *samples = &profile->samples;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct selected one = list->samples[i];
        const struct sample *sample = selected_sample(&one);
        const struct site *site = sample->site;
        struct labels labels = sample->labels;
        labels.base = !labels.base;
        const struct sample *like = sample_known(samples, site, &labels);
        bool same = like && site->base_verdict == site->finding.verdict;
        if (same && !one.sample)
            continue;
        if (same)
            one.base = like;
        list->samples[kept++] = one;
    }
    list->count = kept;
}

void selected_gather(struct selected_list *list, const struct profile *profile)
{
    collect(list, profile);
    move_bases_back(list);
}
