#include "profile/patterns.h"

#include <stdio.h>
#include <string.h>

bool pattern_compile(struct pattern *pattern, const char *origin, const char *text,
                     char error[ERROR_SIZE])
{
    char why[100];
    *pattern = (struct pattern){.set = text && *text};
    if (!pattern->set)
        return true;
    if (!strpbrk(text, ".[]{}()*+?^$|\\")) {
        pattern->literal = text;
        return true;
    }
    int status = regcomp(&pattern->regex, text, REG_EXTENDED | REG_NOSUB);
    if (status == 0)
        return true;
    pattern->set = false;
    regerror(status, &pattern->regex, why, sizeof(why));
    error_set(error, "%.20s: \"%.100s\" is no regular expression: %s", origin, text, why);
    return false;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern->set && !pattern->literal)
        regfree(&pattern->regex);
}

bool pattern_matches(const struct pattern *pattern, const char *text)
{
    if (!text)
        return false;
    return pattern->literal ? strstr(text, pattern->literal) != NULL
                            : regexec(&pattern->regex, text, 0, NULL, 0) == 0;
}

bool pattern_matches_frame(const struct pattern *pattern, struct profile *profile,
                           const struct stack_frame *frame)
{
    if (pattern_matches(pattern, frame->name) || pattern_matches(pattern, frame->file))
        return true;
    const char *brief = frame->function ? naming_short(profile->naming, frame->name) : frame->name;
    return brief != frame->name && pattern_matches(pattern, brief);
}

bool pattern_matches_module(const struct pattern *pattern, const struct stack_frame *frame)
{
    return frame->module && pattern_matches(pattern, frame->module->path);
}

bool pattern_matches_location(const struct pattern *pattern, struct profile *profile,
                              uint32_t location)
{
    size_t count;
    const struct stack_frame *frames = location_frames(profile, location, &count);
    for (size_t i = 0; i < count; i++) {
        if (pattern_matches_frame(pattern, profile, &frames[i]))
            return true;
    }
    return pattern_matches_module(pattern, &frames[0]);
}
