#include "trace/known.h"

#include "base/index.h"
#include "base/memory.h"

#include <stdlib.h>

#define PROCESS_BUCKETS 4096
#define SHARE (TRACE_STEPS_ROOM / 4u) /* of the steps, that one process may have */

struct numbered {
    uint32_t number, site;
};

struct known_process {
    uint32_t pid, epoch;
    uint64_t *keys; /* of its steps */
    size_t key_count, key_room;
    struct index keys_by_value;
    struct numbered *sites; /* by number */
    size_t site_count, site_room;
    struct known_process *next;
};

struct known {
    known_put *put;
    void *context;
    size_t steps;
    uint32_t numbers; /* that were given: none is given twice */
    struct known_process *processes[PROCESS_BUCKETS];
};

struct known *known_new(known_put *put, void *context)
{
    struct known *known = memory_new(1, sizeof(*known));
    known->put = put;
    known->context = context;
    return known;
}

static struct known_process **place_of(struct known *known, uint32_t pid)
{
    struct known_process **at = &known->processes[pid % PROCESS_BUCKETS];
    while (*at && (*at)->pid != pid)
        at = &(*at)->next;
    return at;
}

static void process_free(struct known_process *process)
{
    free(process->keys);
    index_free(&process->keys_by_value);
    free(process->sites);
    free(process);
}

void known_free(struct known *known)
{
    for (size_t i = 0; i < PROCESS_BUCKETS; i++) {
        while (known->processes[i]) {
            struct known_process *process = known->processes[i];
            known->processes[i] = process->next;
            process_free(process);
        }
    }
    free(known);
}

static void forget_steps(struct known *known, struct known_process *process)
{
    for (size_t i = 0; i < process->key_count; i++)
        known->put(known->context, process->keys[i], NULL);
    known->steps -= process->key_count;
    process->key_count = 0;
    index_free(&process->keys_by_value);
}

/* What was known of the code that it had before would stay for nothing. */
static struct known_process *process_at(struct known *known, const struct known_place *place)
{
    struct known_process **at = place_of(known, place->pid);
    if (!*at) {
        *at = memory_new(1, sizeof(**at));
        (*at)->pid = place->pid;
    } else if ((*at)->epoch != place->epoch) {
        forget_steps(known, *at);
    }
    (*at)->epoch = place->epoch;
    return *at;
}

static bool same_key(const void *key, const void *array, uint32_t number)
{
    return *(const uint64_t *)key == ((const uint64_t *)array)[number];
}

/* One that is there already may say something else: then the newer one is right, for a copy that
 * ended earlier led less far. */
static bool put_step(struct known *known, struct known_process *process, uint64_t key,
                     const struct trace_step *step)
{
    uint64_t hash = hash_key(&key, sizeof(key));
    bool there =
        index_find(&process->keys_by_value, hash, &key, process->keys, same_key) != INDEX_NONE;
    if (!there && (known->steps == TRACE_STEPS_ROOM || process->key_count == SHARE))
        return false;
    if (!known->put(known->context, key, step))
        return false;
    if (there)
        return true;
    process->keys =
        memory_grow(process->keys, process->key_count, &process->key_room, sizeof(uint64_t));
    index_add(&process->keys_by_value, hash, (uint32_t)process->key_count);
    process->keys[process->key_count++] = key;
    known->steps++;
    return true;
}

/* Stacks of the same site have the same. */
static uint32_t number_of(struct known *known, struct known_process *process, uint32_t site)
{
    for (size_t i = 0; i < process->site_count; i++) {
        if (process->sites[i].site == site)
            return process->sites[i].number;
    }
    process->sites = memory_grow(process->sites, process->site_count, &process->site_room,
                                 sizeof(*process->sites));
    process->sites[process->site_count++] = (struct numbered){++known->numbers, site};
    return known->numbers;
}

bool known_add(struct known *known, const struct known_place *place, const struct unwound *unwound,
               uint32_t site)
{
    uint64_t key = trace_begin(place->pid, place->epoch, place->call, place->ip);
    if (unwound->look_count == 0)
        return false;
    struct known_process *process = process_at(known, place);
    for (uint32_t i = 0; i < unwound->look_count; i++) {
        const struct unwind_look *look = &unwound->looks[i];
        const struct trace_step step = {.offset = look->offset, .relative = look->relative};
        if (!put_step(known, process, key, &step))
            return false;
        key = trace_mix(key, look->word);
    }
    const struct trace_step end = {.end = 1, .known = number_of(known, process, site)};
    return put_step(known, process, key, &end);
}

static int by_number(const void *key, const void *entry)
{
    uint32_t wanted = *(const uint32_t *)key, number = ((const struct numbered *)entry)->number;
    return (wanted > number) - (wanted < number);
}

bool known_site(struct known *known, uint32_t pid, uint32_t number, uint32_t *site)
{
    const struct known_process *process = *place_of(known, pid);
    const struct numbered *found = process && process->site_count > 0
                                       ? bsearch(&number, process->sites, process->site_count,
                                                 sizeof(*process->sites), by_number)
                                       : NULL;
    if (found)
        *site = found->site;
    return found != NULL;
}

void known_doubt(struct known *known, uint32_t pid)
{
    struct known_process *process = *place_of(known, pid);
    if (process)
        forget_steps(known, process);
}

void known_end(struct known *known, uint32_t pid)
{
    struct known_process **at = place_of(known, pid), *process = *at;
    if (!process)
        return;
    forget_steps(known, process);
    *at = process->next;
    process_free(process);
}
