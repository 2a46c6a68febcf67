/* annotations.c - what fails, as GitHub's workflow commands. */
#include "base/text.h"
#include "exports/exports.h"
#include "profile/stacks.h"
#include "views/coverage.h"
#include "views/wording.h"

#include <stdlib.h>
#include <string.h>

/* In a property, ':' and ',' end it. */
static void write_command_text(FILE *to, const char *text, bool property)
{
    const char *special = property ? "%\r\n:," : "%\r\n";
    for (; *text; text++)
        fprintf(to, strchr(special, *text) ? "%%%02X" : "%c", (unsigned char)*text);
}

static void write_property(FILE *to, const char *name, const char *value)
{
    fprintf(to, "%s=", name);
    write_command_text(to, value, true);
}

static void write_annotation(FILE *to, const struct gate *gate, const struct repository *repository,
                             const struct judged *judged)
{
    struct spot spot = repository_spot(repository, gate->profile, judged->site);
    char *title = wording_title(gate, judged);
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, judged->site, &depth);
    fputs("::error ", to);
    if (spot.inside) {
        write_property(to, "file", spot.path);
        fprintf(to, ",line=%d,", spot.line);
    }
    write_property(to, "title", title);
    fputs("::", to);
    write_command_text(to, site_why(gate->profile, judged->site), false);
    for (size_t i = 1; i < depth && i < WORDING_MOST_FRAMES; i++) {
        char *frame = wording_frame(repository, &stack[i]);
        fputs("%0A  ", to);
        write_command_text(to, frame, false);
        free(frame);
    }
    fputc('\n', to);
    free(title);
}

static void write_run(FILE *to, const char *level, const char *text)
{
    fprintf(to, "::%s title=timerleak::", level);
    write_command_text(to, text, false);
    fputc('\n', to);
}

void annotations_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    char *too_many = wording_too_many(gate);
    size_t errors = gate->doubt_count + (too_many != NULL) + gate->outcomes[OUTCOME_FAILS];
    size_t left = ANNOTATIONS_MOST;
    const struct coverage coverage = coverage_of(gate->profile);
    for (size_t i = 0; i < gate->doubt_count && left > 0; i++, left--)
        write_run(to, "error", gate->doubts[i]);
    if (too_many && left > 0) {
        write_run(to, "error", too_many);
        left--;
    }
    for (size_t i = 0; i < gate->count && left > 0; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS) {
            write_annotation(to, gate, repository, &gate->judged[i]);
            left--;
        }
    }
    if (errors > ANNOTATIONS_MOST)
        fprintf(to,
                "::notice title=timerleak::%s not shown here: GitHub shows %d of a step; see the "
                "log\n",
                text_plural(errors - ANNOTATIONS_MOST, "finding is", "findings are").s,
                ANNOTATIONS_MOST);
    for (size_t i = 0; i < coverage.count; i++)
        write_run(to, "notice", coverage.lines[i].s);
    free(too_many);
}
