/* markdown.c - the gate for people. */
#include "base/text.h"
#include "exports/exports.h"
#include "profile/families.h"
#include "profile/stacks.h"
#include "views/coverage.h"
#include "views/wording.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* For the last line, which says how much is not shown. */
#define RESERVE 256

/* As an entity a character means nothing to Markdown, nor to HTML: no table, link or mention. */
static void write_markdown(FILE *to, const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        bool special = isascii(*s) && !isalnum(*s) && !strchr(" .,/:;+-", *s);
        fprintf(to, special ? "&#%d;" : "%c", *s);
    }
}

static void write_code(FILE *to, const char *text)
{
    char *cut = wording_cut(text, WORDING_MOST);
    fputs("<code>", to);
    write_markdown(to, cut);
    fputs("</code>", to);
    free(cut);
}

/* ---- one finding ---- */

static void write_spot(FILE *to, const struct gate *gate, const struct repository *repository,
                       struct site *site)
{
    struct spot spot = repository_spot(repository, gate->profile, site);
    char *place;
    if (!spot.inside)
        return;
    if (asprintf(&place, "%s:%d", spot.path, spot.line) < 0)
        memory_exhausted();
    fputs(" at ", to);
    write_code(to, place);
    free(place);
}

static void markdown_write_stack(FILE *to, const struct gate *gate,
                                 const struct repository *repository, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, site, &depth);
    fputs("<pre>\n", to);
    for (size_t i = 0; i < depth && i < WORDING_MOST_FRAMES; i++) {
        char *frame = wording_frame(repository, &stack[i]);
        write_markdown(to, frame);
        fputc('\n', to);
        free(frame);
    }
    fputs("</pre>\n", to);
}

static char *finding_of(const struct gate *gate, const struct repository *repository,
                        const struct judged *judged)
{
    struct site *site = judged->site;
    char *text;
    size_t size;
    struct text loop = wording_loop(gate->profile, site);
    FILE *to = memory_stream(&text, &size);
    fprintf(to, "<details>\n<summary><b>%s</b>: %s live, %s, %s, %s",
            verdict_name(site->finding.verdict), text_count(site->counts.live).s,
            family_label(site->family, site->kind).s, state_word(judged->state, site->family),
            *loop.s ? loop.s : "created in ");
    write_code(to, stack_headline(gate->profile, site)->name);
    write_spot(to, gate, repository, site);
    fputs("</summary>\n\n", to);
    write_markdown(to, site_why(gate->profile, site));
    fputs("\n\n", to);
    markdown_write_stack(to, gate, repository, site);
    fputs("\n</details>\n\n", to);
    fclose(to);
    return text;
}

/* ---- the whole ---- */

static void write_paragraph(FILE *to, const char *text)
{
    write_markdown(to, text);
    fputs("\n\n", to);
}

static char *head_of(const struct gate *gate)
{
    static const char *const titles[] = {
        [GATE_PASSES] = "passes", [GATE_FAILS] = "fails", [GATE_IN_DOUBT] = "could not be judged"};
    char *text, *summary = wording_summary(gate), *too_many = wording_too_many(gate);
    size_t size;
    const struct coverage coverage = coverage_of(gate->profile);
    FILE *to = memory_stream(&text, &size);
    fprintf(to, "### timerleak check: %s\n\n", titles[gate_result(gate)]);
    write_paragraph(to, summary);
    for (size_t i = 0; i < coverage.count; i++)
        write_paragraph(to, coverage.lines[i].s);
    for (size_t i = 0; i < gate->doubt_count; i++) {
        char *doubt = wording_cut(gate->doubts[i], 4 * WORDING_MOST);
        write_paragraph(to, doubt);
        free(doubt);
    }
    if (too_many)
        write_paragraph(to, too_many);
    fclose(to);
    free(summary);
    free(too_many);
    return text;
}

void markdown_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    char *head = head_of(gate);
    size_t room = MARKDOWN_MOST - RESERVE, hidden = 0;
    room -= strlen(head) < room ? strlen(head) : room;
    fputs(head, to);
    free(head);
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome != OUTCOME_FAILS)
            continue;
        /* After one that found no room, none is shown: the worst come first. */
        char *finding = hidden ? NULL : finding_of(gate, repository, &gate->judged[i]);
        if (finding && strlen(finding) <= room) {
            fputs(finding, to);
            room -= strlen(finding);
        } else {
            hidden++;
        }
        free(finding);
    }
    if (hidden > 0)
        fprintf(to, "%s not shown here: see the log.\n",
                text_plural(hidden, "finding is", "findings are").s);
}
