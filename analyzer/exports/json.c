/* json.c - the report, and the gate, as JSON. */
#include "base/numbers.h"
#include "exports/exports.h"
#include "profile/callers.h"
#include "profile/families.h"
#include "profile/identity.h"
#include "profile/loops.h"
#include "profile/losses.h"
#include "profile/process.h"
#include "profile/stacks.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

json_t *json_count(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *limit_or_null(uint64_t limit)
{
    return limit == UINT64_MAX ? json_null() : json_count(limit);
}

static json_t *iso_time(uint64_t real)
{
    char date[32], text[64];
    time_t seconds = (time_t)(real / NS_PER_SECOND);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc))
        return json_null();
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, sizeof(text), "%s.%09" PRIu64 "Z", date, real % NS_PER_SECOND);
    return json_string(text);
}

static const char *end_name(const struct process *process)
{
    static const char *const names[] = {"running", "exited", "killed", "execed"};
    if (process_end_unseen(process))
        return "unknown";
    return names[process->end];
}

static json_t *limits_of(const struct process *process)
{
    json_t *json = json_object();
    struct limit limits[LIMITS];
    static const char *const keys[LIMITS] = {"descriptors", "pending_signals"};
    json_object_set_new(json, "nofile_soft", limit_or_null(process->nofile_soft));
    json_object_set_new(json, "nofile_hard", limit_or_null(process->nofile_hard));
    json_object_set_new(json, "sigpending_soft", limit_or_null(process->sigpending_soft));
    json_object_set_new(json, "sigpending_hard", limit_or_null(process->sigpending_hard));
    limits_of_process(process, limits);
    for (size_t i = 0; i < LIMITS; i++) {
        json_t *use = json_object();
        json_object_set_new(use, "used", limits[i].used ? json_count(limits[i].used) : json_null());
        json_object_set_new(use, "growth_per_second", json_real(limits[i].growth));
        json_object_set_new(use, "reached_in_ns",
                            limits[i].reached ? json_count(limits[i].reached) : json_null());
        json_object_set_new(json, keys[i], use);
    }
    return json;
}

static json_t *sampling_of(const struct process *process)
{
    json_t *json = json_object();
    json_object_set_new(json, "one_in", json_count(process->one_in));
    json_object_set_new(json, "recorded", json_count(process->recorded));
    json_object_set_new(json, "left_out", json_count(process->omitted[TLK_OMIT_SAMPLED]));
    return json;
}

static json_t *sleep_of(const struct process *process)
{
    json_t *json = json_object();
    json_object_set_new(json, "at_end", json_boolean(process->asleep));
    json_object_set_new(json, "switched_ns",
                        json_count(elapsed(process->switched, process->start_mono)));
    json_object_set_new(json, "duration_ns", json_count(process->slept));
    json_object_set_new(json, "left_out", json_count(process->omitted[TLK_OMIT_ASLEEP]));
    return json;
}

static json_t *watched_of(const struct process *process)
{
    json_t *json = json_array();
    for (uint64_t family = 1; family < family_count(); family++) {
        if (process->watched & family_namesakes(family) && family_is_first(family))
            json_array_append_new(json, json_string(family_name(family)));
    }
    return json;
}

static json_t *process_of(const struct process *process)
{
    json_t *json = json_object(), *argv = json_array();
    for (size_t i = 0; i < process->argc; i++)
        json_array_append_new(argv, json_string(process->argv[i]));
    json_object_set_new(json, "pid", json_integer(process->pid));
    json_object_set_new(json, "ppid", json_integer(process->ppid));
    json_object_set_new(json, "name", json_string(process->name));
    json_object_set_new(json, "exe", json_string(process->exe));
    json_object_set_new(json, "argv", argv);
    json_object_set_new(json, "forked", json_boolean(process->forked));
    json_object_set_new(json, "start", iso_time(process->start_real));
    json_object_set_new(json, "start_ns", json_count(process->start_real));
    json_object_set_new(json, "duration_ns", json_count(process_duration(process)));
    json_object_set_new(json, "end", json_string(end_name(process)));
    json_object_set_new(json, "end_status", json_integer(process->end_status));
    json_object_set_new(json, "recording", json_string(process->recording));
    json_object_set_new(json, "families", watched_of(process));
    json_object_set_new(json, "unknown_families", json_count(process->unknown_families));
    json_object_set_new(json, "sampling", sampling_of(process));
    json_object_set_new(json, "asleep", sleep_of(process));
    json_object_set_new(json, "ignored", json_count(process->omitted[TLK_OMIT_IGNORED]));
    json_object_set_new(json, "limits", limits_of(process));
    return json;
}

struct key {
    const char *name;
    size_t field; /* in struct counts */
};

#define KEY(name, field)                                                                           \
    {                                                                                              \
        name, offsetof(struct counts, field)                                                       \
    }

static const struct key count_keys[] = {
    KEY("created", created),
    KEY("inherited", inherited),
    KEY("armed", armed),
    KEY("fired", fired),
    KEY("fired_unknown", fired_unknown),
    KEY("stopped", stopped),
    KEY("released", released),
    KEY("live", live),
    KEY("in_flight", in_flight),
    KEY("peak", peak),
    KEY("never_armed", states[NEVER_ARMED]),
    KEY("never_fired", states[NEVER_FIRED]),
    KEY("never_stopped", states[NEVER_STOPPED]),
    KEY("never_released", states[NEVER_RELEASED]),
    KEY("unread", unread),
    KEY("live_inherited", live_inherited),
    KEY("live_received", live_received),
    KEY("passed_on", passed_on),
    KEY("overdue", overdue),
    KEY("far_future", far_future),
    KEY("overwritten", overwritten),
    KEY("left_behind", left_behind),
    KEY("age_ns", age),
    KEY("retained", retained),
    KEY("on_duplicates", on_duplicates),
};

/* By errno: those that there were. */
static json_t *failures_as_json(const struct counts *counts)
{
    json_t *json = json_object();
    for (enum tlk_failure failure = 0; failure < TLK_FAILURES; failure++) {
        if (counts->failed[failure] > 0)
            json_object_set_new(json, failure_name(failure), json_count(counts->failed[failure]));
    }
    return json;
}

static void set_counts(json_t *json, const struct counts *counts)
{
    for (size_t i = 0; i < sizeof(count_keys) / sizeof(*count_keys); i++) {
        uint64_t value;
        memcpy(&value, (const char *)counts + count_keys[i].field, sizeof(value));
        json_object_set_new(json, count_keys[i].name, json_count(value));
    }
    json_object_set_new(json, "failed", json_count(counts_failed(counts)));
    json_object_set_new(json, "failures", failures_as_json(counts));
}

static json_t *frame_as_json(const struct stack_frame *frame)
{
    json_t *json = json_object();
    json_object_set_new(json, "function", text_or_null(frame->function));
    json_object_set_new(json, "name", json_string(frame->name));
    if (frame->signature)
        json_object_set_new(json, "signature", json_string(frame->signature));
    json_object_set_new(json, "file", text_or_null(frame->file));
    json_object_set_new(json, "line", frame->line > 0 ? json_integer(frame->line) : json_null());
    if (frame->module) {
        json_object_set_new(json, "module", json_string(frame->module->path));
        json_object_set_new(json, "build_id", json_string(frame->module->build_id));
    }
    json_object_set_new(json, "offset", json_count(frame->offset));
    json_object_set_new(json, "inlined", json_boolean(frame->inlined));
    json_object_set_new(json, "tail_call", json_boolean(frame->tail_call));
    return json;
}

static json_t *stack_as_json(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    json_t *json = json_array(), *leaf = json_object();
    json_object_set_new(leaf, "function", json_string(site->function));
    json_array_append_new(json, leaf);
    for (size_t i = 1; i < depth; i++)
        json_array_append_new(json, frame_as_json(&stack[i]));
    return json;
}

/* The worst of those that it is shown for. */
static json_t *paths_of(struct profile *profile, const struct site *site)
{
    json_t *json = json_array();
    for (size_t i = 0; i < site->path_count && i < SITE_PATHS_SHOWN; i++) {
        json_t *path = json_object();
        json_object_set_new(path, "live", json_count(site->paths[i]->counts.live));
        json_object_set_new(path, "stack", stack_as_json(profile, site->paths[i]));
        json_array_append_new(json, path);
    }
    return json;
}

/* The line that has to do so with most of its live timers; null: none is known. */
static json_t *caller_or_null(struct profile *profile, const struct site *site,
                              enum caller_role role)
{
    const struct caller *caller = callers_most(profile, site, role);
    return caller ? frame_as_json(caller_frame(profile, site, caller->location)) : json_null();
}

static json_t *site_of(struct profile *profile, struct site *site)
{
    json_t *json = json_object();
    const struct foreign *loop = loop_of(profile, site);
    json_object_set_new(json, "id", json_string(site->id));
    json_object_set_new(json, "family", json_string(family_name(site->family)));
    json_object_set_new(json, "kind", text_or_null(*site->kind ? site->kind : NULL));
    json_object_set_new(json, "loop", loop ? json_string(loop->family) : json_null());
    json_object_set_new(json, "verdict", json_string(verdict_name(site->finding.verdict)));
    json_object_set_new(json, "why", json_string(site->finding.why));
    json_object_set_new(json, "pid",
                        site->process ? json_integer(site->process->pid) : json_null());
    set_counts(json, &site->counts);
    json_object_set_new(json, "growth_per_second", json_real(site->finding.growth));
    json_object_set_new(json, "oldest_age_ns", json_count(site->oldest_age));
    json_object_set_new(json, "longest_life_ns", json_count(site->longest_life));
    json_object_set_new(json, "first_created_ns", json_count(site->first_created));
    json_object_set_new(json, "last_created_ns", json_count(site->last_created));
    json_object_set_new(json, "truncated", json_boolean(site->truncated));
    json_object_set_new(json, "unwound", json_boolean(site->unwound));
    json_object_set_new(json, "set_by", caller_or_null(profile, site, CALLER_SETS));
    json_object_set_new(json, "duplicated_by", caller_or_null(profile, site, CALLER_DUPLICATES));
    json_object_set_new(json, "stack", stack_as_json(profile, site));
    json_object_set_new(json, "path_count", json_count(site->path_count));
    json_object_set_new(json, "paths", paths_of(profile, site));
    json_object_set_new(json, "processes", json_count(site->holders));
    return json;
}

static json_t *dropped_of(const struct profile *profile)
{
    json_t *json = json_object();
    uint64_t total = losses_damaged(profile), unknown = 0;
    json_object_set_new(json, "damaged", json_count(total));
    for (unsigned reason = 0; reason < TLK_DROPS; reason++) {
        uint64_t count = losses_count(profile, reason);
        if (reason < LOSSES_KNOWN)
            json_object_set_new(json, loss_of(reason)->key, json_count(count));
        else
            unknown += count;
        total += count;
    }
    json_object_set_new(json, "unknown", json_count(unknown));
    json_object_set_new(json, "total", json_count(total));
    return json;
}

/* Modules whose addresses were looked up in vain. */
static json_t *unresolved_of(const struct profile *profile)
{
    json_t *json = json_array();
    struct nameless *list;
    size_t count = losses_nameless(profile, &list);
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "module", json_string(list[i].module->path));
        json_object_set_new(one, "build_id", json_string(list[i].module->build_id));
        json_object_set_new(one, "why", json_string(list[i].why));
        json_object_set_new(one, "addresses", json_count(list[i].addresses));
        json_array_append_new(json, one);
    }
    free(list);
    return json;
}

static json_t *totals_of(const struct profile *profile)
{
    json_t *json = json_object();
    set_counts(json, &profile->totals);
    json_object_set_new(json, "sites", json_count(profile->site_count));
    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        json_object_set_new(json, verdict_name(verdict),
                            json_count(profile_count_sites(profile, verdict)));
    return json;
}

/* ---- the gate ---- */

static json_t *sites_by_outcome(const struct gate *gate)
{
    json_t *json = json_object();
    for (enum outcome outcome = 0; outcome < OUTCOMES; outcome++)
        json_object_set_new(json, outcome_name(outcome), json_count(gate->outcomes[outcome]));
    return json;
}

static json_t *doubts_of(const struct gate *gate)
{
    json_t *json = json_array();
    for (size_t i = 0; i < gate->doubt_count; i++)
        json_array_append_new(json, json_string(gate->doubts[i]));
    return json;
}

static json_t *gone_of(const struct gate *gate)
{
    json_t *json = json_array();
    for (size_t i = 0; gate_is_whole(gate) && gate->baseline && i < gate->baseline->count; i++) {
        if (!gate->baseline->list[i].seen)
            json_array_append_new(json, json_string(gate->baseline->list[i].fingerprint));
    }
    return json;
}

static void set_rules(json_t *json, const struct gate *gate)
{
    json_t *unused = json_array(), *broad = json_array();
    for (size_t i = 0; gate->suppressions && i < gate->suppressions->count; i++) {
        const struct rule *rule = &gate->suppressions->rules[i];
        if (rule->used == 0 && gate_is_whole(gate))
            json_array_append_new(unused, json_string(rule->text));
        if (rule->broad)
            json_array_append_new(broad, json_string(rule->text));
    }
    json_object_set_new(json, "unused_rules", unused);
    json_object_set_new(json, "broad_rules", broad);
}

static json_t *check_of(const struct gate *gate)
{
    static const char *const results[] = {
        [GATE_PASSES] = "passes", [GATE_FAILS] = "fails", [GATE_IN_DOUBT] = "in-doubt"};
    json_t *json = json_object();
    uint64_t most = gate->options.max_live;
    json_object_set_new(json, "result", json_string(results[gate_result(gate)]));
    json_object_set_new(json, "sites", sites_by_outcome(gate));
    json_object_set_new(json, "live", json_count(gate->live));
    json_object_set_new(json, "max_live", most == UINT64_MAX ? json_null() : json_count(most));
    json_object_set_new(json, "doubts", doubts_of(gate));
    json_object_set_new(json, "gone", gone_of(gate));
    set_rules(json, gate);
    return json;
}

static void set_outcome(json_t *site, const struct judged *judged)
{
    bool named = judged->outcome != OUTCOME_PASSES;
    json_object_set_new(site, "outcome", json_string(outcome_name(judged->outcome)));
    json_object_set_new(site, "fingerprint",
                        named ? json_string(judged->site->fingerprint) : json_null());
    json_object_set_new(site, "state",
                        judged->site->counts.live ? json_string(state_name(judged->state))
                                                  : json_null());
    json_object_set_new(site, "rule", judged->rule ? json_string(judged->rule->text) : json_null());
}

/* ---- piece by piece, as all sites at once take many times what the profile takes ---- */

#define STEP 2 /* of indentation */

struct json_stream {
    FILE *to;
    size_t depth;
    bool started; /* there is something in the innermost brackets */
    bool failed;
};

static void stream_line(const struct json_stream *stream)
{
    fprintf(stream->to, "\n%*s", (int)(STEP * stream->depth), "");
}

static void stream_begin(struct json_stream *stream, char bracket)
{
    fputc(bracket, stream->to);
    stream->depth++;
    stream->started = false;
}

static void stream_end(struct json_stream *stream, char bracket)
{
    stream->depth--;
    if (stream->started)
        stream_line(stream);
    fputc(bracket, stream->to);
    stream->started = true;
}

static void stream_next(struct json_stream *stream)
{
    if (stream->started)
        fputc(',', stream->to);
    stream->started = true;
    stream_line(stream);
}

static void stream_key(struct json_stream *stream, const char *key)
{
    stream_next(stream);
    fprintf(stream->to, "\"%s\": ", key);
}

/* The lines of a piece begin at the left, for all that it knows. It comes by the word. */
static int stream_text(const char *text, size_t size, void *context)
{
    const struct json_stream *stream = context;
    const char *line;
    for (; (line = memchr(text, '\n', size)); text = line + 1) {
        fwrite_unlocked(text, 1, (size_t)(line - text), stream->to);
        stream_line(stream);
        size -= (size_t)(line + 1 - text);
    }
    fwrite_unlocked(text, 1, size, stream->to);
    return 0;
}

static void stream_value(struct json_stream *stream, json_t *value)
{
    size_t flags = JSON_INDENT(STEP) | JSON_ENCODE_ANY;
    stream->failed |= json_dump_callback(value, stream_text, stream, flags) != 0;
    json_decref(value);
}

static void stream_member(struct json_stream *stream, const char *key, json_t *value)
{
    stream_key(stream, key);
    stream_value(stream, value);
}

static void stream_processes(struct json_stream *stream, const struct profile *profile)
{
    stream_key(stream, "processes");
    stream_begin(stream, '[');
    for (size_t i = 0; i < profile->process_count; i++) {
        stream_next(stream);
        stream_value(stream, process_of(profile->processes[i]));
    }
    stream_end(stream, ']');
}

static void stream_sites(struct json_stream *stream, struct profile *profile,
                         const struct gate *gate)
{
    stream_key(stream, "sites");
    stream_begin(stream, '[');
    for (size_t i = 0; i < profile->site_count; i++) {
        bool kept = profile->sites[i]->stack;
        json_t *site = site_of(profile, profile->sites[i]);
        if (gate)
            set_outcome(site, &gate->judged[i]);
        stream_next(stream);
        stream_value(stream, site);
        if (!kept)
            stack_forget(profile->sites[i]);
    }
    stream_end(stream, ']');
}

/* With what a gate says of it, if there is one. */
static bool report_write(FILE *to, struct profile *profile, const struct gate *gate)
{
    struct json_stream stream = {.to = to};
    const struct process *first = profile->process_count ? profile->processes[0] : NULL;
    fingerprints_set(profile);
    stream_begin(&stream, '{');
    stream_member(&stream, "schema", json_string("timerleak/1"));
    stream_member(&stream, "process", first ? process_of(first) : json_null());
    stream_member(&stream, "limits", first ? limits_of(first) : json_null());
    stream_member(&stream, "totals", totals_of(profile));
    stream_member(&stream, "dropped", dropped_of(profile));
    stream_processes(&stream, profile);
    stream_sites(&stream, profile, gate);
    stream_member(&stream, "unresolved", unresolved_of(profile));
    if (gate)
        stream_member(&stream, "check", check_of(gate));
    stream_end(&stream, '}');
    return fputc('\n', to) != EOF && !ferror(to) && !stream.failed;
}

bool json_write(FILE *to, struct profile *profile)
{
    return report_write(to, profile, NULL);
}

void gate_json_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    (void)repository;
    report_write(to, gate->profile, gate);
}
