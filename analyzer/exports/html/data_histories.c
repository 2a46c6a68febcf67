#include "exports/html/data_parts.h"

#include "profile/history.h"
#include "profile/stacks.h"

#define HISTORIES_MOST 60
#define HISTORY_POINTS 64

static json_t *series(const struct history_point *points)
{
    json_t *json = json_object(), *low = json_array(), *high = json_array();
    for (size_t i = 0; i < HISTORY_POINTS; i++) {
        json_array_append_new(low, json_count(points[i].low));
        json_array_append_new(high, json_count(points[i].high));
    }
    json_object_set_new(json, "low", low);
    json_object_set_new(json, "high", high);
    return json;
}

static json_t *all_histories(struct profile *profile)
{
    struct history_point points[HISTORY_POINTS], sums[HISTORY_POINTS] = {{0}};
    for (size_t i = 0; i < profile->site_count; i++) {
        history_of(profile, profile->sites[i], HISTORY_POINTS, points);
        for (size_t j = 0; j < HISTORY_POINTS; j++) {
            sums[j].low += points[j].low;
            sums[j].high += points[j].high;
        }
    }
    json_t *json = series(sums);
    json_object_set_new(json, "live", json_count(profile->totals.live));
    return json;
}

static json_t *site_history(struct profile *profile, struct site *site)
{
    struct history_point points[HISTORY_POINTS];
    const struct stack_frame *frame = stack_headline(profile, site);
    history_of(profile, site, HISTORY_POINTS, points);
    json_t *json = series(points);
    json_object_set_new(json, "id", json_string(site->fingerprint));
    json_object_set_new(json, "name", json_string(frame->name));
    if (frame->short_file && frame->line > 0)
        json_object_set_new(json, "place", json_sprintf("%s:%d", frame->short_file, frame->line));
    json_object_set_new(json, "family", json_string(family_name(site->family)));
    json_object_set_new(json, "verdict", json_string(verdict_name(site->finding.verdict)));
    json_object_set_new(json, "live", json_count(site->counts.live));
    return json;
}

json_t *data_histories(struct profile *profile)
{
    json_t *json = json_array();
    json_array_append_new(json, all_histories(profile));
    for (size_t i = 0; i < profile->site_count && i < HISTORIES_MOST; i++)
        json_array_append_new(json, site_history(profile, profile->sites[i]));
    return json;
}
