/* gate.c - what `timerleak check` prints. */
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
        fprintf(to, "       %s\n", site_why(gate->profile, judged->site));
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
            fprintf(to, "       suppressed by %s\n", judged->rule->text);
        else
            fprintf(to, "       known: in the baseline\n");
    }
}

static void print_rules(FILE *to, const struct gate *gate, const char *path)
{
    char *word = path ? text_shell_word(path) : NULL;
    for (size_t i = 0; gate->suppressions && i < gate->suppressions->count; i++) {
        const struct rule *rule = &gate->suppressions->rules[i];
        if (rule->broad)
            fprintf(to, "%s:%zu: %s matches nearly everything: it would hide leaks to come\n", word,
                    rule->line, rule->text);
        if (rule->used == 0 && gate_is_whole(gate))
            fprintf(to, "%s:%zu: %s suppresses nothing here\n", word, rule->line, rule->text);
    }
    free(word);
}

static void print_known(FILE *to, const struct known *known)
{
    fputs(known->family, to);
    for (size_t i = 0; i < known->function_count; i++)
        fprintf(to, "%s%s", i > 0 ? " < " : ": ", known->functions[i]);
    fputc('\n', to);
}

static void print_gone(FILE *to, const struct gate *gate)
{
    for (size_t i = 0; gate_is_whole(gate) && gate->baseline && i < gate->baseline->count; i++) {
        if (gate->baseline->list[i].seen)
            continue;
        fputs("no longer found: ", to);
        print_known(to, &gate->baseline->list[i]);
    }
}

static void print_summary(FILE *to, const struct gate *gate)
{
    const struct profile *profile = gate->profile;
    char *summary = wording_summary(gate), *too_many = wording_too_many(gate);
    fprintf(to, "%s; %s created, %s live in %s\n", summary,
            text_plural(profile->totals.created, "timer", "timers").s,
            text_count(profile->totals.live).s,
            text_plural(profile->process_count, "recording", "recordings").s);
    if (too_many)
        fprintf(to, "%s\n", too_many);
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
        fprintf(to, "%s: ", word);
        print_known(to, &from->list[i]);
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
    fprintf(to, "%s: %zu kept, %zu added, %zu dropped\n", word, new->count - added, added, dropped);
    free(word);
}
