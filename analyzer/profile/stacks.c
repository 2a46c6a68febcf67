#include "profile/stacks.h"

#include "base/memory.h"
#include "base/progress.h"
#include "base/strings.h"
#include "profile/families.h"
#include "profile/model.h"
#include "profile/naming.h"
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
                                .signature = symbol->signature,
                                .file = file,
                                .directory = symbol->directory,
                                .short_file = short_name(symbol, file),
                                .line = symbol->line,
                                .inlined = symbol->inlined};
}

/* ---- frames that read the same ---- */

/* Of "function.constprop.0" or "function [clone .cold]" only "function" was written. */
static size_t written_length(const char *name)
{
    static const char *const suffixes[] = {".constprop.", ".isra.",      ".part.",  ".cold",
                                           ".lto_priv.",  ".localalias", " [clone "};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        const char *suffix = strstr(name, suffixes[i]);
        if (suffix && suffix > name && (size_t)(suffix - name) < length)
            length = (size_t)(suffix - name);
    }
    return length;
}

/* The brackets of operator<, <<, <=>, -> and their like, which are no template's; else 0. */
static size_t operator_length(const char *name, size_t at)
{
    static const char word[] = "operator";
    size_t length = strlen(word);
    if (at < length || strncmp(name + at - length, word, length) != 0)
        return 0;
    return strspn(name + at, "<>=-");
}

const char *name_plain(struct strings *strings, const char *name)
{
    size_t length = written_length(name), kept = 0, depth = 0;
    if (!name[length] && !strchr(name, '<'))
        return name;
    char *plain = memory_new(1, length + 1);
    for (size_t i = 0; i < length; i++) {
        for (size_t left = depth == 0 ? operator_length(name, i) : 0; left > 0 && i < length;
             left--)
            plain[kept++] = name[i++];
        depth += name[i] == '<';
        if (depth == 0 && i < length)
            plain[kept++] = name[i];
        depth -= depth > 0 && name[i] == '>';
    }
    const char *interned = strings_add(strings, kept > 0 ? plain : name);
    free(plain);
    return interned;
}

/* A frame as a reader tells it from others: by function, file and line, else by where it lies. */
struct reading {
    const char *name; /* plain, interned */
    const char *directory, *file;
    const struct module *module;
    uint64_t offset;
    int line;
    struct called *called;
};

static bool same_reading(const void *key, const void *array, uint32_t number)
{
    const struct reading *wanted = key, *known = (const struct reading *)array + number;
    return wanted->name == known->name && wanted->directory == known->directory &&
           wanted->file == known->file && wanted->module == known->module &&
           wanted->offset == known->offset && wanted->line == known->line;
}

static uint32_t reading_number(struct profile *profile, const struct stack_frame *frame)
{
    struct locations *locations = &profile->locations;
    bool made = stack_made(frame);
    struct reading reading = {.name = name_plain(profile->strings, frame->name)};
    if (made) /* it lies elsewhere in each process, and "py::<lambda>" is no template */
        reading.name = frame->name;
    if ((frame->file && frame->line > 0) || made) {
        reading.directory = frame->directory;
        reading.file = frame->file;
        reading.line = frame->line;
    } else {
        reading.module = frame->module;
        reading.offset = frame->offset;
    }
    uintptr_t words[] = {(uintptr_t)reading.name, (uintptr_t)reading.file,
                         (uintptr_t)reading.module, reading.offset, (uintptr_t)reading.line};
    uint64_t hash = hash_key(words, sizeof(words));
    uint32_t known =
        index_find(&locations->reading_index, hash, &reading, locations->readings, same_reading);
    if (known != INDEX_NONE)
        return known;
    locations->readings = memory_grow(locations->readings, locations->reading_count,
                                      &locations->reading_room, sizeof(*locations->readings));
    reading.called = called_new(profile->naming);
    locations->readings[locations->reading_count] = reading;
    index_add(&locations->reading_index, hash, (uint32_t)locations->reading_count);
    return (uint32_t)locations->reading_count++;
}

static void set_reading(struct profile *profile, struct stack_frame *frame)
{
    frame->number = reading_number(profile, frame);
    if (!frame->function || stack_made(frame))
        return;
    struct called *called = profile->locations.readings[frame->number].called;
    called_add(called, frame->name, frame->signature);
    frame->called = called;
}

const char *frame_shown(const struct stack_frame *frame)
{
    return frame->called ? called_shown(frame->called) : frame->name;
}

const char *frame_whole(const struct stack_frame *frame)
{
    return frame->called ? called_whole(frame->called) : frame->name;
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
    struct locations *locations = &profile->locations;
    progress("looking functions up", locations->looked_up++, locations->count);
    bool in_module = location->module != LOCATION_WRAPPED;
    const struct module *module = in_module ? profile->modules[location->module] : NULL;
    const struct symbol_list *list =
        module ? symbols_look_up(module->symbols, location->address) : &nothing;
    size_t count = list->count ? list->count : 1;
    struct stack_frame *frames = memory_new(count, sizeof(*frames));
    if (list->count == 0 && module && strcmp(module->path, MODULE_MADE) == 0)
        module = NULL; /* what the map does not tell of */
    for (size_t i = 0; i < list->count; i++)
        frames[i] = frame_of_symbol(&list->symbols[i]);
    for (size_t i = 0; i < count; i++) {
        frames[i].module = module;
        frames[i].offset = location->address;
        frames[i].tail_call = location->tail_call;
    }
    if (list->count == 0)
        set_single(profile, location, frames);
    for (size_t i = 0; i < count; i++)
        set_reading(profile, &frames[i]);
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
    free(locations->readings);
    index_free(&locations->index);
    index_free(&locations->reading_index);
}

/* ---- stacks ---- */

bool stack_in_class(const struct stack_frame *frame, const char *wrapped)
{
    const char *function = frame->function;
    size_t length = 0, name;

    for (const char *colons = strstr(wrapped, "::"); colons; colons = strstr(colons + 2, "::"))
        length = (size_t)(colons - wrapped) + 2;
    if (!function || length == 0 || strncmp(function, wrapped, length) != 0)
        return false;
    name = strcspn(function + length, ":<(");
    return name > 0 && function[length + name] != ':';
}

/* Visits the frames of a trace: the wrapped function's, and from the first outside its class on. */
static void trace_walk(struct profile *profile, const struct trace *trace,
                       void (*visit)(const struct stack_frame *frame, void *data), void *data)
{
    bool outside = false;
    size_t count;

    for (size_t i = 0; i < trace->depth; i++) {
        const struct stack_frame *frames = location_frames(profile, trace->locations[i], &count);
        for (size_t j = 0; j < count; j++) {
            outside = outside || (i > 0 && !stack_in_class(&frames[j], trace->function));
            if (i == 0 || outside)
                visit(&frames[j], data);
        }
    }
}

struct numbers {
    uint32_t *list;
    size_t count, room;
};

static void number_add(const struct stack_frame *frame, void *data)
{
    struct numbers *numbers = data;

    numbers->list =
        memory_grow(numbers->list, numbers->count, &numbers->room, sizeof(*numbers->list));
    numbers->list[numbers->count++] = frame->number;
}

size_t stack_frames(struct profile *profile, const struct trace *trace, uint32_t **numbers)
{
    struct numbers walked = {0};

    trace_walk(profile, trace, number_add, &walked);
    *numbers = walked.list;
    return walked.count;
}

static void frame_add(const struct stack_frame *frame, void *data)
{
    struct site *site = data;

    if (site->stack_depth < site->depth)
        site->stack[site->stack_depth++] = *frame;
}

const struct stack_frame *stack_of(struct profile *profile, struct site *site, size_t *depth)
{
    if (!site->stack) {
        site->stack = memory_new(site->depth, sizeof(*site->stack));
        trace_walk(profile, site->trace, frame_add, site);
    }
    *depth = site->stack_depth;
    return site->stack;
}

void stack_forget(struct site *site)
{
    free(site->stack);
    site->stack = NULL;
    site->stack_depth = 0;
}

const struct stack_frame *stack_headline(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    return &stack[site->headline < depth ? site->headline : depth - 1];
}

uint64_t stack_hash(struct profile *profile, struct site *site)
{
    const char *family = family_name(site->family);
    uint64_t hash = hash_text(HASH_SEED, family);
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    for (size_t i = 0; i < depth; i++)
        hash = hash_text(hash, stack[i].name);
    return hash;
}

const char *stack_mark(const struct stack_frame *frame)
{
    if (frame->inlined)
        return " (inline)";
    return frame->tail_call ? " (tail call)" : "";
}

bool stack_made(const struct stack_frame *frame)
{
    return frame->function && frame->module && strcmp(frame->module->path, MODULE_MADE) == 0;
}

const char *stack_made_in(const struct stack_frame *frame)
{
    return frame->short_file ? frame->short_file : frame->module->name;
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

bool stack_in_system(const struct stack_frame *frame)
{
    static const char *const directories[] = {"/lib", "/usr/lib"};
    for (size_t i = 0; frame->module && i < sizeof(directories) / sizeof(*directories); i++) {
        if (strncmp(frame->module->path, directories[i], strlen(directories[i])) == 0)
            return stack_in_library(frame);
    }
    return false;
}

bool stack_in_library(const struct stack_frame *frame)
{
    return frame->module && strstr(frame->module->name, ".so");
}

bool stack_is_start(const struct stack_frame *stack, size_t index)
{
    static const char called[] = "__libc_start_main";
    const char *function = index > 0 ? stack[index - 1].function : NULL;
    return function && strncmp(function, called, sizeof(called) - 1) == 0;
}

size_t stack_own_depth(const struct stack_frame *stack, size_t depth)
{
    for (size_t i = 1; i < depth; i++) {
        if (stack[i].function && strcmp(stack[i].function, "main") == 0)
            return i + 1;
    }
    if (depth > 1 && stack_is_start(stack, depth - 1))
        depth--;
    while (depth > 1 && stack_in_libc(&stack[depth - 1]))
        depth--;
    return depth;
}
