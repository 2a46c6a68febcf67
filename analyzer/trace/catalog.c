#include "trace/catalog.h"

#include "base/hash.h"
#include "tables/details.h" /* the shim's */

#include <stdio.h>
#include <string.h>

#define MODULES_MOST (TLK_FRAME_MODULE(UINT64_MAX) + 1)

void catalog_begin(struct catalog *catalog)
{
    *catalog = (struct catalog){0};
    writer_begin(&catalog->writer);
}

void catalog_end(struct catalog *catalog)
{
    index_free(&catalog->strings);
    index_free(&catalog->modules);
    index_free(&catalog->frames);
    index_free(&catalog->sites);
    writer_end(&catalog->writer);
}

static uint32_t used_of(const struct catalog *catalog, enum tlk_region_id id)
{
    return catalog->writer.header.regions[id].used;
}

static void drop(struct catalog *catalog, enum tlk_drop what)
{
    catalog->writer.header.dropped[what]++;
}

/* ---- strings, families, modules, frames ---- */

static bool same_string(const void *key, const void *catalog, uint32_t number)
{
    return strcmp(writer_at(&((const struct catalog *)catalog)->writer, TLK_STRINGS, number),
                  key) == 0;
}

uint32_t catalog_string(struct catalog *catalog, const char *text)
{
    uint64_t hash = hash_key(text, strlen(text));
    uint32_t string = index_find(&catalog->strings, hash, text, catalog, same_string);
    if (string != INDEX_NONE)
        return string;
    string = writer_string(&catalog->writer, text);
    if (string)
        index_add(&catalog->strings, hash, string);
    return string;
}

uint32_t catalog_family(struct catalog *catalog, const char *name, uint32_t traits)
{
    struct tlk_header *header = &catalog->writer.header;
    uint32_t family = 1;
    while (family < header->family_count && (strcmp(header->families[family].name, name) != 0 ||
                                             header->families[family].traits != traits))
        family++;
    if (family < header->family_count)
        return family;
    if (family == TLK_FAMILIES)
        return 0;
    header->families[family] = (struct tlk_family){.traits = traits, .watched = 1};
    snprintf(header->families[family].name, sizeof(header->families->name), "%s", name);
    header->family_count++;
    return family;
}

static uint64_t module_hash(const struct tlk_module *module)
{
    return hash_key(module->build_id, sizeof(module->build_id)) ^
           hash_key(&module->path, sizeof(module->path));
}

static bool same_module(const void *key, const void *catalog, uint32_t number)
{
    const struct tlk_module *wanted = key,
                            *module = writer_at(&((const struct catalog *)catalog)->writer,
                                                TLK_MODULES, number);
    return module->path == wanted->path && module->build_id_size == wanted->build_id_size &&
           memcmp(module->build_id, wanted->build_id, sizeof(module->build_id)) == 0;
}

static struct tlk_module *module_find(struct catalog *catalog, const struct tlk_module *wanted,
                                      uint32_t *number)
{
    uint64_t hash = module_hash(wanted);
    struct tlk_module *module = NULL;
    *number = index_find(&catalog->modules, hash, wanted, catalog, same_module);
    if (*number != INDEX_NONE)
        return writer_at(&catalog->writer, TLK_MODULES, *number);
    if (used_of(catalog, TLK_MODULES) < MODULES_MOST)
        module = writer_take(&catalog->writer, TLK_MODULES, 1, number);
    if (!module)
        return NULL;
    module->path = wanted->path;
    module->build_id_size = wanted->build_id_size;
    memcpy(module->build_id, wanted->build_id, sizeof(module->build_id));
    index_add(&catalog->modules, hash, *number);
    return module;
}

uint32_t catalog_module(struct catalog *catalog, const struct tlk_module *told, const char *path)
{
    struct tlk_module wanted = {.path = catalog_string(catalog, path)};
    uint32_t number;
    if (told->build_id_size <= sizeof(wanted.build_id)) {
        wanted.build_id_size = told->build_id_size;
        memcpy(wanted.build_id, told->build_id, told->build_id_size);
    }
    struct tlk_module *module = module_find(catalog, &wanted, &number);
    if (!module)
        return 0;
    module->loads += module->loads == 0 || module->start != told->start;
    module->bias = told->bias;
    module->start = told->start;
    module->end = told->end;
    module->loaded = 1;
    return number;
}

static bool same_frame(const void *key, const void *catalog, uint32_t number)
{
    const struct writer *writer = &((const struct catalog *)catalog)->writer;
    return *(const uint64_t *)key == *(const uint64_t *)writer_at(writer, TLK_FRAMES, number);
}

static uint32_t frame_number(struct catalog *catalog, uint64_t frame)
{
    uint64_t hash = hash_key(&frame, sizeof(frame));
    uint32_t number = index_find(&catalog->frames, hash, &frame, catalog, same_frame);
    if (number != INDEX_NONE)
        return number;
    uint64_t *record = writer_take(&catalog->writer, TLK_FRAMES, 1, &number);
    if (!record)
        return 0;
    *record = frame;
    index_add(&catalog->frames, hash, number);
    return number;
}

/* ---- sites ---- */

struct tlk_site *catalog_site_at(const struct catalog *catalog, uint32_t site)
{
    return writer_at(&catalog->writer, TLK_SITES, site);
}

bool catalog_site_check(struct catalog *catalog, uint32_t *site)
{
    uint32_t none;
    if (*site < used_of(catalog, TLK_SITES))
        return true;
    *site = 0;
    return used_of(catalog, TLK_SITES) > 0 || writer_take(&catalog->writer, TLK_SITES, 0, &none);
}

struct wanted {
    const struct tlk_site *site;
    uint32_t row[TLK_MAX_DEPTH];
};

static uint64_t site_hash(const struct wanted *wanted)
{
    const struct tlk_site *site = wanted->site;
    const uint32_t strings[] = {site->family, site->function, site->kind};
    return hash_key(wanted->row, site->depth * sizeof(*wanted->row)) ^
           hash_key(strings, sizeof(strings));
}

static bool same_site(const void *key, const void *catalog, uint32_t number)
{
    const struct wanted *wanted = key;
    const struct tlk_site *a = wanted->site, *b = catalog_site_at(catalog, number);
    return a->family == b->family && a->function == b->function && a->kind == b->kind &&
           a->depth == b->depth &&
           memcmp(wanted->row,
                  writer_at(&((const struct catalog *)catalog)->writer, TLK_STACKS, b->stack),
                  a->depth * sizeof(*wanted->row)) == 0;
}

static uint32_t site_make(struct catalog *catalog, const struct wanted *wanted)
{
    const struct tlk_site *site = wanted->site;
    uint32_t stack, number;
    uint32_t *row = writer_take(&catalog->writer, TLK_STACKS, site->depth, &stack);
    struct tlk_site *made = row && used_of(catalog, TLK_SITES) < TLK_SITES_MOST
                                ? writer_take(&catalog->writer, TLK_SITES, 1, &number)
                                : NULL;
    if (!made)
        return 0;
    memcpy(row, wanted->row, site->depth * sizeof(*row));
    *made = *site;
    made->stack = stack;
    made->history_shift = TLK_HISTORY_FIRST_SHIFT;
    index_add(&catalog->sites, site_hash(wanted), number);
    return number;
}

uint32_t catalog_site(struct catalog *catalog, const struct tlk_site *site, const uint64_t *frames)
{
    struct wanted wanted = {.site = site};
    bool fits = site->depth <= TLK_MAX_DEPTH;
    for (uint32_t i = 0; i < site->depth && fits; i++)
        fits = (wanted.row[i] = frame_number(catalog, frames[i])) != 0;
    uint32_t number = INDEX_NONE;
    if (fits)
        number = index_find(&catalog->sites, site_hash(&wanted), &wanted, catalog, same_site);
    if (number == INDEX_NONE)
        number = fits ? site_make(catalog, &wanted) : 0;
    if (!number)
        drop(catalog, TLK_DROP_SITE);
    return number;
}

/* ---- of another catalog ---- */

static uint32_t string_of(struct catalog *catalog, const struct catalog *other, uint32_t string)
{
    return string ? catalog_string(catalog, writer_at(&other->writer, TLK_STRINGS, string)) : 0;
}

uint64_t catalog_frame_of(struct catalog *catalog, const struct catalog *other, uint64_t frame)
{
    if (TLK_FRAME_MODULE(frame) == 0)
        return frame;
    const struct tlk_module *module =
        writer_at(&other->writer, TLK_MODULES, (uint32_t)TLK_FRAME_MODULE(frame));
    const char *path = writer_at(&other->writer, TLK_STRINGS, module->path);
    uint32_t number = catalog_module(catalog, module, path);
    return number ? TLK_FRAME(number, TLK_FRAME_ADDRESS(frame))
                  : TLK_FRAME(0, TLK_FRAME_ADDRESS(frame) + module->bias);
}

uint32_t catalog_site_of(struct catalog *catalog, const struct catalog *other, uint32_t number)
{
    const struct tlk_site *site = catalog_site_at(other, number);
    uint64_t frames[TLK_MAX_DEPTH];
    if (!number)
        return 0;
    const uint32_t *row = writer_at(&other->writer, TLK_STACKS, site->stack);
    for (uint32_t i = 0; i < site->depth; i++) {
        const uint64_t *frame = writer_at(&other->writer, TLK_FRAMES, row[i]);
        frames[i] = catalog_frame_of(catalog, other, *frame);
    }
    const struct tlk_site wanted = {
        .family = site->family,
        .depth = site->depth,
        .flags = site->flags & (TLK_SITE_TRUNCATED | TLK_SITE_UNWOUND),
        .function = string_of(catalog, other, site->function),
        .kind = string_of(catalog, other, site->kind),
    };
    return catalog_site(catalog, &wanted, frames);
}

/* ---- counting ---- */

/* NULL: there is no room for any, which is counted once. */
static struct tlk_details *details_of(struct catalog *catalog, struct tlk_site *site)
{
    struct tlk_details *details;
    if (site->details)
        return writer_at(&catalog->writer, TLK_DETAILS, site->details);
    if (site->flags & TLK_SITE_COARSE)
        return NULL;
    details = writer_take(&catalog->writer, TLK_DETAILS, 1, &site->details);
    if (details) {
        details->history_shift = TLK_HISTORY_FIRST_SHIFT;
    } else {
        site->flags |= TLK_SITE_COARSE;
        drop(catalog, TLK_DROP_DETAIL);
    }
    return details;
}

static struct tlk_details *live_note(struct catalog *catalog, struct tlk_site *site, uint32_t live,
                                     uint64_t now)
{
    struct tlk_details *details = details_of(catalog, site);
    uint64_t since = now > site->first_created ? now - site->first_created : 0;
    if (details)
        span_note(details, since, site->live, live);
    site->live = live;
    return details;
}

void catalog_created(struct catalog *catalog, uint32_t number, bool inherited, uint64_t now)
{
    struct tlk_site *site = catalog_site_at(catalog, number);
    if (!site->first_created)
        site->first_created = now;
    live_note(catalog, site, site->live + 1, now);
    if (inherited)
        site->inherited++;
    else
        site->created++;
    if (site->live > site->peak)
        site->peak = site->live;
    site->last_created = now;
}

void catalog_released(struct catalog *catalog, uint32_t number, uint64_t lifetime, uint64_t now)
{
    struct tlk_site *site = catalog_site_at(catalog, number);
    struct tlk_details *details = live_note(catalog, site, site->live - 1, now);
    if (details)
        details->lifetimes[lifetime_bucket(lifetime)]++;
    site->released++;
    site->last_released = now;
    if (lifetime > site->longest_life)
        site->longest_life = lifetime;
}

void catalog_failed(struct catalog *catalog, uint32_t number, enum tlk_failure failure,
                    uint64_t now)
{
    struct tlk_details *details = details_of(catalog, catalog_site_at(catalog, number));
    if (details)
        failure_note(details, failure, now);
}
