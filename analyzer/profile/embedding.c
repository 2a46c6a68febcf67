#include "profile/embedding.h"

#include "profile/callers.h"
#include "profile/passages.h"
#include "symbols/portable_text.h"

#include <stdlib.h>
#include <string.h>

static void note_sites(struct profile *profile, struct recording *recording,
                       const uint32_t *modules)
{
    struct site_record site;
    for (uint32_t i = 0; i < recording_count(recording, TLK_SITES); i++) {
        if (recording_site(recording, i, &site))
            profile_trace(profile, recording, &site, modules);
    }
}

/* Their locations are made, which is all that is wanted of them. */
static void note_timers(struct profile *profile, struct recording *recording,
                        const uint32_t *modules)
{
    struct loaded_modules loaded = {.modules = modules,
                                    .module_count = recording_count(recording, TLK_MODULES)};
    uint64_t families[TLK_FAMILIES];
    struct tlk_module module;
    struct timer_record timer;
    families_intern(&recording->header, families);
    for (uint32_t i = 1; i < loaded.module_count; i++) {
        if (recording_module(recording, i, &module))
            loaded_modules_add(&loaded, &module, modules[i]);
    }
    for (uint32_t i = 0; i < recording_count(recording, TLK_TIMERS); i++) {
        if (!recording_timer(recording, i, &timer))
            continue;
        timer.family = (uint8_t)families[timer.family];
        callers_of(profile, &loaded, &timer);
    }
    free(loaded.list);
}

static bool is_noted(const struct embedding *embedding, uint32_t module)
{
    for (size_t i = 0; i < embedding->count; i++) {
        if (embedding->programs[i] == module)
            return true;
    }
    return false;
}

static void note_programs(struct embedding *embedding, struct recording *recording,
                          const uint32_t *modules)
{
    const char *exe = recording_string(recording, recording->header.exe);
    struct tlk_module module;
    for (uint32_t i = 1; i < recording_count(recording, TLK_MODULES); i++) {
        if (!recording_module(recording, i, &module) ||
            strcmp(recording_string(recording, module.path), exe) != 0 ||
            is_noted(embedding, modules[i]))
            continue;
        embedding->programs = memory_grow(embedding->programs, embedding->count, &embedding->room,
                                          sizeof(*embedding->programs));
        embedding->programs[embedding->count++] = modules[i];
    }
}

/* Stacks are put together when all that is known elsewhere is there: until then it is plain. */
void embedding_begin(struct embedding *embedding)
{
    *embedding = (struct embedding){.profile = profile_new()};
    embedding->profile->plain = true;
}

void embedding_end(struct embedding *embedding)
{
    profile_free(embedding->profile);
    free(embedding->programs);
}

void embedding_note(struct embedding *embedding, struct recording *recording)
{
    struct profile *profile = embedding->profile;
    uint32_t *modules = profile_modules(profile, recording);
    note_sites(profile, recording, modules);
    note_timers(profile, recording, modules);
    note_programs(embedding, recording, modules);
    free(modules);
}

/* From each function to its caller, which may add the locations of tail calls. */
static void ask_passages(struct profile *profile)
{
    profile->plain = false;
    for (size_t i = 0; i < profile->trace_count; i++) {
        const struct trace *trace = profile->traces[i];
        struct climb climb = {0};
        for (uint32_t j = 0; j < trace->depth; j++)
            climb_to(&climb, profile, trace->locations[j]);
        free(climb.locations);
    }
}

void embedding_ask(struct embedding *embedding)
{
    struct profile *profile = embedding->profile;
    struct symbol_code code;
    size_t count;
    symbols_keep(profile->symbols);
    ask_passages(profile);
    for (uint32_t i = 0; i < profile->locations.count; i++) {
        uint32_t module = profile->locations.list[i].module;
        location_frames(profile, i, &count);
        if (module != 0 && module != LOCATION_WRAPPED)
            symbols_code(profile->modules[module]->symbols, &code);
    }
    for (size_t i = 0; i < embedding->count; i++)
        symbols_code(profile->modules[embedding->programs[i]]->symbols, &code);
}

char *embedding_text(const struct embedding *embedding, size_t *size)
{
    char *text;
    FILE *to = memory_stream(&text, size);
    portable_write(symbols_portable(embedding->profile->symbols), to);
    fclose(to);
    return text;
}
