#include "exports/gate_json.h"

#include "exports/json.h"

#include <jansson.h>

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
    bool named = *judged->fingerprint;
    json_object_set_new(site, "outcome", json_string(outcome_name(judged->outcome)));
    json_object_set_new(site, "fingerprint",
                        named ? json_string(judged->fingerprint) : json_null());
    json_object_set_new(site, "state",
                        judged->site->counts.live ? json_string(state_name(judged->state))
                                                  : json_null());
    json_object_set_new(site, "rule", judged->rule ? json_string(judged->rule->text) : json_null());
}

void gate_json_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    json_t *json = json_report(gate->profile), *sites = json_object_get(json, "sites");
    (void)repository;
    for (size_t i = 0; i < gate->count; i++)
        set_outcome(json_array_get(sites, i), &gate->judged[i]);
    json_object_set_new(json, "check", check_of(gate));
    json_dumpf(json, to, JSON_INDENT(2));
    json_decref(json);
    fputc('\n', to);
}
