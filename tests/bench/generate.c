// link: -ldw -lelf
/*
 * generate.c - writes the recording of a large process that never was, or of many of one program.
 *
 *     generate OUT LIBRARY SITES DEPTH TIMERS [RECORDINGS PLACES]
 *
 * Each of SITES stacks has DEPTH frames, in functions of the shared object LIBRARY; TIMERS live
 * timers are dealt out to them in turn. Of RECORDINGS, which are OUT/1.tlk and so on, each has
 * SITES of the same PLACES, all of which some have, and timers of its own. The same arguments give
 * the same recordings.
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
#include <sys/stat.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define START_MONO (1000 * SECOND)
#define START_REAL (UINT64_C(1700000000) * SECOND)

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
    size_t size;
    struct tlk_header *header;
    uint32_t next_page, next_string;
    uint32_t number;        /* of the recording, from 0 on */
    uint32_t first, places; /* of its stacks among all that any recording has */
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

static const uint32_t strides[TLK_REGIONS] = TLK_STRIDES, firsts[TLK_REGIONS] = TLK_FIRSTS;

/* As many segments as so many records take. */
static void region_set(struct file *file, enum tlk_region_id id, uint64_t used)
{
    struct tlk_region *region = &file->header->regions[id];

    check(used <= UINT32_MAX, "more than a recording has room for");
    *region =
        (struct tlk_region){.stride = strides[id], .used = (uint32_t)used, .first = firsts[id]};
    region->segments = tlk_segment_of(region->used - 1, region->first) + 1;
    check(region->segments <= TLK_SEGMENTS, "more than a recording has room for");
    region->room = (uint32_t)tlk_segment_start(region->segments, region->first);
    for (uint32_t i = 0; i < region->segments; i++) {
        uint64_t start = tlk_segment_start(i, region->first);
        uint64_t records = i ? start : region->first;

        region->pages[i] = file->next_page;
        file->next_page += (uint32_t)((records * region->stride + TLK_PAGE - 1) / TLK_PAGE);
    }
}

static void *record_at(struct file *file, enum tlk_region_id id, uint32_t index)
{
    struct tlk_region *region = &file->header->regions[id];
    uint32_t segment = tlk_segment_of(index, region->first);

    return file->bytes + (size_t)region->pages[segment] * TLK_PAGE +
           (size_t)(index - tlk_segment_start(segment, region->first)) * region->stride;
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

/* Where the stack of the next site stands: in one segment. */
static uint32_t stack_next(uint32_t stack, uint32_t depth)
{
    uint32_t first = firsts[TLK_STACKS], segment = tlk_segment_of(stack, first);

    return tlk_segment_of(stack + depth - 1, first) == segment
               ? stack
               : (uint32_t)tlk_segment_start(segment + 1, first);
}

static struct file file_make(const char *path, uint32_t frames, uint32_t sites, uint32_t depth,
                             uint32_t timers)
{
    struct tlk_header *header = calloc(1, sizeof(*header));
    struct file file = {.header = header, .next_page = 1, .next_string = 1};
    uint32_t stacks = 1;

    for (uint32_t i = 0; i < sites; i++)
        stacks = stack_next(stacks, depth) + depth;
    region_set(&file, TLK_STRINGS, firsts[TLK_STRINGS]);
    region_set(&file, TLK_MODULES, 2);
    region_set(&file, TLK_FRAMES, (uint64_t)frames + 1);
    region_set(&file, TLK_STACKS, stacks);
    region_set(&file, TLK_DETAILS, 1);
    region_set(&file, TLK_EXTRAS, 1);
    region_set(&file, TLK_SITES, (uint64_t)sites + 1);
    region_set(&file, TLK_TIMERS, (uint64_t)timers + 1);

    size_t size = file.size = (size_t)file.next_page * TLK_PAGE;
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
    header->page_size = TLK_PAGE;
    header->page_count = header->page_used = file->next_page;
    header->pid = 4711 + (int)file->number;
    header->ppid = 1;
    header->start_ticks = 1;
#define X(number, name, traits)                                                                    \
    header->families[number] = (struct tlk_family){name, traits, 1};                               \
    header->family_count = number + 1;
    TLK_FAMILIES_OF_SHIM(X)
#undef X
    header->start_mono = header->start_boot = START_MONO;
    header->start_real = START_REAL + file->number;
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

/* As in a program, stacks share their callers: a frame is told by the first bits of its place. */
static void stack_fill(uint32_t *row, uint32_t depth, uint32_t place, uint32_t places,
                       const struct library *library)
{
    for (uint32_t i = 0; i < depth; i++) {
        uint32_t bits = bits_of(places), kept = bits * (depth - i) / depth;
        uint64_t random = mix((uint64_t)i << 32 | place >> (bits - kept));
        row[i] = (uint32_t)(1 + (random >> 8) % library->count * CALLS + random % CALLS);
    }
}

static void sites_fill(struct file *file, uint32_t sites, uint32_t depth,
                       const struct library *library)
{
    uint32_t function = string_add(file, "timerfd_create"), stack = 1;
    uint64_t state = mix(file->number) + 1;

    for (uint32_t i = 1; i <= sites; i++) {
        struct tlk_site *site = record_at(file, TLK_SITES, i);
        stack = stack_next(stack, depth);
        stack_fill(record_at(file, TLK_STACKS, stack), depth, file->first + i, file->places,
                   library);
        site->family = TLK_TIMERFD;
        site->depth = (uint8_t)depth;
        site->stack = stack;
        stack += depth;
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
    uint64_t state = mix(file->number) + 2;

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

struct wanted {
    const char *out, *program;
    struct library library;
    uint32_t sites, depth, timers, recordings, places;
};

static void recording_write(const struct wanted *wanted, const char *path, uint32_t number)
{
    struct file file = file_make(path, (uint32_t)wanted->library.count * CALLS, wanted->sites,
                                 wanted->depth, wanted->timers);
    uint64_t others = wanted->places - wanted->sites;
    file.number = number;
    file.first = number ? (uint32_t)(others * number / (wanted->recordings - 1)) : 0;
    file.places = wanted->places;
    header_fill(&file, wanted->program);
    module_fill(&file, wanted->program, &wanted->library);
    frames_fill(&file, &wanted->library);
    sites_fill(&file, wanted->sites, wanted->depth, &wanted->library);
    timers_fill(&file, wanted->timers, wanted->sites);
    munmap(file.bytes, file.size);
}

static void recordings_write(const struct wanted *wanted)
{
    char path[4096];

    check(mkdir(wanted->out, 0777) == 0, wanted->out);
    for (uint32_t i = 0; i < wanted->recordings; i++) {
        snprintf(path, sizeof(path), "%s/%u.tlk", wanted->out, i + 1);
        recording_write(wanted, path, i);
    }
}

int main(int argc, char **argv)
{
    char program[4096];

    if (argc != 6 && argc != 8) {
        fprintf(stderr, "usage: generate OUT LIBRARY SITES DEPTH TIMERS [RECORDINGS PLACES]\n");
        return 2;
    }
    struct wanted wanted = {.out = argv[1],
                            .program = program,
                            .library = library_read(argv[2]),
                            .sites = (uint32_t)atoi(argv[3]),
                            .depth = (uint32_t)atoi(argv[4]),
                            .timers = (uint32_t)atoi(argv[5])};
    bool many = argc == 8;
    wanted.recordings = many ? (uint32_t)atoi(argv[6]) : 1;
    wanted.places = many ? (uint32_t)atoi(argv[7]) : wanted.sites;
    check(realpath(argv[2], program), argv[2]);
    check(wanted.sites > 0 && wanted.sites <= wanted.places && wanted.depth > 0 &&
              wanted.depth <= TLK_MAX_DEPTH,
          "no such numbers of sites, places and frames");
    if (many)
        recordings_write(&wanted);
    else
        recording_write(&wanted, wanted.out, 0);
    return 0;
}
