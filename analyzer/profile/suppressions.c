#include "profile/suppressions.h"

#include "base/named.h"
#include "base/text.h"
#include "profile/stacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY_KIND "leak"
#define LARGEST ((size_t)64 * 1024 * 1024) /* that anybody wrote */
/* With fewer sites than this, a rule for one function may well match them all. */
#define FEWEST_WEIGHED 4
#define ALL_BUT_PART 10 /* nearly all: nine of ten */

/* ---- reading ---- */

static char *read_text(const char *path, char error[ERROR_SIZE])
{
    const struct named_rules rules = {.most = LARGEST};
    const char *why;
    char *text = named_read(path, &rules, NULL, &why);
    if (!text)
        error_set(error, "%.300s: %s", path, why);
    return text;
}

/* Whether the text begins with the word and a colon; goes on behind them if so. */
static bool take_rule_word(const char **text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || (*text)[length] != ':')
        return false;
    *text += length + 1;
    return true;
}

static bool take_kind(const char **text, struct rule *rule)
{
    rule->families = UINT64_MAX;
    if (take_rule_word(text, ANY_KIND))
        return true;
    size_t length = strcspn(*text, ":");
    rule->families = families_named(*text, length);
    if (rule->families)
        *text += length + 1;
    return rule->families && (*text)[-1] == ':';
}

static void take_state(const char **text, struct rule *rule)
{
    size_t length = strcspn(*text, ":");
    rule->state = (*text)[length] == ':' ? state_named(*text, length) : TIMER_STATES;
    if (rule->state < TIMER_STATES)
        *text += length + 1;
}

static void complain_kind(const char *path, const struct rule *rule, char error[ERROR_SIZE])
{
    int length = snprintf(error, ERROR_SIZE,
                          "%.200s:%zu: \"%.100s\" is no rule: it must begin with " ANY_KIND ":",
                          path, rule->line, rule->text);
    for (uint64_t family = 1; family < family_count() && length < ERROR_SIZE; family++)
        length +=
            snprintf(error + length, ERROR_SIZE - (size_t)length,
                     "%s%s:", family + 1 < family_count() ? ", " : " or ", family_name(family));
}

static bool parse_rule(struct rule *rule, const char *path, char error[ERROR_SIZE])
{
    const char *text = rule->text;
    if (!take_kind(&text, rule)) {
        complain_kind(path, rule, error);
        return false;
    }
    take_state(&text, rule);
    rule->pattern = text;
    if (strspn(text, "^*$") < strlen(text))
        return true;
    error_set(error, "%.200s:%zu: \"%.100s\" has no pattern, and would suppress everything", path,
              rule->line, rule->text);
    return false;
}

static char *trim_line(char *line)
{
    line += strspn(line, " \t\r");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        line[--length] = '\0';
    return line;
}

struct suppressions *suppressions_read(const char *path, char error[ERROR_SIZE])
{
    char *text = read_text(path, error), *rest = text, *line;
    if (!text)
        return NULL;
    struct suppressions *suppressions = memory_new(1, sizeof(*suppressions));
    suppressions->text = text;
    for (size_t number = 1; (line = strsep(&rest, "\n")); number++) {
        line = trim_line(line);
        if (*line == '\0' || *line == '#')
            continue;
        text_clean(line);
        struct rule rule = {.text = line, .line = number};
        if (!parse_rule(&rule, path, error)) {
            suppressions_free(suppressions);
            return NULL;
        }
        suppressions->rules = memory_grow(suppressions->rules, suppressions->count,
                                          &suppressions->room, sizeof(*suppressions->rules));
        suppressions->rules[suppressions->count++] = rule;
    }
    return suppressions;
}

void suppressions_free(struct suppressions *suppressions)
{
    if (!suppressions)
        return;
    free(suppressions->rules);
    free(suppressions->text);
    free(suppressions);
}

/* ---- matching ---- */

bool suppression_matches(const char *pattern, const char *text)
{
    const char *end = pattern + strlen(pattern);
    bool from_begin = *pattern == '^';
    pattern += from_begin;
    bool to_end = end > pattern && end[-1] == '$';
    end -= to_end;
    /* Where a '*' lets it begin anew, further on in the text. */
    const char *star = from_begin ? NULL : pattern, *resume = text;
    for (;;) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (pattern < end && *pattern == *text) {
            pattern++;
            text++;
        } else if (pattern == end && (!to_end || !*text)) {
            return true;
        } else if (star && *resume) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
}

/* By the name that instances of a template, and clones, share, too: a place shows one of them. */
static bool matches_frame(const char *pattern, struct profile *profile,
                          const struct stack_frame *frame)
{
    return suppression_matches(pattern, frame->name) ||
           suppression_matches(pattern, name_plain(profile->strings, frame->name)) ||
           (frame->file && suppression_matches(pattern, frame->file)) ||
           (frame->module && suppression_matches(pattern, frame->module->path));
}

static bool matches_stack(const char *pattern, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 0; i < depth; i++) {
        if (matches_frame(pattern, profile, &stack[i]))
            return true;
    }
    return false;
}

const struct rule *suppressions_find(struct suppressions *suppressions, struct profile *profile,
                                     struct site *site, enum timer_state state)
{
    const struct rule *first = NULL;
    for (size_t i = 0; i < suppressions->count; i++) {
        struct rule *rule = &suppressions->rules[i];
        if (!(rule->families >> site->family & 1) ||
            (rule->state != TIMER_STATES && rule->state != state) ||
            !matches_stack(rule->pattern, profile, site))
            continue;
        rule->used++;
        first = first ? first : rule;
    }
    return first;
}

/* What is above main, or a thread's first function, is so in every program. */
static bool matches_start(const char *pattern, struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = stack_own_depth(stack, depth); i < depth; i++) {
        if (matches_frame(pattern, profile, &stack[i]))
            return true;
    }
    return false;
}

static bool is_broad(const struct rule *rule, struct profile *profile)
{
    size_t matched = 0, sites = profile->site_count;
    if (suppression_matches(rule->pattern, "main"))
        return true;
    for (size_t i = 0; i < sites; i++) {
        if (suppression_matches(rule->pattern, profile->sites[i]->function) ||
            matches_start(rule->pattern, profile, profile->sites[i]))
            return true;
        matched += matches_stack(rule->pattern, profile, profile->sites[i]);
    }
    return sites >= FEWEST_WEIGHED && matched >= sites - sites / ALL_BUT_PART;
}

void suppressions_weigh(struct suppressions *suppressions, struct profile *profile)
{
    for (size_t i = 0; i < suppressions->count; i++)
        suppressions->rules[i].broad = is_broad(&suppressions->rules[i], profile);
}
