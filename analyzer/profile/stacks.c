#include "profile/stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void append(struct site *site, size_t *room, struct stack_frame frame)
{
    site->stack = memory_grow(site->stack, site->stack_depth, room, sizeof(*site->stack));
    site->stack[site->stack_depth++] = frame;
}

static const char *short_name(const struct symbol *symbol)
{
    size_t length = symbol->directory ? strlen(symbol->directory) : 0;
    if (!symbol->file || length == 0 || strncmp(symbol->file, symbol->directory, length) != 0 ||
        symbol->file[length] != '/')
        return symbol->file;
    return symbol->file + length + 1;
}

static const char *offset_name(struct profile *profile, const struct module *module,
                               uint64_t offset)
{
    char name[512];
    snprintf(name, sizeof(name), "%.400s+0x%" PRIx64, module ? module->name : "[unknown]", offset);
    return strings_add(profile->strings, name);
}

static void append_symbols(struct profile *profile, struct site *site, size_t *room,
                           const struct frame *frame)
{
    static const struct symbol_list nothing;
    const struct module *module = profile->modules[frame->module];
    const struct symbol_list *list =
        module ? symbols_look_up(module->symbols, frame->address) : &nothing;
    for (size_t i = 0; i < list->count; i++) {
        const struct symbol *symbol = &list->symbols[i];
        append(site, room,
               (struct stack_frame){.name = symbol->function,
                                    .function = symbol->function,
                                    .file = symbol->file,
                                    .short_file = short_name(symbol),
                                    .line = symbol->line,
                                    .inlined = symbol->inlined,
                                    .module = module,
                                    .offset = frame->address});
    }
    if (list->count == 0)
        append(site, room,
               (struct stack_frame){.name = offset_name(profile, module, frame->address),
                                    .module = module,
                                    .offset = frame->address});
}

const struct stack_frame *stack_of(struct profile *profile, struct site *site, size_t *depth)
{
    size_t room = 0;
    if (!site->stack) {
        append(site, &room,
               (struct stack_frame){.name = site->function, .function = site->function});
        for (size_t i = 0; i < site->depth; i++)
            append_symbols(profile, site, &room, &site->frames[i]);
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

uint64_t stack_fingerprint(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    const char *family = family_name(site->family);
    uint64_t hash = hash_bytes(HASH_SEED, family, strlen(family) + 1);
    for (size_t i = 0; i < depth; i++)
        hash = hash_bytes(hash, stack[i].name, strlen(stack[i].name) + 1);
    return hash;
}
