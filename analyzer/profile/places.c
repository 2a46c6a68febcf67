#include "profile/places.h"

#include "base/paths.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_LABEL 4096

static bool same_place(const void *key, const void *array, uint32_t number)
{
    const struct place *wanted = key, *known = (const struct place *)array + number;
    return wanted->name == known->name && wanted->file == known->file &&
           wanted->line == known->line && wanted->address == known->address &&
           wanted->module == known->module;
}

static const char *place_file(const struct places *places, struct profile *profile,
                              const struct stack_frame *frame)
{
    char path[LONGEST_LABEL];
    if (!frame->file)
        return NULL;
    const char *trimmed = path_trim(frame->file, places->trim_path, places->source_path);
    snprintf(path, sizeof(path), "%s", trimmed);
    path_clean(path);
    return strings_add(profile->strings, path);
}

/* "0000000000401136 main src/main.c:40": as much of it as is there. */
static const char *place_label(struct profile *profile, const struct place *place, const char *name)
{
    char label[LONGEST_LABEL] = "";
    size_t length = 0;
    if (name && !place->file && !place->address)
        return name;
    if (place->address)
        length = (size_t)snprintf(label, sizeof(label), "%016" PRIx64 " ", place->address);
    if (name)
        length += (size_t)snprintf(label + length, sizeof(label) - length, "%.1024s ", name);
    if (place->line)
        length += (size_t)snprintf(label + length, sizeof(label) - length, "%.2048s:%d ",
                                   place->file ? place->file : "", place->line);
    else if (place->file)
        length += (size_t)snprintf(label + length, sizeof(label) - length, "%.2048s ", place->file);
    else if (!name)
        length += (size_t)snprintf(label + length, sizeof(label) - length,
                                   place->module ? "[%.1024s] " : "<unknown> ",
                                   place->module ? place->module->name : "");
    label[length - 1] = '\0';
    return strings_add(profile->strings, label);
}

static struct place place_at(const struct places *places, struct profile *profile,
                             const struct stack_frame *frame)
{
    enum granularity granularity = places->granularity;
    struct place place = {0};
    if (granularity != GRANULARITY_FILES)
        place.name = frame->name;
    else
        place.module = frame->module;
    if (granularity != GRANULARITY_FUNCTIONS)
        place.file = place_file(places, profile, frame);
    if (place.file)
        place.directory = frame->directory;
    if (granularity >= GRANULARITY_LINES)
        place.line = frame->line;
    if (granularity == GRANULARITY_ADDRESSES && frame->offset)
        place.address = frame->offset + (frame->module ? frame->module->bias : 0);
    return place;
}

/* The number of a frame's place, which is made if need be. */
static uint32_t place_of(struct places *places, struct profile *profile,
                         const struct stack_frame *frame)
{
    struct place place = place_at(places, profile, frame);
    uint64_t words[] = {(uintptr_t)place.name, (uintptr_t)place.file, (uintptr_t)place.module,
                        place.address, (uint64_t)place.line};
    uint64_t hash = hash_key(words, sizeof(words));
    uint32_t known = index_find(&places->index, hash, &place, places->list, same_place);
    if (known != INDEX_NONE)
        return known;
    place.shown =
        frame->function && place.name ? naming_shown(profile->naming, place.name) : place.name;
    place.label = place_label(profile, &place, place.shown);
    place.whole = place_label(profile, &place, place.name);
    places->list = memory_grow(places->list, places->count, &places->room, sizeof(*places->list));
    places->list[places->count] = place;
    index_add(&places->index, hash, (uint32_t)places->count);
    return (uint32_t)places->count++;
}

static void places_free(struct places *places)
{
    free(places->list);
    index_free(&places->index);
}

/* ---- which frames of a location are shown ---- */

static void location_classify(struct frame_filter *filter, uint32_t location,
                              struct view_of_location *view)
{
    struct profile *profile = filter->profile;
    if (filter->ignore.set && pattern_matches_location(&filter->ignore, profile, location))
        view->ignored = true;
    else
        view->focused =
            !filter->focus.set || pattern_matches_location(&filter->focus, profile, location);
    filter->matches.ignore |= view->ignored;
    filter->matches.focus |= view->focused;
}

/* Whether show and hide leave a frame. */
static bool is_shown(struct frame_filter *filter, const struct stack_frame *frame)
{
    if (filter->hide.set && (pattern_matches_module(&filter->hide, frame) ||
                             pattern_matches_frame(&filter->hide, filter->profile, frame))) {
        filter->matches.hide = true;
        return false;
    }
    if (!filter->show.set)
        return true;
    bool shown = pattern_matches_module(&filter->show, frame) ||
                 pattern_matches_frame(&filter->show, filter->profile, frame);
    filter->matches.show |= shown;
    return shown;
}

/* How many of the frames that are shown are left by show_from. */
static size_t frames_cut(struct frame_filter *filter, const struct stack_frame *const *frames,
                         size_t count, bool *from)
{
    if (count == 0 || !filter->show_from.set)
        return count;
    size_t left = count;
    if (!pattern_matches_module(&filter->show_from, frames[0])) {
        while (left > 0 &&
               !pattern_matches_frame(&filter->show_from, filter->profile, frames[left - 1]))
            left--;
    }
    *from = left > 0;
    filter->matches.show_from |= *from;
    return left > 0 ? left : count;
}

static void show_frame(struct frame_filter *filter, const struct stack_frame *frame)
{
    filter->shown = memory_grow(filter->shown, filter->shown_count, &filter->shown_room,
                                sizeof(*filter->shown));
    filter->shown[filter->shown_count++] = place_of(&filter->places, filter->profile, frame);
}

static void location_look(struct frame_filter *filter, uint32_t location,
                          struct view_of_location *view)
{
    size_t count, left = 0;
    const struct stack_frame *frames = location_frames(filter->profile, location, &count);
    const struct stack_frame **kept = memory_new(count, sizeof(*kept));
    *view = (struct view_of_location){.known = true, .first = (uint32_t)filter->shown_count};
    location_classify(filter, location, view);
    for (size_t i = 0; i < count; i++) {
        if (is_shown(filter, &frames[i]))
            kept[left++] = &frames[i];
    }
    left = frames_cut(filter, kept, left, &view->from);
    for (size_t i = filter->noinlines && left > 0 ? left - 1 : 0; i < left; i++)
        show_frame(filter, kept[i]);
    view->count = (uint32_t)filter->shown_count - view->first;
    free(kept);
}

const struct view_of_location *frame_filter_look(struct frame_filter *filter, uint32_t location)
{
    struct view_of_location *view = &filter->locations[location];
    if (!view->known)
        location_look(filter, location, view);
    return view;
}

void frame_filter_free(struct frame_filter *filter)
{
    pattern_free(&filter->focus);
    pattern_free(&filter->ignore);
    pattern_free(&filter->show);
    pattern_free(&filter->hide);
    pattern_free(&filter->show_from);
    places_free(&filter->places);
    free(filter->locations);
    free(filter->shown);
}
