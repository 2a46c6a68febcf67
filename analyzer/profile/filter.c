#include "profile/filter.h"

#include "profile/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum match { UNKNOWN, MATCHES, DIFFERS };

struct matcher {
    uint64_t families; /* bits: see families.h */
    struct pattern focus, ignore;
    uint8_t *focused, *ignored; /* enum match of each location: it is looked at once */
};

static bool parse_families(const char *list, uint64_t *families, char error[ERROR_SIZE])
{
    struct text unknown;
    if (family_parse(list, families, &unknown))
        return true;
    error_set(error, "--families: there is no family \"%s\"", unknown.s);
    return false;
}

static void matcher_free(struct matcher *matcher)
{
    pattern_free(&matcher->focus);
    pattern_free(&matcher->ignore);
    free(matcher->focused);
    free(matcher->ignored);
}

static bool matcher_init(struct matcher *matcher, const struct profile *profile,
                         const struct filter *filter, char error[ERROR_SIZE])
{
    *matcher = (struct matcher){0};
    matcher->focused = memory_new(profile->locations.count, sizeof(*matcher->focused));
    matcher->ignored = memory_new(profile->locations.count, sizeof(*matcher->ignored));
    return parse_families(filter->families, &matcher->families, error) &&
           pattern_compile(&matcher->focus, "--focus", filter->focus, error) &&
           pattern_compile(&matcher->ignore, "--ignore", filter->ignore, error);
}

static bool stack_matches(struct profile *profile, const struct trace *trace,
                          const struct pattern *pattern, uint8_t *known)
{
    for (size_t i = 0; i < trace->depth; i++) {
        uint8_t *match = &known[trace->locations[i]];
        if (*match == UNKNOWN)
            *match =
                pattern_matches_location(pattern, profile, trace->locations[i]) ? MATCHES : DIFFERS;
        if (*match == MATCHES)
            return true;
    }
    return false;
}

static bool site_is_wanted(struct profile *profile, const struct site *site,
                           struct matcher *matcher)
{
    if (!(matcher->families >> site->family & 1))
        return false;
    if (matcher->focus.set &&
        !stack_matches(profile, site->trace, &matcher->focus, matcher->focused))
        return false;
    return !matcher->ignore.set ||
           !stack_matches(profile, site->trace, &matcher->ignore, matcher->ignored);
}

/* They go behind the others: another filter may want them. */
static void drop_timers(struct profile *profile)
{
    size_t all = profile->timer_count + profile->timers_dropped, kept = 0;
    for (size_t i = 0; i < all; i++) {
        struct live_timer timer = profile->timers[i];
        if (timer.site->dropped)
            continue;
        profile->timers[i] = profile->timers[kept];
        profile->timers[kept++] = timer;
    }
    profile->timer_count = kept;
    profile->timers_dropped = all - kept;
}

bool profile_filter(struct profile *profile, const struct filter *filter, char error[ERROR_SIZE])
{
    struct matcher matcher;
    if (!matcher_init(&matcher, profile, filter, error)) {
        matcher_free(&matcher);
        return false;
    }
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        site->dropped = !site->paths && !site_is_wanted(profile, site, &matcher);
    }
    drop_timers(profile);
    profile_settle(profile);
    matcher_free(&matcher);
    return true;
}
