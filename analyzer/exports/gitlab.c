/* gitlab.c - what fails, as GitLab's code quality report. */
#include "exports/exports.h"
#include "views/coverage.h"
#include "views/wording.h"

#include <jansson.h>
#include <stdlib.h>

/* What it is about a run as a whole, and in no file, is shown by the program that ran. */
#define NOWHERE "timerleak"

static json_t *issue_as_json(const char *name, const char *description, const char *fingerprint,
                             const char *severity, const struct spot *spot)
{
    json_t *lines = json_pack("{s:i}", "begin", spot->line);
    json_t *location = json_pack("{s:s,s:o}", "path", spot->path, "lines", lines);
    return json_pack("{s:s,s:s,s:s,s:s,s:o}", "description", description, "check_name", name,
                     "fingerprint", fingerprint, "severity", severity, "location", location);
}

static void add_site_issue(json_t *issues, const struct gate *gate,
                           const struct repository *repository, const struct judged *judged)
{
    struct spot spot = repository_spot(repository, gate->profile, judged->site);
    bool leak = judged->site->finding.verdict == VERDICT_LEAK;
    char *message = wording_message(gate, judged);
    json_array_append_new(issues, issue_as_json(state_name(judged->state), message,
                                                judged->site->fingerprint, leak ? "major" : "minor",
                                                &spot));
    free(message);
}

/* GitLab shows one issue of each fingerprint. */
static void add_run(json_t *issues, const char *name, const char *severity, const char *text)
{
    const struct spot nowhere = {.path = NOWHERE, .line = 1};
    char fingerprint[32];
    snprintf(fingerprint, sizeof(fingerprint), "%s-%zu", name, json_array_size(issues) + 1);
    json_array_append_new(issues, issue_as_json(name, text, fingerprint, severity, &nowhere));
}

void gitlab_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    json_t *issues = json_array();
    char *too_many = wording_too_many(gate);
    const struct coverage coverage = coverage_of(gate->profile);
    for (size_t i = 0; i < gate->doubt_count; i++)
        add_run(issues, "in-doubt", "blocker", gate->doubts[i]);
    if (too_many)
        add_run(issues, "max-live", "blocker", too_many);
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS)
            add_site_issue(issues, gate, repository, &gate->judged[i]);
    }
    for (size_t i = 0; i < coverage.count; i++)
        add_run(issues, "not-recorded", "info", coverage.lines[i].s);
    json_dumpf(issues, to, JSON_INDENT(2));
    json_decref(issues);
    free(too_many);
    fputc('\n', to);
}
