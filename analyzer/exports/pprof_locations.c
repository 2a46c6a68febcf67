#include "exports/pprof_locations.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)

/* The id of a module is its index, which is never 0; that of a location, its index plus one. */
struct mapping {
    bool written;
    uint64_t start, end; /* as written */
    uint64_t slide;      /* of the file's addresses */
};

struct function {
    const char *name, *file;
};

struct pprof_locations {
    struct pprof_messages *messages;
    const struct selection *selection;
    struct mapping *mappings; /* by module */
    bool *locations;          /* written, by location */
    struct function *functions;
    size_t function_count, function_room;
    struct index function_index;
};

/* ---- mappings ---- */

static bool mappings_overlap(const struct mapping *a, const struct mapping *b)
{
    return b->written && a->start < b->end && b->start < a->end;
}

/* Processes that are merged have modules at the same addresses: the later one is moved away. */
static void make_room(const struct pprof_locations *places, struct mapping *mapping)
{
    uint64_t highest = 0;
    bool taken = false;
    for (size_t i = 1; i < places->selection->profile->module_count; i++) {
        const struct mapping *other = &places->mappings[i];
        taken |= mappings_overlap(mapping, other);
        if (other->written && other->end > highest)
            highest = other->end;
    }
    if (!taken)
        return;
    uint64_t by = highest - mapping->start;
    mapping->start += by;
    mapping->end += by;
    mapping->slide += by;
}

static void write_mapping(struct pprof_locations *places, const struct module *module, bool symbols,
                          uint64_t offset)
{
    struct mapping *mapping = &places->mappings[module->index];
    Pprof__Mapping message = PPROF__MAPPING__INIT;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    message.id = module->index;
    message.memory_start = mapping->start;
    message.memory_limit = mapping->end;
    message.file_offset = offset;
    message.filename = pprof_messages_string(places->messages, module->path);
    message.build_id = pprof_messages_string(places->messages, module->build_id);
    /* All that the file tells has been looked up: pprof itself would find less in it. */
    message.has_functions = message.has_filenames = symbols;
    message.has_line_numbers = message.has_inline_frames = symbols;
    part.n_mapping = 1;
    part.mapping = (Pprof__Mapping *[]){&message};
    pprof_messages_write(places->messages, &part);
    mapping->written = true;
}

static void need_mapping(struct pprof_locations *places, uint32_t index)
{
    const struct module *module = places->selection->profile->modules[index];
    struct mapping *mapping = &places->mappings[index];
    struct symbol_code code;
    if (mapping->written)
        return;
    bool known = symbols_code(module->symbols, &code);
    if (!known)
        code = (struct symbol_code){module->start - module->bias, module->end - module->bias, 0};
    uint64_t within = code.start % PAGE;
    mapping->slide = module->bias;
    mapping->start = module->bias + code.start - within;
    mapping->end = module->bias + (code.end + PAGE - 1) / PAGE * PAGE;
    make_room(places, mapping);
    write_mapping(places, module, known, code.offset - within);
}

/* ---- functions and locations ---- */

static bool same_function(const void *key, const void *array, uint32_t number)
{
    const struct function *wanted = key, *known = (const struct function *)array + number;
    return wanted->name == known->name && wanted->file == known->file;
}

static void write_function(struct pprof_locations *places, const struct function *function,
                           uint64_t id)
{
    Pprof__Function message = PPROF__FUNCTION__INIT;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    message.id = id;
    message.name = message.system_name = pprof_messages_string(places->messages, function->name);
    message.filename = function->file ? pprof_messages_string(places->messages, function->file) : 0;
    part.n_function = 1;
    part.function = (Pprof__Function *[]){&message};
    pprof_messages_write(places->messages, &part);
}

static uint64_t function_id(struct pprof_locations *places, const struct place *place)
{
    struct function function = {place->name ? place->name : "", place->file};
    uint64_t hash = hash_key(&function, sizeof(function));
    uint32_t known =
        index_find(&places->function_index, hash, &function, places->functions, same_function);
    if (known != INDEX_NONE)
        return known + UINT64_C(1);
    index_add(&places->function_index, hash, (uint32_t)places->function_count);
    places->functions = memory_grow(places->functions, places->function_count,
                                    &places->function_room, sizeof(*places->functions));
    places->functions[places->function_count++] = function;
    write_function(places, &function, places->function_count);
    return places->function_count;
}

static void write_location(struct pprof_locations *places, uint32_t index, const uint32_t *shown,
                           size_t count)
{
    const struct location *location = &places->selection->profile->locations.list[index];
    Pprof__Line *lines = memory_new(count, sizeof(*lines));
    Pprof__Line **pointers = memory_new(count, sizeof(*pointers));
    Pprof__Location message = PPROF__LOCATION__INIT;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    message.id = index + UINT64_C(1);
    message.address = location->address;
    if (location->module != LOCATION_WRAPPED && location->module != 0) {
        need_mapping(places, location->module);
        message.mapping_id = location->module;
        message.address += places->mappings[location->module].slide;
    }
    for (size_t i = 0; i < count; i++) {
        const struct place *place = selection_place(places->selection, shown[i]);
        lines[i] = (Pprof__Line)PPROF__LINE__INIT;
        lines[i].function_id = function_id(places, place);
        lines[i].line = place->line;
        pointers[i] = &lines[i];
    }
    message.n_line = count;
    message.line = pointers;
    part.n_location = 1;
    part.location = (Pprof__Location *[]){&message};
    pprof_messages_write(places->messages, &part);
    free(pointers);
    free(lines);
}

uint64_t pprof_location(struct pprof_locations *places, uint32_t location)
{
    size_t count;
    const uint32_t *shown = selection_places(places->selection, location, &count);
    if (count == 0)
        return 0;
    if (!places->locations[location])
        write_location(places, location, shown, count);
    places->locations[location] = true;
    return location + UINT64_C(1);
}

struct pprof_locations *pprof_locations_new(struct pprof_messages *messages,
                                            const struct selection *selection)
{
    const struct profile *profile = selection->profile;
    struct pprof_locations *places = memory_new(1, sizeof(*places));
    places->messages = messages;
    places->selection = selection;
    places->mappings = memory_new(profile->module_count, sizeof(*places->mappings));
    places->locations = memory_new(profile->locations.count, sizeof(*places->locations));
    for (uint32_t i = 1; i < profile->module_count; i++) {
        if (strcmp(profile->modules[i]->path, profile->processes[0]->exe) == 0)
            need_mapping(places, i);
    }
    return places;
}

void pprof_locations_free(struct pprof_locations *places)
{
    free(places->mappings);
    free(places->locations);
    free(places->functions);
    index_free(&places->function_index);
    free(places);
}
