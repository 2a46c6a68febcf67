#include "profile/stacks.h"

#include "base/memory.h"
#include "base/strings.h"
#include "profile/families.h"
#include "profile/model.h"
#include "symbols/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_location(const void *key, const void *array, uint32_t number)
{
    const struct location *wanted = key, *known = (const struct location *)array + number;
    return wanted->address == known->address && wanted->module == known->module &&
           wanted->function == known->function && wanted->tail_call == known->tail_call;
}

static uint32_t location_find(struct locations *locations, struct location location)
{
    uint64_t words[] = {location.address, location.module, (uintptr_t)location.function,
                        location.tail_call};
    uint64_t hash = hash_key(words, sizeof(words));
    uint32_t known = index_find(&locations->index, hash, &location, locations->list, same_location);
    if (known != INDEX_NONE)
        return known;
    locations->list =
        memory_grow(locations->list, locations->count, &locations->room, sizeof(*locations->list));
    locations->list[locations->count] = location;
    index_add(&locations->index, hash, (uint32_t)locations->count);
    return (uint32_t)locations->count++;
}

uint32_t location_of(struct locations *locations, uint32_t module, uint64_t address,
                     const char *function)
{
    return location_find(
        locations, (struct location){.module = module, .address = address, .function = function});
}

uint32_t location_of_tail_call(struct locations *locations, uint32_t module, uint64_t address)
{
    return location_find(
        locations, (struct location){.module = module, .address = address, .tail_call = true});
}

/* Below the directory where it was compiled. */
static const char *short_name(const struct symbol *symbol, const char *file)
{
    size_t length = symbol->directory ? strlen(symbol->directory) : 0;
    if (!file || length == 0 || strncmp(file, symbol->directory, length) != 0 ||
        file[length] != '/')
        return file;
    return file + length + 1;
}

static const char *offset_name(struct profile *profile, const struct module *module,
                               uint64_t offset)
{
    char name[512];
    snprintf(name, sizeof(name), "%.400s+0x%" PRIx64, module ? module->name : "[unknown]", offset);
    return strings_add(profile->strings, name);
}

static struct stack_frame frame_of_symbol(const struct symbol *symbol)
{
    const char *function = symbol->function, *file = symbol->file;
    return (struct stack_frame){.name = function,
                                .function = function,
                                .file = file,
                                .directory = symbol->directory,
                                .short_file = short_name(symbol, file),
                                .line = symbol->line,
                                .inlined = symbol->inlined};
}

/* What needs no symbols, or has none. */
static void set_single(struct profile *profile, struct location *location,
                       struct stack_frame *frame)
{
    const struct module *module = frame->module;
    *frame = (struct stack_frame){.function = location->function,
                                  .name = location->function,
                                  .module = module,
                                  .tail_call = location->tail_call,
                                  .offset = location->function ? 0 : location->address};
    if (!location->function)
        frame->name = offset_name(profile, module, location->address);
}

static void look_up(struct profile *profile, struct location *location)
{
    static const struct symbol_list nothing;
    bool in_module = location->module != LOCATION_WRAPPED;
    const struct module *module = in_module ? profile->modules[location->module] : NULL;
    const struct symbol_list *list =
        module ? symbols_look_up(module->symbols, location->address) : &nothing;
    size_t count = list->count ? list->count : 1;
    struct stack_frame *frames = memory_new(count, sizeof(*frames));
    for (size_t i = 0; i < list->count; i++)
        frames[i] = frame_of_symbol(&list->symbols[i]);
    for (size_t i = 0; i < count; i++) {
        frames[i].module = module;
        frames[i].offset = location->address;
        frames[i].tail_call = location->tail_call;
    }
    if (list->count == 0)
        set_single(profile, location, frames);
    location->frames = frames;
    location->count = (uint32_t)count;
}

const struct stack_frame *location_frames(struct profile *profile, uint32_t location, size_t *count)
{
    struct location *wanted = &profile->locations.list[location];
    if (!wanted->frames)
        look_up(profile, wanted);
    *count = wanted->count;
    return wanted->frames;
}

void locations_free(struct locations *locations)
{
    for (size_t i = 0; i < locations->count; i++)
        free((void *)(uintptr_t)locations->list[i].frames);
    free(locations->list);
    index_free(&locations->index);
}

/* ---- stacks ---- */

/* How many frames all locations have together. */
static size_t count_stack_frames(struct profile *profile, const struct site *site)
{
    size_t frames = 0, count;
    for (size_t i = 0; i < site->depth; i++) {
        location_frames(profile, site->locations[i], &count);
        frames += count;
    }
    return frames;
}

const struct stack_frame *stack_of(struct profile *profile, struct site *site, size_t *depth)
{
    if (!site->stack) {
        site->stack = memory_new(count_stack_frames(profile, site), sizeof(*site->stack));
        for (size_t i = 0, count; i < site->depth; i++, site->stack_depth += count) {
            const struct stack_frame *frames = location_frames(profile, site->locations[i], &count);
            memcpy(site->stack + site->stack_depth, frames, count * sizeof(*frames));
        }
    }
    *depth = site->stack_depth;
    return site->stack;
}

const struct stack_frame *stack_headline(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    return &stack[depth > 1 ? 1 : 0];
}

uint64_t stack_hash(struct profile *profile, struct site *site)
{
    const char *family = family_name(site->family);
    uint64_t hash = hash_text(HASH_SEED, family);
    for (size_t i = 0, count; i < site->depth; i++) {
        const struct stack_frame *frames = location_frames(profile, site->locations[i], &count);
        for (size_t j = 0; j < count; j++)
            hash = hash_text(hash, frames[j].name);
    }
    return hash;
}

const char *stack_mark(const struct stack_frame *frame)
{
    if (frame->inlined)
        return " (inline)";
    return frame->tail_call ? " (tail call)" : "";
}

bool stack_in_libc(const struct stack_frame *frame)
{
    static const char *const names[] = {"libc.so", "libc-", "ld-linux", "ld-musl", "libpthread"};
    for (size_t i = 0; frame->module && i < sizeof(names) / sizeof(*names); i++) {
        if (strncmp(frame->module->name, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

bool stack_in_library(const struct stack_frame *frame)
{
    return frame->module && strstr(frame->module->name, ".so");
}

size_t stack_own_depth(const struct stack_frame *stack, size_t depth)
{
    for (size_t i = 1; i < depth; i++) {
        if (stack[i].function && strcmp(stack[i].function, "main") == 0)
            return i + 1;
    }
    while (depth > 1 && stack_in_libc(&stack[depth - 1]))
        depth--;
    return depth;
}
