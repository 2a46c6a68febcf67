/* prometheus.c - the gate as Prometheus's text format. */
#include "exports/exports.h"
#include "profile/losses.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What processes of one name have of families of one name: no label set may come twice. */
struct series {
    const char *process; /* interned in the profile */
    const char *family;
    uint64_t live[VERDICTS];
    uint64_t created, released;
};

struct table {
    struct series *list;
    size_t count, room;
};

/* ---- gathering ---- */

static struct series *series_of(struct table *table, const char *process, const char *family)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->list[i].family, family) == 0 &&
            strcmp(table->list[i].process, process) == 0)
            return &table->list[i];
    }
    table->list = memory_grow(table->list, table->count, &table->room, sizeof(*table->list));
    table->list[table->count] = (struct series){.process = process, .family = family};
    return &table->list[table->count++];
}

static void gather_series(struct table *table, const struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++) {
        const struct site *site = gate->judged[i].site;
        if (!site->process) /* it had no timers */
            continue;
        struct series *series = series_of(table, site->process->name, family_name(site->family));
        series->live[site->finding.verdict] += site->counts.live;
        series->created += site->counts.created;
        series->released += site->counts.released;
    }
}

/* ---- writing ---- */

static void write_label(FILE *to, const char *name, const char *value)
{
    fprintf(to, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n')
            fputs("\\n", to);
        else
            fprintf(to, strchr("\\\"", *value) ? "\\%c" : "%c", *value);
    }
    fputc('"', to);
}

static void write_metric_head(FILE *to, const char *name, const char *type, const char *help)
{
    fprintf(to, "# HELP timerleak_%s %s\n# TYPE timerleak_%s %s\n", name, help, name, type);
}

static void write_site_counts(FILE *to, const struct gate *gate)
{
    size_t sites[VERDICTS] = {0};
    for (size_t i = 0; i < gate->count; i++)
        sites[gate->judged[i].site->finding.verdict]++;
    write_metric_head(to, "sites", "gauge", "Places in the source that create timers, by verdict.");
    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        fprintf(to, "timerleak_sites{verdict=\"%s\"} %zu\n", verdict_name(verdict), sites[verdict]);
    write_metric_head(to, "checked_sites", "gauge",
                      "The same, by what timerleak check makes of them.");
    for (enum outcome outcome = 0; outcome < OUTCOMES; outcome++)
        fprintf(to, "timerleak_checked_sites{outcome=\"%s\"} %zu\n", outcome_name(outcome),
                gate->outcomes[outcome]);
    write_metric_head(to, "check_in_doubt", "gauge",
                      "1 if what was recorded does not do to judge by.");
    fprintf(to, "timerleak_check_in_doubt %d\n", gate->doubt_count > 0);
}

static void write_series_labels(FILE *to, const char *name, const struct series *series)
{
    fprintf(to, "timerleak_%s{", name);
    write_label(to, "process", series->process);
    fprintf(to, ",family=\"%s\"", series->family);
}

static void write_live_series(FILE *to, const struct table *table)
{
    write_metric_head(to, "live", "gauge", "Timers that were created and not released.");
    for (size_t i = 0; i < table->count; i++) {
        for (enum verdict verdict = 0; verdict < VERDICTS; verdict++) {
            write_series_labels(to, "live", &table->list[i]);
            fprintf(to, ",verdict=\"%s\"} %" PRIu64 "\n", verdict_name(verdict),
                    table->list[i].live[verdict]);
        }
    }
}

static void write_total_series(FILE *to, const struct table *table)
{
    write_metric_head(to, "created_total", "counter", "Timers that were created.");
    for (size_t i = 0; i < table->count; i++) {
        write_series_labels(to, "created_total", &table->list[i]);
        fprintf(to, "} %" PRIu64 "\n", table->list[i].created);
    }
    write_metric_head(to, "released_total", "counter", "Timers that were released.");
    for (size_t i = 0; i < table->count; i++) {
        write_series_labels(to, "released_total", &table->list[i]);
        fprintf(to, "} %" PRIu64 "\n", table->list[i].released);
    }
}

/* Of processes of one name, the one that uses the most descriptors. */
static bool is_fullest(const struct profile *profile, size_t index)
{
    const struct process *process = profile->processes[index];
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct process *other = profile->processes[i];
        if (strcmp(other->name, process->name) == 0 &&
            (other->descriptors > process->descriptors ||
             (other->descriptors == process->descriptors && i < index)))
            return false;
    }
    return true;
}

static void write_process_values(FILE *to, const struct profile *profile, const bool *chosen,
                                 const char *name, size_t field)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)profile->processes[i] + field, sizeof(value));
        if (!chosen[i] || value == 0 || value == UINT64_MAX)
            continue;
        fprintf(to, "timerleak_%s{", name);
        write_label(to, "process", profile->processes[i]->name);
        fprintf(to, "} %" PRIu64 "\n", value);
    }
}

static void write_descriptors(FILE *to, const struct profile *profile)
{
    bool *chosen = memory_new(profile->process_count, sizeof(*chosen));
    for (size_t i = 0; i < profile->process_count; i++)
        chosen[i] = is_fullest(profile, i);
    write_metric_head(to, "descriptors", "gauge", "Descriptors in use, of all kinds.");
    write_process_values(to, profile, chosen, "descriptors", offsetof(struct process, descriptors));
    write_metric_head(to, "descriptors_limit", "gauge", "Descriptors that a process may have.");
    write_process_values(to, profile, chosen, "descriptors_limit",
                         offsetof(struct process, nofile_soft));
    free(chosen);
}

/* What was not recorded as the user wished: see coverage.h. */
static void write_unrecorded(FILE *to, const struct profile *profile)
{
    static const char *const reasons[TLK_OMISSIONS] = {[TLK_OMIT_ASLEEP] = "asleep",
                                                       [TLK_OMIT_IGNORED] = "ignored",
                                                       [TLK_OMIT_SAMPLED] = "sampled"};
    uint64_t unwatched[FAMILIES_MOST] = {0}, omitted[TLK_OMISSIONS] = {0}, known = 0;
    for (size_t i = 0; i < profile->process_count; i++) {
        known |= profile->processes[i]->watched | profile->processes[i]->unwatched;
        for (uint64_t family = 1; family < family_count(); family++)
            unwatched[family] += (profile->processes[i]->unwatched & family_namesakes(family)) != 0;
        for (size_t reason = 0; reason < TLK_OMISSIONS; reason++)
            omitted[reason] += profile->processes[i]->omitted[reason];
    }
    write_metric_head(to, "unwatched_processes", "gauge",
                      "Processes whose timers were not recorded.");
    for (uint64_t family = 1; family < family_count(); family++) {
        if (family_is_first(family) && known & family_namesakes(family))
            fprintf(to, "timerleak_unwatched_processes{family=\"%s\"} %" PRIu64 "\n",
                    family_name(family), unwatched[family]);
    }
    write_metric_head(to, "omitted_total", "counter", "Timers made that were not to be recorded.");
    for (size_t reason = 0; reason < TLK_OMISSIONS; reason++) {
        if (reasons[reason])
            fprintf(to, "timerleak_omitted_total{reason=\"%s\"} %" PRIu64 "\n", reasons[reason],
                    omitted[reason]);
    }
}

static void write_lost_events(FILE *to, const struct profile *profile)
{
    uint64_t lost = 0;
    for (size_t i = 0; i < profile->process_count; i++)
        lost += losses_hiding(profile->processes[i]);
    write_metric_head(to, "lost_events_total", "counter",
                      "Events not recorded that may hide a leak.");
    fprintf(to, "timerleak_lost_events_total %" PRIu64 "\n", lost);
}

void prometheus_write(FILE *to, const struct gate *gate, const struct repository *repository)
{
    struct table table = {0};
    (void)repository;
    gather_series(&table, gate);
    write_site_counts(to, gate);
    write_live_series(to, &table);
    write_total_series(to, &table);
    write_descriptors(to, gate->profile);
    write_unrecorded(to, gate->profile);
    write_lost_events(to, gate->profile);
    free(table.list);
}
