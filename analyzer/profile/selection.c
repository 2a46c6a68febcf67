#include "profile/selection.h"

#include "base/numbers.h"
#include "profile/places.h"
#include "profile/tags.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- all samples, before anything is filtered ---- */

struct selected_list {
    struct selected *samples; /* the caller frees them */
    size_t count;
};

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

static int by_sample(const void *left, const void *right, void *profile)
{
    const struct selected *a = left, *b = right;
    int order = traces_compare(profile, selected_trace(a), selected_trace(b));
    return order ? order : by_labels(&selected_sample(a)->labels, &selected_sample(b)->labels);
}

/* Where each site's samples begin, in the order of the sites. */
static size_t *site_offsets(const struct profile *profile)
{
    size_t *offsets = memory_new(profile->site_count + 1, sizeof(*offsets));
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct site *site = profile->samples.list[i].trace->site;
        if (!site->dropped)
            offsets[site_shown(site)->index + 1]++;
    }
    for (size_t i = 0; i < profile->site_count; i++)
        offsets[i + 1] += offsets[i];
    return offsets;
}

static struct selected selected_from(const struct sample *sample)
{
    struct selected selected = {.depth = (uint32_t)sample->trace->depth};
    if (sample->labels.base)
        selected.base = sample;
    else
        selected.sample = sample;
    return selected;
}

static void selected_collect(struct selected_list *list, const struct profile *profile)
{
    size_t *offsets = site_offsets(profile);
    list->count = offsets[profile->site_count];
    list->samples = memory_new(list->count, sizeof(*list->samples));
    for (size_t i = 0; i < profile->samples.count; i++) {
        const struct sample *sample = &profile->samples.list[i];
        const struct site *site = sample->trace->site;
        if (!site->dropped)
            list->samples[offsets[site_shown(site)->index]++] = selected_from(sample);
    }
    for (size_t i = 0, first = 0; i < profile->site_count; first = offsets[i++])
        qsort_r(list->samples + first, offsets[i] - first, sizeof(*list->samples), by_sample,
                (void *)(uintptr_t)profile);
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

/* Of two that are alike, the base becomes what is taken off the other one. */
static void selected_pair(struct selected_list *list, const struct profile *profile)
{
    const struct samples *samples = &profile->samples;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct selected one = list->samples[i];
        const struct sample *sample = selected_sample(&one);
        const struct site *site = site_shown(sample->trace->site);
        struct labels labels = sample->labels;
        labels.base = !labels.base;
        const struct sample *like = sample_known(samples, sample->trace, &labels);
        bool same = like && site->base_verdict == site->finding.verdict;
        if (same && !one.sample)
            continue;
        if (same)
            one.base = like;
        list->samples[kept++] = one;
    }
    list->count = kept;
}

/* In the order of the sites, those of a base last. Sites that were dropped are left out. */
static void selected_gather(struct selected_list *list, const struct profile *profile)
{
    selected_collect(list, profile);
    move_bases_back(list);
}

/* ---- what is asked for ---- */

struct tagfilters {
    struct tagfilter *focus, *ignore;
};

static bool compile_filters(struct selection *selection, struct tagfilters *tags,
                            char error[ERROR_SIZE])
{
    const struct selection_options *options = &selection->options;
    struct frame_filter *frames = selection->frames;
    return pattern_compile(&frames->focus, "--focus", options->focus, error) &&
           pattern_compile(&frames->ignore, "--ignore", options->ignore, error) &&
           pattern_compile(&frames->show, "--show", options->show, error) &&
           pattern_compile(&frames->hide, "--hide", options->hide, error) &&
           pattern_compile(&frames->show_from, "--show_from", options->show_from, error) &&
           tagfilter_make(&tags->focus, "--tagfocus", options->tagfocus, error) &&
           tagfilter_make(&tags->ignore, "--tagignore", options->tagignore, error);
}

/* ---- values ---- */

const struct trace *selected_trace(const struct selected *selected)
{
    return selected_sample(selected)->trace;
}

static int64_t value_of(const struct sample *sample, const struct sample_type *type)
{
    return sample ? value_clamp(sample_value(sample, type)) : 0;
}

int64_t selected_value(const struct selection *selection, const struct selected *selected,
                       const struct sample_type *type)
{
    int64_t value = value_of(selected->sample, type);
    if (selection->options.normalize)
        value = value_clamp((__int128)round((double)value * selection->ratios[type->id]));
    return value_sum(value, -value_of(selected->base, type));
}

static void find_ratios(struct selection *selection)
{
    for (size_t id = 0; id < SAMPLE_TYPES; id++) {
        const struct sample_type *type = sample_at(id);
        double sums[2] = {0, 0};
        for (size_t i = 0; i < selection->count; i++) {
            const struct selected *selected = &selection->samples[i];
            sums[0] += (double)value_of(selected->sample, type);
            sums[1] += (double)value_of(selected->base, type);
        }
        selection->ratios[id] = sums[0] > 0 ? sums[1] / sums[0] : 0;
    }
}

/* What a base took all values from is nothing any more, also where zeros are kept. */
static bool is_nothing(const struct selection *selection, const struct selected *selected)
{
    for (size_t id = 0; id < SAMPLE_TYPES; id++) {
        if (selected_value(selection, selected, sample_at(id)) != 0)
            return false;
    }
    return true;
}

static void set_values(struct selection *selection)
{
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        struct selected one = selection->samples[i];
        one.value = selected_value(selection, &one, selection->options.type);
        if (one.value != 0 || (selection->options.zeros && !is_nothing(selection, &one)))
            selection->samples[kept++] = one;
    }
    selection->count = kept;
}

/* Of a diff, percentages are of what the base had. */
static void add_up_values(struct selection *selection)
{
    int64_t all = 0, base = 0;
    for (size_t i = 0; i < selection->count; i++) {
        const struct selected *selected = &selection->samples[i];
        all = value_sum(all, llabs(selected->value));
        base = value_sum(base, selected->sample ? 0 : llabs(selected->value));
    }
    selection->total = base > 0 && !selection->options.subtract ? base : all;
}

/* ---- filters ---- */

static bool is_focused(const struct selection *selection, const struct selected *selected)
{
    const struct trace *trace = selected_trace(selected);
    const struct frame_filter *frames = selection->frames;
    bool focused = false;
    if (!frames->focus.set && !frames->ignore.set)
        return true;
    for (size_t i = 0; i < trace->depth; i++) {
        const struct view_of_location *view =
            frame_filter_look(selection->frames, trace->locations[i]);
        if (view->ignored)
            return false;
        focused |= view->focused;
    }
    return focused;
}

/* Leaves out what is above the highest match of show_from; false if nothing is left at all. */
static bool cut_stack(const struct selection *selection, struct selected *selected)
{
    const struct trace *trace = selected_trace(selected);
    bool from = selection->frames->show_from.set;
    for (size_t depth = trace->depth; depth > 0; depth--) {
        const struct view_of_location *view =
            frame_filter_look(selection->frames, trace->locations[depth - 1]);
        if (view->count > 0 && (!from || view->from)) {
            selected->depth = (uint32_t)depth;
            return true;
        }
    }
    return false;
}

struct tag_matches {
    bool focus, ignore;
};

static bool has_tags(const struct tagfilters *tags, const struct selected *selected,
                     struct tag_matches *matches)
{
    const struct sample *sample = selected_sample(selected);
    bool focused = !tags->focus || tagfilter_matches(tags->focus, sample);
    bool ignored = tags->ignore && tagfilter_matches(tags->ignore, sample);
    matches->focus |= focused;
    matches->ignore |= ignored;
    return focused && !ignored;
}

static void warn_unmatched(FILE *warnings, bool matched, const char *filter)
{
    if (warnings && !matched)
        fprintf(warnings, "%s expression matched no samples\n", filter);
}

static void warn_all(const struct selection *selection, const struct tagfilters *tags,
                     const struct tag_matches *tag_matches, FILE *warnings)
{
    const struct frame_filter *frames = selection->frames;
    warn_unmatched(warnings, !frames->focus.set || frames->matches.focus, "Focus");
    warn_unmatched(warnings, !frames->ignore.set || frames->matches.ignore, "Ignore");
    warn_unmatched(warnings, !frames->hide.set || frames->matches.hide, "Hide");
    warn_unmatched(warnings, !frames->show.set || frames->matches.show, "Show");
    warn_unmatched(warnings, !frames->show_from.set || frames->matches.show_from, "ShowFrom");
    warn_unmatched(warnings, !tags->focus || tag_matches->focus, "TagFocus");
    warn_unmatched(warnings, !tags->ignore || tag_matches->ignore, "TagIgnore");
}

static void tell_ranges(const struct selection *selection, const struct tagfilters *tags,
                        FILE *warnings)
{
    const char *told = "%s:Interpreted '%s' as range, not regexp\n";
    if (warnings && tagfilter_is_range(tags->focus))
        fprintf(warnings, told, "tagfocus", selection->options.tagfocus);
    if (warnings && tagfilter_is_range(tags->ignore))
        fprintf(warnings, told, "tagignore", selection->options.tagignore);
}

static void selection_filter(struct selection *selection, const struct tagfilters *tags,
                             FILE *warnings)
{
    struct tag_matches matches = {0};
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        struct selected one = selection->samples[i];
        if (is_focused(selection, &one) && cut_stack(selection, &one) &&
            has_tags(tags, &one, &matches))
            selection->samples[kept++] = one;
    }
    selection->count = kept;
    tell_ranges(selection, tags, warnings);
    warn_all(selection, tags, &matches, warnings);
}

/* ---- all together ---- */

static struct frame_filter *frame_filter_new(struct profile *profile,
                                             const struct selection_options *options)
{
    struct frame_filter *frames = memory_new(1, sizeof(*frames));
    frames->profile = profile;
    frames->noinlines = options->noinlines;
    frames->places = (struct places){.granularity = options->granularity,
                                     .trim_path = options->trim_path,
                                     .source_path = options->source_path};
    frames->locations = memory_new(profile->locations.count, sizeof(*frames->locations));
    return frames;
}

bool selection_make(struct selection *selection, struct profile *profile,
                    const struct selection_options *options, FILE *warnings, char error[ERROR_SIZE])
{
    struct tagfilters tags = {0};
    *selection = (struct selection){.profile = profile, .options = *options};
    selection->frames = frame_filter_new(profile, options);
    bool understood = compile_filters(selection, &tags, error);
    if (understood) {
        struct selected_list all;
        selected_gather(&all, profile);
        selection->samples = all.samples;
        selection->count = all.count;
        if (options->normalize)
            find_ratios(selection);
        if (options->subtract) {
            selected_pair(&all, profile);
            selection->count = all.count;
        }
        set_values(selection);
        if (!options->relative_percentages)
            add_up_values(selection);
        selection_filter(selection, &tags, warnings);
        if (options->relative_percentages)
            add_up_values(selection);
    }
    tagfilter_free(tags.focus);
    tagfilter_free(tags.ignore);
    return understood;
}

void selection_free(struct selection *selection)
{
    frame_filter_free(selection->frames);
    free(selection->frames);
    free(selection->samples);
}

const uint32_t *selection_places(const struct selection *selection, uint32_t location,
                                 size_t *count)
{
    const struct view_of_location *view = frame_filter_look(selection->frames, location);
    *count = view->count;
    return selection->frames->shown + view->first;
}

const struct place *selection_place(const struct selection *selection, uint32_t place)
{
    return &selection->frames->places.list[place];
}
