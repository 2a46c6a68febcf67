#include "profile/profile.h"

#include "base/numbers.h"
#include "base/paths.h"
#include "profile/callers.h"
#include "profile/history.h"
#include "profile/passages.h"
#include "profile/peaks.h"
#include "recording/perfmaps.h"
#include "symbols/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct profile *profile_new(void)
{
    struct profile *profile = memory_new(1, sizeof(*profile));
    profile->strings = strings_new();
    profile->naming = naming_new(profile->strings);
    profile->symbols = symbols_new(profile->strings);
    profile->modules = memory_grow(NULL, 0, &profile->module_room, sizeof(*profile->modules));
    profile->modules[profile->module_count++] = NULL;
    return profile;
}

static void free_sites(struct profile *profile)
{
    for (size_t i = 0; i < profile->known_count; i++) {
        struct site *site = profile->known[i];
        free(site->paths);
        stack_forget(site);
        history_free(site);
        free(site);
    }
    free(profile->known);
    free(profile->sites);
    index_free(&profile->site_index);
    for (size_t i = 0; i < profile->trace_count; i++)
        free(profile->traces[i]);
    free(profile->traces);
    index_free(&profile->trace_index);
}

static void free_modules(struct profile *profile)
{
    for (size_t i = 1; i < profile->module_count; i++) {
        free(profile->modules[i]->key);
        free(profile->modules[i]);
    }
    free(profile->modules);
    index_free(&profile->module_index);
}

static void free_processes(struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        free(profile->processes[i]->argv);
        free(profile->processes[i]);
    }
    free(profile->processes);
}

void profile_renew(struct profile *profile)
{
    free_processes(profile);
    free_sites(profile);
    samples_free(&profile->samples);
    callers_free(profile);
    peaks_free(&profile->peaks);
    profile->peaks = (struct peaks){0};
    free(profile->growths.list);
    profile->growths = (struct growths){0};
    profile->processes = NULL;
    profile->process_count = profile->process_room = 0;
    profile->sites = profile->known = NULL;
    profile->site_count = profile->site_room = 0;
    profile->known_count = profile->known_room = 0;
    profile->traces = NULL;
    profile->trace_count = profile->trace_room = 0;
    profile->samples = (struct samples){0};
    profile->timer_count = profile->timers_dropped = 0;
}

void profile_free(struct profile *profile)
{
    free_processes(profile);
    free_sites(profile);
    samples_free(&profile->samples);
    callers_free(profile);
    peaks_free(&profile->peaks);
    free(profile->growths.list);
    locations_free(&profile->locations);
    passages_free(&profile->passages);
    free_modules(profile);
    free(profile->timers);
    symbols_free(profile->symbols);
    naming_free(profile->naming);
    strings_free(profile->strings);
    free(profile);
}

/* ---- modules and sites of all recordings ---- */

static void build_id_text(char *text, const struct tlk_module *module)
{
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < module->build_id_size; i++) {
        text[2 * i] = digits[module->build_id[i] >> 4];
        text[2 * i + 1] = digits[module->build_id[i] & 15];
    }
}

struct module_key {
    const char *key;
    size_t size;
};

static struct module *module_add(struct profile *profile, struct module_key key, const char *path)
{
    struct module *module = memory_new(1, sizeof(*module));
    module->path = strings_add(profile->strings, path);
    module->name = path_last(module->path);
    module->index = (uint32_t)profile->module_count;
    module->key = memcpy(memory_new(1, key.size), key.key, key.size);
    module->key_size = key.size;
    profile->modules = memory_grow(profile->modules, profile->module_count, &profile->module_room,
                                   sizeof(*profile->modules));
    profile->modules[profile->module_count++] = module;
    index_add(&profile->module_index, hash_key(key.key, key.size), module->index);
    return module;
}

static bool same_module(const void *wanted, const void *modules, uint32_t number)
{
    const struct module_key *key = wanted;
    const struct module *known = ((struct module *const *)modules)[number];
    return key->size == known->key_size && memcmp(key->key, known->key, key->size) == 0;
}

static uint32_t module_find(const struct profile *profile, struct module_key key)
{
    return index_find(&profile->module_index, hash_key(key.key, key.size), &key, profile->modules,
                      same_module);
}

/* The same file under another path is the same module, if it has a build-id to tell. */
static uint32_t profile_module(struct profile *profile, const struct recording *recording,
                               const struct tlk_module *record, uint64_t used)
{
    const char *path = recording_string(recording, record->path);
    struct module_key key = {path, strlen(path) + 1};
    if (record->build_id_size)
        key = (struct module_key){(const char *)record->build_id, record->build_id_size};
    uint32_t known = module_find(profile, key);
    if (known != INDEX_NONE)
        return known;
    struct module *module = module_add(profile, key, *path ? path : "[unnamed]");
    build_id_text(module->build_id, record);
    module->symbols =
        symbols_file(profile->symbols, path, record->build_id, record->build_id_size, used);
    module->bias = record->bias;
    module->start = record->start;
    module->end = record->end;
    return module->index;
}

/*
 * The code that the process made at run time; 0 if there is no map of it. Of a running process it
 * is read anew each time.
 */
static uint32_t profile_made(struct profile *profile, struct recording *recording)
{
    const struct tlk_header *header = &recording->header;
    struct symbol_code code;
    char text[64];
    size_t size = 0;
    int length = snprintf(text, sizeof(text), "perf map of %d %" PRIu64, (int)header->pid,
                          header->start_mono);
    struct module_key key = {text, (size_t)length + 1};
    uint32_t known = module_find(profile, key);
    if (known != INDEX_NONE && header->end != TLK_RUNNING)
        return known;
    char *map = perfmaps_read(recording, &size);
    struct symbol_file *file = symbols_made(profile->symbols, text, map, size);
    if (!file)
        return 0;
    struct module *module =
        known != INDEX_NONE ? profile->modules[known] : module_add(profile, key, MODULE_MADE);
    module->symbols = file;
    symbols_code(module->symbols, &code);
    module->start = code.start;
    module->end = code.end;
    return module->index;
}

uint32_t *profile_modules(struct profile *profile, struct recording *recording)
{
    uint32_t count = recording_count(recording, TLK_MODULES);
    uint32_t *modules = memory_new(count + 1, sizeof(*modules));
    struct tlk_module record;
    modules[0] = profile_made(profile, recording);
    for (uint32_t i = 1; i < count; i++) {
        if (recording_module(recording, i, &record))
            modules[i] = profile_module(profile, recording, &record, recording->header.start_real);
    }
    return modules;
}

static void translate_frames(struct profile *profile, const struct recording *recording,
                             const struct site_record *record, const uint32_t *modules,
                             struct climb *climb)
{
    uint64_t recorded[TLK_MAX_DEPTH];
    recording_frames(recording, record, recorded);
    uint32_t count = recording_count(recording, TLK_MODULES);
    for (size_t i = 0; i < record->depth; i++) {
        uint32_t module = TLK_FRAME_MODULE(recorded[i]);
        uint64_t address = TLK_FRAME_ADDRESS(recorded[i]);
        /* The call ends where the return address is; one before it is still the call's line. */
        climb_to(climb, profile,
                 location_of(&profile->locations, modules[module < count ? module : 0],
                             address > 0 ? address - 1 : 0, NULL));
    }
}

static size_t trace_key_size(const struct trace *trace)
{
    return offsetof(struct trace, locations) - offsetof(struct trace, kind) +
           trace->depth * sizeof(*trace->locations);
}

static bool same_trace(const void *wanted, const void *traces, uint32_t number)
{
    const struct trace *trace = wanted, *known = ((struct trace *const *)traces)[number];
    return trace->depth == known->depth &&
           memcmp(&trace->kind, &known->kind, trace_key_size(trace)) == 0;
}

static size_t site_key_size(const struct site *site)
{
    return offsetof(struct site, frames) - offsetof(struct site, kind) +
           site->depth * sizeof(*site->frames);
}

static bool same_site(const void *wanted, const void *sites, uint32_t number)
{
    const struct site *site = wanted, *known = ((struct site *const *)sites)[number];
    return site->depth == known->depth && !site->paths == !known->paths &&
           memcmp(&site->kind, &known->kind, site_key_size(site)) == 0;
}

/* The site of those frames, made if need be; one of many paths is another than that of one. */
static struct site *site_of_frames(struct profile *profile, struct trace *trace,
                                   const uint32_t *frames, size_t depth, bool of_paths)
{
    struct site *site = memory_new(1, sizeof(*site) + depth * sizeof(*frames));
    site->trace = trace;
    site->function = trace->function;
    site->kind = trace->kind;
    site->family = trace->family;
    site->depth = depth;
    site->headline = depth > 1;
    memcpy(site->frames, frames, depth * sizeof(*frames));
    if (of_paths)
        site->paths = memory_grow(NULL, 0, &site->path_room, sizeof(*site->paths));
    uint64_t hash = hash_key(&site->kind, site_key_size(site));
    uint32_t known = index_find(&profile->site_index, hash, site, profile->known, same_site);
    if (known != INDEX_NONE) {
        free(site->paths);
        free(site);
        return profile->known[known];
    }
    profile->known = memory_grow(profile->known, profile->known_count, &profile->known_room,
                                 sizeof(*profile->known));
    index_add(&profile->site_index, hash, (uint32_t)profile->known_count);
    return profile->known[profile->known_count++] = site;
}

struct site *profile_site_of_paths(struct profile *profile, const struct site *path, size_t depth)
{
    return site_of_frames(profile, path->trace, path->frames, depth, true);
}

static int compare_locations(const struct location *a, const struct location *b)
{
    int order = compare_numbers(a->module, b->module);
    return order ? order : compare_numbers(a->address, b->address);
}

/* By what does not depend on where modules were loaded, so that every run gives the same order. */
int traces_compare(const struct profile *profile, const struct trace *a, const struct trace *b)
{
    const struct location *locations = profile->locations.list;
    int order = compare_numbers(a->family, b->family);
    if (!order)
        order = strcmp(a->kind, b->kind);
    if (!order)
        order = strcmp(a->function, b->function);
    for (size_t i = 1; !order && i < a->depth && i < b->depth; i++)
        order = compare_locations(&locations[a->locations[i]], &locations[b->locations[i]]);
    return order ? order : compare_numbers(a->depth, b->depth);
}

/* The site of a trace that is new. */
static struct site *site_of_trace(struct profile *profile, struct trace *trace)
{
    uint32_t *frames;
    size_t depth = trace->depth;
    if (profile->plain)
        frames =
            memcpy(memory_new(depth, sizeof(*frames)), trace->locations, depth * sizeof(*frames));
    else
        depth = stack_frames(profile, trace, &frames);
    struct site *site = site_of_frames(profile, trace, frames, depth, false);
    if (traces_compare(profile, trace, site->trace) < 0)
        site->trace = trace;
    free(frames);
    return site;
}

struct trace *profile_trace(struct profile *profile, const struct recording *recording,
                            const struct site_record *record, const uint32_t *modules)
{
    struct climb climb = {0};
    const char *function = recording_string(recording, record->function);
    function = strings_add(profile->strings, *function ? function : "[no room for stacks]");
    climb_to(&climb, profile, location_of(&profile->locations, LOCATION_WRAPPED, 0, function));
    translate_frames(profile, recording, record, modules, &climb);
    size_t size = climb.depth * sizeof(*climb.locations);
    struct trace *trace = memory_new(1, sizeof(*trace) + size);
    memcpy(trace->locations, climb.locations, size);
    free(climb.locations);
    trace->depth = (uint32_t)climb.depth;
    trace->function = function;
    trace->kind = strings_add(profile->strings, recording_string(recording, record->kind));
    trace->family = record->family;
    uint64_t hash = hash_key(&trace->kind, trace_key_size(trace));
    uint32_t known = index_find(&profile->trace_index, hash, trace, profile->traces, same_trace);
    if (known != INDEX_NONE) {
        free(trace);
        return profile->traces[known];
    }
    profile->traces = memory_grow(profile->traces, profile->trace_count, &profile->trace_room,
                                  sizeof(*profile->traces));
    index_add(&profile->trace_index, hash, (uint32_t)profile->trace_count);
    profile->traces[profile->trace_count++] = trace;
    trace->site = site_of_trace(profile, trace);
    trace->site->unwound |= (record->flags & TLK_SITE_UNWOUND) != 0;
    trace->site->truncated |= (record->flags & TLK_SITE_TRUNCATED) != 0;
    return trace;
}

int sites_compare(const struct site *a, const struct site *b)
{
    int order = compare_numbers(a->family, b->family);
    for (size_t i = 0; !order && i < a->depth && i < b->depth; i++)
        order = compare_numbers(a->frames[i], b->frames[i]);
    return order ? order : compare_numbers(a->depth, b->depth);
}

size_t profile_count_sites(const struct profile *profile, enum verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->site_count; i++)
        count += profile->sites[i]->finding.verdict == verdict;
    return count;
}

enum timer_state site_state(const struct site *site)
{
    enum timer_state most = 0;
    if (site->finding.verdict == VERDICT_LEAK && site->finding.state != TIMER_STATES)
        return site->finding.state;
    for (enum timer_state state = 0; state < TIMER_STATES; state++) {
        if (site->counts.states[state] > site->counts.states[most])
            most = state;
    }
    return most;
}

const char *failure_name(enum tlk_failure failure)
{
    static const char *const names[TLK_FAILURES] = {[TLK_FAILED_EMFILE] = "EMFILE",
                                                    [TLK_FAILED_ENFILE] = "ENFILE",
                                                    [TLK_FAILED_EAGAIN] = "EAGAIN",
                                                    [TLK_FAILED_ENOMEM] = "ENOMEM"};
    return names[failure];
}

uint64_t counts_failed(const struct counts *counts)
{
    uint64_t failed = 0;
    for (size_t i = 0; i < TLK_FAILURES; i++)
        failed = count_sum(failed, counts->failed[i]);
    return failed;
}

struct text counts_failures(const struct counts *counts)
{
    struct text text;
    const char *separator = ":";
    size_t length = (size_t)snprintf(text.s, sizeof(text.s), "%.39s failed",
                                     text_plural(counts_failed(counts), "creation", "creations").s);
    for (enum tlk_failure failure = 0; failure < TLK_FAILURES; failure++) {
        if (counts->failed[failure] == 0 || length >= sizeof(text.s))
            continue;
        length += (size_t)snprintf(text.s + length, sizeof(text.s) - length, "%s %s", separator,
                                   failure_name(failure));
        separator = ",";
    }
    return text;
}

void counts_add(struct counts *to, const struct counts *from)
{
    /* All members are uint64_t sums: the structure is a row of them. */
    _Static_assert(sizeof(*to) % sizeof(uint64_t) == 0, "nothing but counts");
    uint64_t *sum = (uint64_t *)to;
    const uint64_t *part = (const uint64_t *)from;
    for (size_t i = 0; i < sizeof(*to) / sizeof(*sum); i++)
        sum[i] = count_sum(sum[i], part[i]);
}

bool counts_any(const struct counts *counts)
{
    const uint64_t *count = (const uint64_t *)counts;
    uint64_t any = 0;
    for (size_t i = 0; i < sizeof(*counts) / sizeof(*count); i++)
        any |= count[i];
    return any > 0;
}

void counts_scale(struct counts *counts, uint64_t factor)
{
    uint64_t *count = (uint64_t *)counts;
    for (size_t i = 0; i < sizeof(*counts) / sizeof(*count); i++)
        count[i] = count_product(count[i], factor);
}

uint64_t counts_value(const struct counts *counts, const struct sample_type *type)
{
    switch (type->id) {
    case SAMPLE_LIVE:
        return counts->live;
    case SAMPLE_CREATED:
        return counts->created;
    case SAMPLE_ARMED:
        return counts->armed;
    case SAMPLE_FIRED:
        return counts->fired;
    case SAMPLE_STOPPED:
        return counts->stopped;
    case SAMPLE_RELEASED:
        return counts->released;
    case SAMPLE_AGE:
        return counts->age;
    case SAMPLE_WAKEUPS:
    case SAMPLE_TYPES:
        return 0;
    default:
        return counts->states[type->id - SAMPLE_NEVER_ARMED];
    }
}
