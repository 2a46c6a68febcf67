/* sarif.c - what fails, as SARIF 2.1.0. */
#include "base/version.h"
#include "exports/exports.h"
#include "profile/stacks.h"
#include "views/coverage.h"
#include "views/wording.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define ROOT "%SRCROOT%"
#define FINGERPRINT "timerleak/v2" /* v1 was of the state too */
/* The one that GitHub knows an alert by; else it makes one from the text of the source. */
#define GITHUB_FINGERPRINT "primaryLocationLineHash"

struct rule_text {
    const char *title, *help;
};

static const struct rule_text rules[TIMER_STATES] = {
    [NEVER_ARMED] = {"Timers that were created and never armed",
                     "They do nothing, yet each holds a descriptor or a queued signal. Release "
                     "them on the path that does not arm them."},
    [NEVER_FIRED] = {"Timers that are armed and have not fired",
                     "Typical of timeouts: the awaited event came first and the timeout was "
                     "forgotten. Release it when the event comes."},
    [NEVER_STOPPED] = {"Timers that have fired and are armed still",
                       "Tickers whose owner is gone cost a wakeup each time. Disarm and release "
                       "them with their owner."},
    [NEVER_RELEASED] = {"Timers that fired or were disarmed, and were never released",
                        "A timer does not go away by firing: POSIX timers want timer_delete, "
                        "timerfds want close, those of libraries uv_close, event_free, "
                        "g_source_remove and their like. Release it, or arm it again."},
};

/* ---- texts and places ---- */

static json_t *message_of(const char *text)
{
    return json_pack("{s:s}", "text", text);
}

/* Takes the text. */
static json_t *text_taken(char *text)
{
    json_t *json = message_of(text);
    free(text);
    return json;
}

static bool is_plain(unsigned char c)
{
    return isascii(c) && (isalnum(c) || strchr("-._~/", c));
}

static json_t *uri_of(const char *path)
{
    char *uri;
    size_t size;
    FILE *to = memory_stream(&uri, &size);
    if (*path == '/')
        fputs("file://", to);
    for (const unsigned char *s = (const unsigned char *)path; *s; s++)
        fprintf(to, is_plain(*s) ? "%c" : "%%%02X", *s);
    fclose(to);
    json_t *json = json_string(uri);
    free(uri);
    return json;
}

static json_t *location_of_path(const char *path, int line, bool inside)
{
    json_t *artifact = json_object(), *physical = json_object();
    json_object_set_new(artifact, "uri", uri_of(path));
    if (inside)
        json_object_set_new(artifact, "uriBaseId", json_string(ROOT));
    json_object_set_new(physical, "artifactLocation", artifact);
    if (line > 0)
        json_object_set_new(physical, "region", json_pack("{s:i}", "startLine", line));
    return json_pack("{s:o}", "physicalLocation", physical);
}

static json_t *location_of_frame(const struct repository *repository,
                                 const struct stack_frame *frame)
{
    const char *inside = repository_path(repository, frame);
    const char *path = inside ? inside : frame->file;
    json_t *location = path ? location_of_path(path, frame->line, inside != NULL) : json_object();
    char *name = wording_cut(frame->name, WORDING_MOST);
    json_t *logical = json_pack("[{s:s,s:s}]", "fullyQualifiedName", name, "kind", "function");
    json_object_set_new(location, "logicalLocations", logical);
    json_object_set_new(location, "message", text_taken(wording_frame(repository, frame)));
    free(name);
    return location;
}

/* ---- stacks ---- */

static json_t *stacks_of(const struct gate *gate, const struct repository *repository,
                         struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, site, &depth);
    json_t *frames = json_array();
    for (size_t i = 0; i < depth && i < SARIF_MOST_FRAMES; i++) {
        json_t *frame = json_object();
        json_object_set_new(frame, "location", location_of_frame(repository, &stack[i]));
        if (stack[i].module)
            json_object_set_new(frame, "module", json_string(stack[i].module->name));
        json_array_append_new(frames, frame);
    }
    return json_pack("[{s:o,s:o}]", "message", message_of("where the timers were created"),
                     "frames", frames);
}

/* From main to the call that made the timer, in the source under review: NULL if it is nowhere. */
static json_t *flows_of(const struct gate *gate, const struct repository *repository,
                        struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(gate->profile, site, &depth);
    json_t *steps = json_array();
    size_t count = 0;
    for (size_t i = 1; i < depth && count < SARIF_MOST_FRAMES; i++) {
        if (!repository_path(repository, &stack[i]))
            continue;
        json_t *step = json_pack("{s:o}", "location", location_of_frame(repository, &stack[i]));
        json_array_insert_new(steps, 0, step);
        count++;
    }
    if (count == 0) {
        json_decref(steps);
        return NULL;
    }
    return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

/* ---- results ---- */

static json_t *result_of(const struct gate *gate, const struct repository *repository,
                         const struct judged *judged)
{
    struct site *site = judged->site;
    struct spot spot = repository_spot(repository, gate->profile, site);
    json_t *result = json_object(), *flows = flows_of(gate, repository, site);
    json_object_set_new(result, "ruleId", json_string(state_name(judged->state)));
    json_object_set_new(result, "ruleIndex", json_integer(judged->state));
    json_object_set_new(result, "level",
                        json_string(site->finding.verdict == VERDICT_LEAK ? "error" : "warning"));
    json_object_set_new(result, "message", text_taken(wording_message(gate, judged)));
    json_object_set_new(result, "locations",
                        json_pack("[o]", location_of_path(spot.path, spot.line, spot.inside)));
    json_object_set_new(result, "partialFingerprints",
                        json_pack("{s:s,s:s}", FINGERPRINT, judged->site->fingerprint,
                                  GITHUB_FINGERPRINT, judged->site->fingerprint));
    json_object_set_new(result, "stacks", stacks_of(gate, repository, site));
    if (flows)
        json_object_set_new(result, "codeFlows", flows);
    if (gate->baseline)
        json_object_set_new(result, "baselineState", json_string("new"));
    json_object_set_new(result, "occurrenceCount",
                        json_integer((json_int_t)(site->counts.live ? site->counts.live : 1)));
    return result;
}

static json_t *results_of(const struct gate *gate, const struct repository *repository)
{
    json_t *results = json_array();
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->judged[i].outcome == OUTCOME_FAILS &&
            json_array_size(results) < SARIF_MOST_RESULTS)
            json_array_append_new(results, result_of(gate, repository, &gate->judged[i]));
    }
    return results;
}

/* ---- the tool and its run ---- */

static json_t *rules_of(void)
{
    json_t *list = json_array();
    for (enum timer_state state = 0; state < TIMER_STATES; state++) {
        json_t *rule = json_object();
        json_object_set_new(rule, "id", json_string(state_name(state)));
        json_object_set_new(rule, "shortDescription", message_of(rules[state].title));
        json_object_set_new(rule, "fullDescription", message_of(rules[state].title));
        json_object_set_new(rule, "help", message_of(rules[state].help));
        json_object_set_new(rule, "defaultConfiguration", json_pack("{s:s}", "level", "error"));
        json_array_append_new(list, rule);
    }
    return list;
}

static json_t *tool_of(void)
{
    json_t *driver = json_object();
    json_object_set_new(driver, "name", json_string("timerleak"));
    json_object_set_new(driver, "semanticVersion", json_string(TIMERLEAK_VERSION));
    json_object_set_new(driver, "rules", rules_of());
    return json_pack("{s:o}", "driver", driver);
}

static void add_notification(json_t *notifications, const char *level, const char *text)
{
    json_array_append_new(notifications,
                          json_pack("{s:s,s:{s:s}}", "level", level, "message", "text", text));
}

static json_t *invocation_of(const struct gate *gate)
{
    json_t *notifications = json_array();
    char *too_many = wording_too_many(gate);
    const struct coverage coverage = coverage_of(gate->profile);
    for (size_t i = 0; i < gate->doubt_count; i++)
        add_notification(notifications, "error", gate->doubts[i]);
    if (too_many)
        add_notification(notifications, "error", too_many);
    if (gate->outcomes[OUTCOME_FAILS] > SARIF_MOST_RESULTS)
        add_notification(notifications, "warning",
                         "there are more findings than GitHub takes: see the log");
    for (size_t i = 0; i < coverage.count; i++)
        add_notification(notifications, "note", coverage.lines[i].s);
    free(too_many);
    return json_pack("{s:b,s:o}", "executionSuccessful", gate->doubt_count == 0,
                     "toolExecutionNotifications", notifications);
}

void sarif_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    json_t *run = json_object();
    json_object_set_new(run, "tool", tool_of());
    json_object_set_new(run, "invocations", json_pack("[o]", invocation_of(gate)));
    json_object_set_new(
        run, "originalUriBaseIds",
        json_pack("{s:{s:o}}", ROOT, "description", message_of("the root of the source")));
    json_object_set_new(run, "columnKind", json_string("utf16CodeUnits"));
    json_object_set_new(run, "results", results_of(gate, repository));
    json_t *log = json_pack("{s:s,s:s,s:[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs", run);
    json_dumpf(log, to, JSON_INDENT(2));
    json_decref(log);
    fputc('\n', to);
}
