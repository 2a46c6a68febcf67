#include "tables/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "core/real.h"
#include "core/thread.h"
#include "tables/families.h"
#include "tables/mapfile.h"
#include "tables/strings.h"

#define LOADED_MOST 1024
#define OWN_MOST 16

/* What is loaded now, in the loader's order; guarded by the catalog lock. */
static struct {
    uintptr_t start, end, bias;
    uint32_t module;
} loaded[LOADED_MOST];
static unsigned loaded_count;
static uint32_t loaded_epoch;

static uint32_t epoch;
static const char *exe_path = "";
static char directory[PATH_MAX];
static char path[PATH_MAX]; /* of the module at hand: a stack may be small */

/* The shim, and objects that are preloaded beside it: their frames are in no stack. */
static struct own {
    uintptr_t start, end;
} own[OWN_MOST];
static unsigned own_count; /* changes under the catalog lock */

struct found {
    const char *name;
    uintptr_t bias, start, end;
    const uint8_t *build_id;
    uint32_t build_id_size;
};

/* The note may lie in a segment that the program has unmapped or protected: only loaded ones count.
 */
static void find_build_id(struct found *found, const ElfW(Phdr) * note)
{
    const char *at = (const char *)(found->bias + note->p_vaddr);
    const char *end = at + note->p_memsz;

    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *header = (const void *)at;
        const char *name = at + sizeof(*header);
        const char *content = name + ((header->n_namesz + 3) & ~3u);

        at = content + ((header->n_descsz + 3) & ~3u);
        if (at > end)
            return;
        if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 && !memcmp(name, "GNU", 4) &&
            header->n_descsz <= 20) {
            found->build_id = (const uint8_t *)content;
            found->build_id_size = header->n_descsz;
        }
    }
}

static void found_describe(struct found *found, const struct dl_phdr_info *info)
{
    *found = (struct found){.name = info->dlpi_name, .bias = info->dlpi_addr, .start = UINTPTR_MAX};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD)
            continue;
        if (start < found->start)
            found->start = start;
        if (start + segment->p_memsz > found->end)
            found->end = start + segment->p_memsz;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;

        if (segment->p_type == PT_NOTE && !found->build_id && start >= found->start &&
            start + segment->p_memsz <= found->end)
            find_build_id(found, segment);
    }
}

/* Paths relative to where the program was started: asking where it is now would be a system call.
 */
static void absolute_name(const char *name)
{
    size_t length = strlen(directory);

    path[0] = '\0';
    if (name[0] != '/' && strchr(name, '/') && length + 1 + strlen(name) < PATH_MAX) {
        memcpy(path, directory, length);
        path[length++] = '/';
        path[length] = '\0';
    } else {
        length = 0;
    }
    strncpy(path + length, name, PATH_MAX - 1 - length);
    path[PATH_MAX - 1] = '\0';
}

static bool same_file(const struct tlk_module *module, const struct found *found)
{
    return module->build_id_size == found->build_id_size &&
           (!found->build_id_size ||
            !memcmp(module->build_id, found->build_id, found->build_id_size)) &&
           !strcmp(region_at(TLK_STRINGS, module->path), path);
}

/* The module of a file: the one it had before, or a new one. 0 when there is no room. */
static uint32_t module_of(const struct found *found)
{
    uint32_t used = recording->regions[TLK_MODULES].used, index;
    struct tlk_module *module;

    absolute_name(*found->name ? found->name : exe_path);
    for (index = 1; index < used; index++) {
        module = region_at(TLK_MODULES, index);
        if (same_file(module, found))
            break;
    }
    if (index >= used) {
        index = region_take(TLK_MODULES, 1);
        if (!index || index > UINT16_MAX)
            return 0;
        module = region_at(TLK_MODULES, index);
        *module = (struct tlk_module){.path = string_add(path)};
        module->build_id_size = found->build_id_size;
        if (found->build_id_size)
            memcpy(module->build_id, found->build_id, found->build_id_size);
    }
    if (module->start != found->start || index >= used)
        module->loads++;
    module->bias = found->bias;
    module->start = found->start;
    module->end = found->end;
    if (index >= used)
        region_publish(TLK_MODULES, index + 1);
    return index;
}

static void note_module(const struct dl_phdr_info *info)
{
    struct found found;

    found_describe(&found, info);
    if (found.start > found.end || loaded_count == LOADED_MOST)
        return;
    loaded[loaded_count].start = found.start;
    loaded[loaded_count].end = found.end;
    loaded[loaded_count].bias = found.bias;
    loaded[loaded_count].module = module_of(&found);
    loaded_count++;
}

/*
 * Lock order: the loader's, which dl_iterate_phdr holds around its calls, before the catalog's.
 * That is why the catalog lock is taken within the callback's reach only, and never around a call
 * that enters the loader.
 */
static int note_all(struct dl_phdr_info *info, size_t size, void *data)
{
    bool *first = data;

    (void)size;
    if (*first) {
        if (!lock_take(&catalog_lock))
            return 1;
        loaded_count = 0;
        loaded_epoch = __atomic_load_n(&epoch, __ATOMIC_RELAXED);
        *first = false;
    }
    note_module(info);
    return 0;
}

static bool module_is_loaded(uint32_t module)
{
    unsigned m = 0;

    while (m < loaded_count && loaded[m].module != module)
        m++;
    return m < loaded_count;
}

/* After the loader's list was read: each module stays what it was until then. */
static void mark_loaded(void)
{
    uint32_t used = recording->regions[TLK_MODULES].used;

    for (uint32_t index = 1; index < used; index++) {
        struct tlk_module *module = region_at(TLK_MODULES, index);

        module->loaded = module_is_loaded(index);
    }
}

static bool modules_refresh(void)
{
    bool first = true;

    if (modules_loader_busy())
        return false;
    dl_iterate_phdr(note_all, &first);
    if (first)
        return false;
    mark_loaded();
    lock_give(&catalog_lock);
    return true;
}

void modules_start(const char *exe)
{
    exe_path = exe;
    if (!getcwd(directory, sizeof(directory)))
        directory[0] = '\0';
    modules_leave_out((const void *)modules_start);
    modules_refresh();
}

uint32_t modules_epoch(void)
{
    return __atomic_load_n(&epoch, __ATOMIC_ACQUIRE);
}

bool modules_loader_busy(void)
{
    return _r_debug.r_state != RT_CONSISTENT;
}

static int note_own(struct dl_phdr_info *info, size_t size, void *code)
{
    struct found found;

    (void)size;
    found_describe(&found, info);
    if ((uintptr_t)code < found.start || (uintptr_t)code >= found.end)
        return 0;
    if (modules_is_shim(code) || !lock_take(&catalog_lock))
        return 1;
    if (own_count < OWN_MOST) {
        own[own_count] = (struct own){found.start, found.end};
        __atomic_store_n(&own_count, own_count + 1, __ATOMIC_RELEASE);
        modules_changed(); /* what is remembered of its frames no longer holds */
    }
    lock_give(&catalog_lock);
    return 1;
}

void modules_leave_out(const void *code)
{
    if (!section_enter())
        return;
    dl_iterate_phdr(note_own, (void *)(uintptr_t)code);
    section_exit();
}

bool modules_is_shim(const void *address)
{
    for (unsigned i = 0; i < __atomic_load_n(&own_count, __ATOMIC_ACQUIRE); i++)
        if ((uintptr_t)address >= own[i].start && (uintptr_t)address < own[i].end)
            return true;
    return false;
}

static inline bool loaded_holds(unsigned m, uintptr_t address)
{
    return address >= loaded[m].start && address < loaded[m].end;
}

/* Where it is in the list, or its end. */
static unsigned loaded_at(uintptr_t address)
{
    unsigned m = 0;

    while (m < loaded_count && !loaded_holds(m, address))
        m++;
    return m;
}

/* Under the lock. Module 0 when the address lies in no module known. */
static uint64_t frame_of(uintptr_t address)
{
    unsigned m = loaded_at(address);

    return m < loaded_count && loaded[m].module
               ? TLK_FRAME(loaded[m].module, address - loaded[m].bias)
               : TLK_FRAME(0, address);
}

/* One pass under the lock; false when an address lies in no module known. */
static bool resolve_known(void *const *addresses, uint64_t *frames, uint32_t count)
{
    bool all = loaded_epoch == __atomic_load_n(&epoch, __ATOMIC_RELAXED);

    for (uint32_t i = 0; i < count; i++) {
        frames[i] = frame_of((uintptr_t)addresses[i]);
        all &= TLK_FRAME_MODULE(frames[i]) != 0;
    }
    return all;
}

bool modules_resolve(void *const *addresses, uint64_t *frames, uint32_t count)
{
    bool all;

    for (int attempt = 0;; attempt++) {
        if (!lock_take(&catalog_lock))
            return false;
        all = resolve_known(addresses, frames, count);
        lock_give(&catalog_lock);
        if (all || attempt == 1)
            return true; /* what is still unknown is code made at run time */
        if (!modules_refresh())
            return false;
    }
}

void modules_changed(void)
{
    __atomic_fetch_add(&epoch, 1, __ATOMIC_ACQ_REL);
}

#if __GLIBC_PREREQ(2, 35)
/* What dl_iterate_phdr() would say of it, without a lock; false when it can't be told. */
static bool object_find(const void *address, struct dl_phdr_info *info)
{
    struct dl_find_object object;
    const ElfW(Ehdr) * header;

    if (!real()->_dl_find_object ||
        real()->_dl_find_object((void *)(uintptr_t)address, &object) != 0)
        return false;
    header = object.dlfo_map_start;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    *info = (struct dl_phdr_info){
        .dlpi_addr = object.dlfo_link_map->l_addr,
        .dlpi_name = object.dlfo_link_map->l_name,
        .dlpi_phdr = (const void *)((const char *)header + header->e_phoff),
        .dlpi_phnum = header->e_phnum,
    };
    return true;
}
#else
static bool object_find(const void *address, struct dl_phdr_info *info)
{
    (void)address;
    (void)info;
    return false;
}
#endif

bool modules_know(const void *address)
{
    static unsigned last; /* one that was asked for: it often is again */
    unsigned m = __atomic_load_n(&last, __ATOMIC_RELAXED);

    if (m < loaded_count && loaded_holds(m, (uintptr_t)address))
        return true;
    m = loaded_at((uintptr_t)address);
    __atomic_store_n(&last, m, __ATOMIC_RELAXED);
    return m < loaded_count;
}

/*
 * The list is looked at without a lock: what is added meanwhile is added twice at worst. The module
 * can't be unloaded meanwhile, for its code is about to go on.
 */
void modules_meet(const void *caller)
{
    struct dl_phdr_info info;

    if (modules_know(caller) || !object_find(caller, &info) || !section_enter())
        return;
    if (lock_try(&catalog_lock)) {
        note_module(&info);
        mark_loaded();
        lock_give(&catalog_lock);
    }
    section_exit();
}

/* A frame, or an address of which none was made yet; unless it is another by now. */
static void caller_settle(uint64_t *caller)
{
    uint64_t address = __atomic_load_n(caller, __ATOMIC_RELAXED);

    if (address && !TLK_FRAME_MODULE(address))
        __atomic_compare_exchange_n(caller, &address, frame_of(address), false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
}

static void callers_settle(struct tlk_timer *timer)
{
    if (__atomic_load_n(&timer->state, __ATOMIC_ACQUIRE) != TLK_LIVE)
        return;
    caller_settle(&timer->setter);
    if (family_has(timer->family, TLK_BY_DESCRIPTOR))
        caller_settle(&timer->duplicator);
    else if (timer->notify == TLK_NOTIFY_THREAD)
        caller_settle(&timer->notified);
}

void modules_settle(void)
{
    if (!modules_refresh() || !lock_take(&catalog_lock))
        return;
    for (uint32_t slot = 1; slot < recording->regions[TLK_TIMERS].used; slot++)
        callers_settle(timer_at(slot));
    lock_give(&catalog_lock);
}

void modules_note(void)
{
    modules_refresh();
}
