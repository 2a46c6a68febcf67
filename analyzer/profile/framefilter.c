#include "profile/framefilter.h"

#include <stdlib.h>

static void classify(struct frame_filter *filter, uint32_t location, struct view_of_location *view)
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
                             pattern_matches_frame(&filter->hide, frame))) {
        filter->matches.hide = true;
        return false;
    }
    if (!filter->show.set)
        return true;
    bool shown =
        pattern_matches_module(&filter->show, frame) || pattern_matches_frame(&filter->show, frame);
    filter->matches.show |= shown;
    return shown;
}

/* How many of the frames that are shown are left by show_from. */
static size_t cut(struct frame_filter *filter, const struct stack_frame *const *frames,
                  size_t count, bool *from)
{
    if (count == 0 || !filter->show_from.set)
        return count;
    size_t left = count;
    if (!pattern_matches_module(&filter->show_from, frames[0])) {
        while (left > 0 && !pattern_matches_frame(&filter->show_from, frames[left - 1]))
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

static void look(struct frame_filter *filter, uint32_t location, struct view_of_location *view)
{
    size_t count, left = 0;
    const struct stack_frame *frames = location_frames(filter->profile, location, &count);
    const struct stack_frame **kept = memory_new(count, sizeof(*kept));
    *view = (struct view_of_location){.known = true, .first = (uint32_t)filter->shown_count};
    classify(filter, location, view);
    for (size_t i = 0; i < count; i++) {
        if (is_shown(filter, &frames[i]))
            kept[left++] = &frames[i];
    }
    left = cut(filter, kept, left, &view->from);
    for (size_t i = filter->noinlines && left > 0 ? left - 1 : 0; i < left; i++)
        show_frame(filter, kept[i]);
    view->count = (uint32_t)filter->shown_count - view->first;
    free(kept);
}

const struct view_of_location *frame_filter_look(struct frame_filter *filter, uint32_t location)
{
    struct view_of_location *view = &filter->locations[location];
    if (!view->known)
        look(filter, location, view);
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
