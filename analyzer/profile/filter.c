#include "profile/filter.h"

#include "profile/stacks.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

struct matcher {
    uint64_t families; /* bit per enum tlk_family */
    regex_t focus, ignore;
    bool has_focus, has_ignore;
};

static bool parse_family(const char *name, size_t length, uint64_t *families,
                         char error[FILTER_ERROR_SIZE])
{
    for (unsigned family = 1; family < TLK_FAMILIES; family++) {
        const char *known = family_name(family);
        if (strlen(known) == length && memcmp(known, name, length) == 0) {
            *families |= UINT64_C(1) << family;
            return true;
        }
    }
    snprintf(error, FILTER_ERROR_SIZE, "--families: there is no family \"%.*s\"", (int)length,
             name);
    return false;
}

static bool parse_families(const char *list, uint64_t *families, char error[FILTER_ERROR_SIZE])
{
    *families = list ? 0 : UINT64_MAX;
    while (list && *list) {
        size_t length = strcspn(list, ",");
        if (!parse_family(list, length, families, error))
            return false;
        list += length + (list[length] == ',');
    }
    return true;
}

static bool compile(regex_t *expression, const char *name, const char *text,
                    char error[FILTER_ERROR_SIZE])
{
    char why[100];
    int status = regcomp(expression, text, REG_EXTENDED | REG_NOSUB);
    if (status == 0)
        return true;
    regerror(status, expression, why, sizeof(why));
    snprintf(error, FILTER_ERROR_SIZE, "--%s: \"%.100s\" is no regular expression: %s", name, text,
             why);
    return false;
}

static void matcher_free(struct matcher *matcher)
{
    if (matcher->has_focus)
        regfree(&matcher->focus);
    if (matcher->has_ignore)
        regfree(&matcher->ignore);
}

static bool matcher_init(struct matcher *matcher, const struct filter *filter,
                         char error[FILTER_ERROR_SIZE])
{
    *matcher = (struct matcher){0};
    if (!parse_families(filter->families, &matcher->families, error))
        return false;
    if (filter->focus && !compile(&matcher->focus, "focus", filter->focus, error))
        return false;
    matcher->has_focus = filter->focus;
    if (filter->ignore && !compile(&matcher->ignore, "ignore", filter->ignore, error)) {
        matcher_free(matcher);
        return false;
    }
    matcher->has_ignore = filter->ignore;
    return true;
}

static bool frame_matches(const regex_t *expression, const struct stack_frame *frame)
{
    return regexec(expression, frame->name, 0, NULL, 0) == 0 ||
           (frame->file && regexec(expression, frame->file, 0, NULL, 0) == 0) ||
           (frame->module && regexec(expression, frame->module->path, 0, NULL, 0) == 0);
}

static bool stack_matches(struct profile *profile, struct site *site, const regex_t *expression)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 0; i < depth; i++) {
        if (frame_matches(expression, &stack[i]))
            return true;
    }
    return false;
}

static bool is_wanted(struct profile *profile, struct site *site, const struct matcher *matcher)
{
    if (!(matcher->families >> site->family & 1))
        return false;
    if (matcher->has_focus && !stack_matches(profile, site, &matcher->focus))
        return false;
    return !matcher->has_ignore || !stack_matches(profile, site, &matcher->ignore);
}

static void drop_timers(struct profile *profile)
{
    size_t kept = 0;
    for (size_t i = 0; i < profile->timer_count; i++) {
        if (!profile->timers[i].site->dropped)
            profile->timers[kept++] = profile->timers[i];
    }
    profile->timer_count = kept;
}

bool profile_filter(struct profile *profile, const struct filter *filter,
                    char error[FILTER_ERROR_SIZE])
{
    struct matcher matcher;
    if (!matcher_init(&matcher, filter, error))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < profile->site_count; i++) {
        struct site *site = profile->sites[i];
        site->dropped = !is_wanted(profile, site, &matcher);
        if (!site->dropped)
            profile->sites[kept++] = site;
    }
    profile->site_count = kept;
    drop_timers(profile);
    matcher_free(&matcher);
    return true;
}
