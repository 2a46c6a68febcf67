// link: -ldw -lelf
/*
 * generate.c - writes the recording of a large process that never was.
 *
 *     generate OUT LIBRARY SITES DEPTH TIMERS
 *
 * Each of SITES stacks has DEPTH frames, in functions of the shared object LIBRARY; TIMERS live
 * timers are dealt out to them in turn. The same arguments give the same stacks and timers.
 */
#include "recording.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define START_MONO (1000 * SECOND)
#define START_REAL (UINT64_C(1700000000) * SECOND)
#define STRINGS_CHUNKS 1
#define MODULES_CHUNKS 1

/* Calls in one function differ by their return addresses. */
#define CALLS 2

struct library {
    uint64_t *functions;
    size_t count;
    const unsigned char *build_id;
    size_t build_id_size;
};

struct file {
    unsigned char *bytes;
    struct tlk_header *header;
    uint32_t next_chunk, next_string;
};

static void check(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

/* ---- the library ---- */

static void read_functions(struct library *library, Elf_Data *data, size_t count)
{
    GElf_Sym symbol;

    library->functions = calloc(count, sizeof(*library->functions));
    for (size_t i = 0; i < count; i++) {
        gelf_getsym(data, (int)i, &symbol);
        if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_size > CALLS)
            library->functions[library->count++] = symbol.st_value;
    }
}

static struct library library_read(const char *path)
{
    struct library library = {0};
    int fd = open(path, O_RDONLY);
    const void *build_id = NULL;
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    check(fd >= 0, path);
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    check(elf, path);
    while ((section = elf_nextscn(elf, section))) {
        gelf_getshdr(section, &header);
        if (header.sh_type == SHT_DYNSYM)
            read_functions(&library, elf_getdata(section, NULL),
                           header.sh_size / header.sh_entsize);
    }
    ssize_t size = dwelf_elf_gnu_build_id(elf, &build_id);
    check(library.count > 0 && size > 0, "no functions or no build-id in the library");
    library.build_id = build_id;
    library.build_id_size = (size_t)size;
    return library;
}

/* ---- the file ---- */

static uint32_t chunks_for(uint64_t records, uint64_t per_chunk)
{
    return (uint32_t)((records + per_chunk - 1) / per_chunk);
}

static void region_set(struct file *file, enum tlk_region_id id, uint32_t stride, uint32_t used,
                       uint32_t chunks)
{
    struct tlk_region *region = &file->header->regions[id];

    check(chunks <= TLK_REGION_CHUNKS, "more than a recording has room for");
    region->stride = stride;
    region->used = used;
    region->chunks = chunks;
    for (uint32_t i = 0; i < chunks; i++)
        region->directory[i] = file->next_chunk++;
}

static void *record_at(struct file *file, enum tlk_region_id id, uint32_t index)
{
    struct tlk_region *region = &file->header->regions[id];
    uint32_t per_chunk = TLK_CHUNK / region->stride;

    return file->bytes + (size_t)region->directory[index / per_chunk] * TLK_CHUNK +
           (size_t)(index % per_chunk) * region->stride;
}

static uint32_t string_add(struct file *file, const char *text)
{
    uint32_t index = file->next_string;
    size_t size = strlen(text) + 1;

    memcpy(record_at(file, TLK_STRINGS, index), text, size);
    file->next_string += (uint32_t)size;
    file->header->regions[TLK_STRINGS].used = file->next_string;
    return index;
}

static uint32_t stacks_per_chunk(uint32_t depth)
{
    return TLK_CHUNK / sizeof(uint32_t) / depth;
}

static struct file file_make(const char *path, uint32_t frames, uint32_t sites, uint32_t depth,
                             uint32_t timers)
{
    struct tlk_header *header = calloc(1, sizeof(*header));
    struct file file = {.header = header, .next_chunk = 1, .next_string = 1};
    uint32_t stacks = chunks_for(sites + 1, stacks_per_chunk(depth));

    region_set(&file, TLK_STRINGS, 1, 1, STRINGS_CHUNKS);
    region_set(&file, TLK_MODULES, sizeof(struct tlk_module), 2, MODULES_CHUNKS);
    region_set(&file, TLK_FRAMES, sizeof(uint64_t), frames + 1,
               chunks_for(frames + 1, TLK_CHUNK / sizeof(uint64_t)));
    region_set(&file, TLK_STACKS, sizeof(uint32_t), stacks * (TLK_CHUNK / 4), stacks);
    region_set(&file, TLK_DETAILS, sizeof(struct tlk_details), 0, 0);
    region_set(&file, TLK_EXTRAS, sizeof(struct tlk_extra), 0, 0);
    region_set(&file, TLK_SITES, sizeof(struct tlk_site), sites + 1,
               chunks_for(sites + 1, TLK_CHUNK / sizeof(struct tlk_site)));
    region_set(&file, TLK_TIMERS, sizeof(struct tlk_timer), timers + 1,
               chunks_for(timers + 1, TLK_CHUNK / sizeof(struct tlk_timer)));

    size_t size = (size_t)file.next_chunk * TLK_CHUNK;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    check(fd >= 0 && ftruncate(fd, (off_t)size) == 0, path);
    file.bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(file.bytes != MAP_FAILED, path);
    close(fd);
    memcpy(file.bytes, header, sizeof(*header));
    free(header);
    file.header = (struct tlk_header *)(void *)file.bytes;
    return file;
}

static void header_fill(struct file *file, const char *program)
{
    struct tlk_header *header = file->header;

    memcpy(header->magic, TLK_MAGIC, sizeof(header->magic));
    header->version = TLK_VERSION;
    header->byte_order = TLK_BYTE_ORDER;
    header->header_size = sizeof(*header);
    header->chunk_size = TLK_CHUNK;
    header->chunk_count = header->chunk_used = file->next_chunk;
    header->pid = 4711;
    header->ppid = 1;
    header->start_ticks = 1;
#define X(number, name, traits)                                                                    \
    header->families[number] = (struct tlk_family){name, traits, 1};                               \
    header->family_count = number + 1;
    TLK_FAMILIES_OF_SHIM(X)
#undef X
    header->start_mono = header->start_boot = START_MONO;
    header->start_real = START_REAL;
    header->nofile_soft = header->nofile_hard = UINT64_MAX;
    header->sigpending_soft = header->sigpending_hard = UINT64_MAX;
    header->end = TLK_EXITED;
    header->end_mono = header->end_boot = START_MONO + HOUR;
    header->end_real = START_REAL + HOUR;
    header->exe = string_add(file, program);
    header->argv = string_add(file, program);
    header->argc = 1;
}

static void module_fill(struct file *file, const char *path, const struct library *library)
{
    struct tlk_module *module = record_at(file, TLK_MODULES, 1);

    module->path = string_add(file, path);
    module->loads = 1;
    module->build_id_size = (uint32_t)library->build_id_size;
    memcpy(module->build_id, library->build_id, library->build_id_size);
}

/* ---- stacks and timers ---- */

/* splitmix64: the same numbers everywhere. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

static uint64_t number(uint64_t *state)
{
    return mix(*state += 0x9e3779b97f4a7c15ULL);
}

static uint32_t bits_of(uint32_t number)
{
    return number ? 32 - (uint32_t)__builtin_clz(number) : 0;
}

/* All that may be in a stack. */
static void frames_fill(struct file *file, const struct library *library)
{
    for (uint32_t i = 0; i < library->count * CALLS; i++) {
        uint64_t *frame = record_at(file, TLK_FRAMES, 1 + i);
        *frame = TLK_FRAME(1, library->functions[i / CALLS] + 1 + i % CALLS);
    }
}

/* As in a program, stacks share their callers: a frame is told by the first bits of its site. */
static void stack_fill(uint32_t *row, uint32_t depth, uint32_t site, uint32_t sites,
                       const struct library *library)
{
    for (uint32_t i = 0; i < depth; i++) {
        uint32_t bits = bits_of(sites), kept = bits * (depth - i) / depth;
        uint64_t random = mix((uint64_t)i << 32 | site >> (bits - kept));
        row[i] = (uint32_t)(1 + (random >> 8) % library->count * CALLS + random % CALLS);
    }
}

static void sites_fill(struct file *file, uint32_t sites, uint32_t depth,
                       const struct library *library)
{
    uint32_t function = string_add(file, "timerfd_create"), per_chunk = stacks_per_chunk(depth);
    uint64_t state = 1;

    for (uint32_t i = 1; i <= sites; i++) {
        struct tlk_site *site = record_at(file, TLK_SITES, i);
        uint32_t stack = i / per_chunk * (TLK_CHUNK / 4) + i % per_chunk * depth;
        stack_fill(record_at(file, TLK_STACKS, stack), depth, i, sites, library);
        site->family = TLK_TIMERFD;
        site->depth = (uint8_t)depth;
        site->stack = stack;
        site->function = function;
        site->flags = TLK_SITE_UNWOUND;
        site->released = site->armed = site->fired = number(&state) % 100;
        site->created = site->released;
        site->longest_life = SECOND;
        site->first_created = site->last_created = site->last_released = START_MONO + SECOND;
        site->history_shift = TLK_HISTORY_FIRST_SHIFT;
    }
}

/* All timers of a site are set alike, to one of a handful of timeouts. */
static void timer_fill(struct tlk_timer *timer)
{
    static const uint64_t timeouts[] = {SECOND, 5 * SECOND, 30 * SECOND, 60 * SECOND, 2 * HOUR};
    uint64_t random = mix(timer->site), timeout = timeouts[random % 5];
    bool armed = random >> 8 & 3, periodic = random >> 10 & 1;

    timer->state = TLK_LIVE;
    timer->generation = 1;
    timer->family = TLK_TIMERFD;
    timer->references = 1;
    timer->clock = timer->deadline_clock = 1;
    if (!armed)
        return;
    timer->armed = 1;
    timer->flags = TLK_ARMED;
    timer->armed_at = timer->created;
    timer->deadline = (int64_t)(timer->created + timeout);
    timer->interval = periodic ? timeout : 0;
}

static void timers_fill(struct file *file, uint32_t timers, uint32_t sites)
{
    uint64_t state = 2;

    for (uint32_t i = 1; i <= timers; i++) {
        struct tlk_timer *timer = record_at(file, TLK_TIMERS, i);
        timer->site = (i % sites + 1) & (TLK_SITES_MOST - 1);
        struct tlk_site *site = record_at(file, TLK_SITES, timer->site);
        timer->id = i;
        timer->created = START_MONO + number(&state) % HOUR;
        timer_fill(timer);
        site->created++;
        site->live++;
        site->peak++;
        if (timer->created > site->last_created)
            site->last_created = timer->created;
    }
}

int main(int argc, char **argv)
{
    char path[4096];

    if (argc != 6) {
        fprintf(stderr, "usage: generate OUT LIBRARY SITES DEPTH TIMERS\n");
        return 2;
    }
    uint32_t sites = (uint32_t)atoi(argv[3]), depth = (uint32_t)atoi(argv[4]);
    uint32_t timers = (uint32_t)atoi(argv[5]);
    struct library library = library_read(argv[2]);
    check(realpath(argv[2], path), argv[2]);
    check(sites > 0 && depth > 0 && depth <= TLK_MAX_DEPTH, "no such numbers of sites and frames");
    struct file file = file_make(argv[1], (uint32_t)library.count * CALLS, sites, depth, timers);
    header_fill(&file, path);
    module_fill(&file, path, &library);
    frames_fill(&file, &library);
    sites_fill(&file, sites, depth, &library);
    timers_fill(&file, timers, sites);
    return 0;
}
