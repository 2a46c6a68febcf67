/* junit.c - a test for each site, as JUnit's XML. */
#include "exports/exports.h"
#include "profile/stacks.h"
#include "views/coverage.h"
#include "views/wording.h"

#include <stdlib.h>
#include <string.h>

/* Characters of UTF-8 that XML must not have, escaped or not, are U+FFFE and U+FFFF. */
static bool is_no_character(const unsigned char *s)
{
    return (*s < 0x20 && !strchr("\t\n\r", *s)) ||
           (s[0] == 0xef && s[1] == 0xbf && (s[2] == 0xbe || s[2] == 0xbf));
}

static void write_xml(FILE *to, const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        if (is_no_character(s)) {
            fputc('?', to);
            s += *s == 0xef ? 2 : 0;
        } else if (strchr("&<>\"'\t\n\r", *s)) {
            fprintf(to, "&#%d;", *s);
        } else {
            fputc(*s, to);
        }
    }
}

static void write_attribute(FILE *to, const char *name, const char *value)
{
    fprintf(to, " %s=\"", name);
    write_xml(to, value);
    fputc('"', to);
}

static void write_test(FILE *to, const char *class, const char *name)
{
    fputs("    <testcase", to);
    write_attribute(to, "classname", class);
    write_attribute(to, "name", name);
    fputs(" time=\"0\"", to);
}

/* ---- the run ---- */

static void write_recordings(FILE *to, const struct gate *gate)
{
    write_test(to, "timerleak", "recordings");
    fputs(">\n", to);
    for (size_t i = 0; i < gate->doubt_count; i++) {
        fputs("      <error type=\"in-doubt\"", to);
        write_attribute(to, "message", gate->doubts[i]);
        fputs("/>\n", to);
    }
    fputs("    </testcase>\n", to);
}

static void write_live_test(FILE *to, const char *too_many)
{
    write_test(to, "timerleak", "live timers");
    fputs(">\n", to);
    if (too_many) {
        fputs("      <failure type=\"max-live\"", to);
        write_attribute(to, "message", too_many);
        fputs("/>\n", to);
    }
    fputs("    </testcase>\n", to);
}

/* Where the format has it: after the tests. */
static void write_system_out(FILE *to, const struct profile *profile)
{
    const struct coverage coverage = coverage_of(profile);
    if (coverage.count == 0)
        return;
    fputs("    <system-out>", to);
    for (size_t i = 0; i < coverage.count; i++)
        fprintf(to, "%s\n", coverage.lines[i].s);
    fputs("</system-out>\n", to);
}

/* ---- sites ---- */

static void write_failure(FILE *to, const struct gate *gate, const struct repository *repository,
                          const struct judged *judged, const char *message)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, judged->site, &depth);
    fputs("      <failure", to);
    write_attribute(to, "type", verdict_name(judged->site->finding.verdict));
    write_attribute(to, "message", message);
    fputs(">", to);
    for (size_t i = 0; i < depth; i++) {
        char *frame = wording_frame(repository, &stack[i]);
        write_xml(to, frame);
        fputc('\n', to);
        free(frame);
    }
    fputs("</failure>\n", to);
}

static void write_testcase(FILE *to, const struct gate *gate, const struct repository *repository,
                           const struct judged *judged)
{
    struct site *site = judged->site;
    struct spot spot = repository_spot(repository, gate->profile, site);
    char *message = wording_outcome(gate, judged), *class, *name;
    char *function = wording_cut(stack_headline(gate->profile, site)->name, WORDING_MOST);
    if (asprintf(&class, "timerleak.%s", family_name(site->family)) < 0 ||
        asprintf(&name, "%s [%s]", function, site->id) < 0)
        memory_exhausted();
    write_test(to, class, name);
    if (spot.inside) {
        write_attribute(to, "file", spot.path);
        fprintf(to, " line=\"%d\"", spot.line);
    }
    fputs(">\n", to);
    if (judged->outcome == OUTCOME_FAILS) {
        write_failure(to, gate, repository, judged, message);
    } else if (judged->outcome != OUTCOME_PASSES) {
        fputs("      <skipped", to);
        write_attribute(to, "message", message);
        fputs("/>\n", to);
    }
    fputs("    </testcase>\n", to);
    free(message);
    free(function);
    free(class);
    free(name);
}

static void write_suite_counts(FILE *to, const struct gate *gate)
{
    bool limited = gate->options.max_live != UINT64_MAX;
    fprintf(to,
            " name=\"timerleak\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"%zu\" "
            "time=\"0\"",
            gate->count + 1 + limited, gate->outcomes[OUTCOME_FAILS] + gate->too_many,
            gate->doubt_count > 0,
            gate->outcomes[OUTCOME_KNOWN] + gate->outcomes[OUTCOME_SUPPRESSED]);
}

void junit_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    char *too_many = wording_too_many(gate);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", to);
    write_suite_counts(to, gate);
    fputs(">\n  <testsuite", to);
    write_suite_counts(to, gate);
    fputs(">\n", to);
    write_recordings(to, gate);
    if (gate->options.max_live != UINT64_MAX)
        write_live_test(to, too_many);
    for (size_t i = 0; i < gate->count; i++)
        write_testcase(to, gate, repository, &gate->judged[i]);
    write_system_out(to, gate->profile);
    fputs("  </testsuite>\n</testsuites>\n", to);
    free(too_many);
}
