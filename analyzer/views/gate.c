/* gate.c - what `timerleak check` prints. */
#include "base/fit.h"
#include "base/memory.h"
#include "base/text.h"
#include "views/coverage.h"
#include "views/sites.h"
#include "views/views.h"
#include "views/wording.h"

#include <stdlib.h>
#include <string.h>

static void print_failing(FILE *to, const struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome != OUTCOME_FAILS)
            continue;
        site_print_finding(to, gate->profile, gate->judged[i].site);
        fputc('\n', to);
    }
}

/* What can't be told yet fails nothing, and is not to be passed over. */
static void print_growing(FILE *to, const struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++) {
        const struct judged *judged = &gate->judged[i];
        if (judged->outcome != OUTCOME_PASSES || judged->site->finding.verdict != VERDICT_GROWING)
            continue;
        site_print_headline(to, gate->profile, judged->site);
        fit_say(to, "       %s", site_why(gate->profile, judged->site));
    }
}

static void print_excused(FILE *to, const struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++) {
        const struct judged *judged = &gate->judged[i];
        if (judged->outcome != OUTCOME_KNOWN && judged->outcome != OUTCOME_SUPPRESSED)
            continue;
        site_print_headline(to, gate->profile, judged->site);
        if (judged->rule)
            fit_say(to, "       suppressed by %s", judged->rule->text);
        else
            fit_say(to, "       known: in the baseline");
    }
}

static void print_rules(FILE *to, const struct gate *gate, const char *path)
{
    char *word = path ? text_shell_word(path) : NULL;
    for (size_t i = 0; gate->suppressions && i < gate->suppressions->count; i++) {
        const struct rule *rule = &gate->suppressions->rules[i];
        if (rule->broad)
            fit_say(to, "%s:%zu: %s matches nearly everything: it would hide leaks to come", word,
                    rule->line, rule->text);
        if (rule->used == 0 && gate_is_whole(gate))
            fit_say(to, "%s:%zu: %s suppresses nothing here", word, rule->line, rule->text);
    }
    free(word);
}

static void print_known(FILE *to, const char *word, const struct known *known)
{
    char *text;
    size_t size;
    FILE *line = memory_stream(&text, &size);
    fprintf(line, "%s: %s", word, known->family);
    for (size_t i = 0; i < known->function_count; i++)
        fprintf(line, "%s%s", i > 0 ? " < " : ": ", known->functions[i]);
    fclose(line);
    fit_say(to, "%s", text);
    free(text);
}

static void print_gone(FILE *to, const struct gate *gate)
{
    for (size_t i = 0; gate_is_whole(gate) && gate->baseline && i < gate->baseline->count; i++) {
        if (gate->baseline->list[i].seen)
            continue;
        print_known(to, "no longer found", &gate->baseline->list[i]);
    }
}

static void print_summary(FILE *to, const struct gate *gate)
{
    const struct profile *profile = gate->profile;
    char *summary = wording_summary(gate), *too_many = wording_too_many(gate);
    fit_say(to, "%s; %s created, %s live in %s", summary,
            text_plural(profile->totals.created, "timer", "timers").s,
            text_count(profile->totals.live).s,
            text_plural(profile->process_count, "recording", "recordings").s);
    if (too_many)
        fit_say(to, "%s", too_many);
    free(summary);
    free(too_many);
}

void gate_print(FILE *to, const struct gate *gate, const char *rules)
{
    print_failing(to, gate);
    print_growing(to, gate);
    print_excused(to, gate);
    print_rules(to, gate, rules);
    print_gone(to, gate);
    losses_print(to, gate->profile);
    losses_print_modules(to, gate->profile);
    print_summary(to, gate);
}

static size_t print_difference(FILE *to, const char *word, const struct baseline *from,
                               const struct baseline *other)
{
    size_t count = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (baseline_find(other, from->list[i].fingerprint))
            continue;
        print_known(to, word, &from->list[i]);
        count++;
    }
    return count;
}

void gate_print_update(FILE *to, const struct baseline *old, const struct baseline *new,
                       const char *path)
{
    size_t added = print_difference(to, "added", new, old);
    size_t dropped = print_difference(to, "dropped", old, new);
    char *word = text_shell_word(path);
    fit_say(to, "%s: %zu kept, %zu added, %zu dropped", word, new->count - added, added, dropped);
    free(word);
}
