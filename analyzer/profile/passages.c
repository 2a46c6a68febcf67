#include "profile/passages.h"

#include "profile/stacks.h"
#include "symbols/symbols.h"

#include <stdlib.h>

struct passage {
    uint32_t below, above;
    uint32_t first, count; /* of the tail calls between them */
};

void passages_free(struct passages *passages)
{
    free(passages->list);
    index_free(&passages->index);
    free(passages->tail_calls);
}

static bool same_passage(const void *key, const void *array, uint32_t number)
{
    const struct passage *wanted = key, *known = (const struct passage *)array + number;
    return wanted->below == known->below && wanted->above == known->above;
}

/* Module 0 has no symbols. */
static struct symbol_file *location_file(const struct profile *profile,
                                         const struct location *location)
{
    const struct module *module =
        location->module == LOCATION_WRAPPED ? NULL : profile->modules[location->module];
    return module ? module->symbols : NULL;
}

static void passage_look_up(struct profile *profile, struct passage *passage)
{
    struct locations *locations = &profile->locations;
    struct passages *passages = &profile->passages;
    const struct location *above = &locations->list[passage->above];
    const struct location *below = &locations->list[passage->below];
    struct symbol_target target = {location_file(profile, below), below->address, below->function};
    uint32_t module = above->module;
    struct symbol_file *file = location_file(profile, above);
    size_t count = 0;
    const uint64_t *calls = file && (target.file || target.function)
                                ? symbols_tail_calls(file, above->address, &target, &count)
                                : NULL;
    passage->first = (uint32_t)passages->tail_call_count;
    passage->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        passages->tail_calls =
            memory_grow(passages->tail_calls, passages->tail_call_count, &passages->tail_call_room,
                        sizeof(*passages->tail_calls));
        passages->tail_calls[passages->tail_call_count++] =
            location_of_tail_call(locations, module, calls[i]);
    }
}

static struct passage passage_between(struct profile *profile, uint32_t below, uint32_t above)
{
    struct passages *passages = &profile->passages;
    struct passage passage = {.below = below, .above = above};
    uint64_t hash = hash_key(&passage, sizeof(passage));
    uint32_t known = index_find(&passages->index, hash, &passage, passages->list, same_passage);
    if (known != INDEX_NONE)
        return passages->list[known];
    passage_look_up(profile, &passage);
    passages->list =
        memory_grow(passages->list, passages->count, &passages->room, sizeof(*passages->list));
    index_add(&passages->index, hash, (uint32_t)passages->count);
    return passages->list[passages->count++] = passage;
}

static void climb_add(struct climb *climb, uint32_t location)
{
    climb->locations =
        memory_grow(climb->locations, climb->depth, &climb->room, sizeof(*climb->locations));
    climb->locations[climb->depth++] = location;
}

void climb_to(struct climb *climb, struct profile *profile, uint32_t location)
{
    struct passage passage = {0};
    if (climb->depth > 0 && !profile->plain)
        passage = passage_between(profile, climb->locations[climb->depth - 1], location);
    for (uint32_t i = 0; i < passage.count; i++)
        climb_add(climb, profile->passages.tail_calls[passage.first + i]);
    climb_add(climb, location);
}
