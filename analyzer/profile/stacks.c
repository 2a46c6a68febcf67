#include "profile/stacks.h"

#include <string.h>

/* How many frames all locations have together. */
static size_t count_frames(struct profile *profile, const struct site *site)
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
        site->stack = memory_new(count_frames(profile, site), sizeof(*site->stack));
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

uint64_t stack_fingerprint(struct profile *profile, struct site *site)
{
    const char *family = family_name(site->family);
    uint64_t hash = hash_bytes(HASH_SEED, family, strlen(family) + 1);
    for (size_t i = 0, count; i < site->depth; i++) {
        const struct stack_frame *frames = location_frames(profile, site->locations[i], &count);
        for (size_t j = 0; j < count; j++)
            hash = hash_bytes(hash, frames[j].name, strlen(frames[j].name) + 1);
    }
    return hash;
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
