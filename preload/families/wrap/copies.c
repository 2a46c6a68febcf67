#include "families/wrap/copies.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "families/wrap/memory.h"
#include "ledger/timerleak_ledger.h"

/* A module whose calls mean that copy, until something is unloaded; in `parts`, whether it is one
 * of the library's files. */
struct binding {
    const struct wrap_library *library;
    struct callsite_range module;
    const struct wrap_copy *copy;
    bool part;
    struct binding *next;
};

static struct binding *bindings, *parts, *bindings_free; /* guarded by the lock of memory.h */
static uint32_t bindings_epoch;

/* Past all hooks: the shim's, and the dlsym() of this object and of others. */
static struct {
    void *(*dlsym)(void *scope, const char *name);
    int (*dlclose)(void *scope);
} libc;

void *copies_libc(const char *name)
{
    static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
    void *function = NULL;

    for (size_t i = 0; !function && i < sizeof(versions) / sizeof(*versions); i++)
        function = dlvsym(RTLD_NEXT, name, versions[i]);
    return function;
}

/* ---- modules ---- */

struct module {
    uintptr_t address; /* that is looked for */
    struct callsite_range range;
    const char *path; /* "": the program */
};

static int module_match(struct dl_phdr_info *info, size_t size, void *data)
{
    struct module *module = data;
    uintptr_t start = UINTPTR_MAX, end = 0;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD)
            continue;
        start = at < start ? at : start;
        end = at + segment->p_memsz > end ? at + segment->p_memsz : end;
    }
    if (module->address < start || module->address >= end)
        return 0;
    module->range = (struct callsite_range){start, end - start};
    module->path = info->dlpi_name;
    return 1;
}

static bool module_find(struct module *module, const void *address)
{
    module->address = (uintptr_t)address;
    return address && dl_iterate_phdr(module_match, module);
}

static bool module_named(const struct module *module, const char *file)
{
    const char *slash = strrchr(module->path, '/');

    return !strncmp(slash ? slash + 1 : module->path, file, strlen(file));
}

/* ---- copies ---- */

/* What a hook calls that has nothing to call: of a weak reference, and no such library. */
static uintptr_t absent(void)
{
    return 0;
}

/* Asked for with its version, in the scope of all, the hook itself is found. */
static void *function_find(const struct wrap_library *library, void *scope, size_t index)
{
    const struct wrap_function *function = &library->functions[index];
    void *found = strcmp(function->version, WRAP_UNVERSIONED)
                      ? dlvsym(scope, function->name, function->version)
                      : libc.dlsym(scope, function->name);

    return callsite_within(library->own, (uintptr_t)found) ? NULL : found;
}

_Static_assert(sizeof(struct wrap_copy) == WRAP_COPY_HEAD * sizeof(void *), "see library.h");

/* The first need no memory: without them a hook could not even call what was meant. */
static struct wrap_copy *copy_new(struct wrap_library *library)
{
    size_t size = sizeof(struct wrap_copy) + library->count * sizeof(void *);
    struct wrap_copy *copy;

    memory_lock();
    if (library->copies_made < WRAP_COPIES_AT_HAND)
        copy = (struct wrap_copy *)((char *)library->room + library->copies_made++ * size);
    else
        copy = memory_take(size);
    memory_unlock();
    for (size_t i = 0; copy && i < library->count; i++)
        copy->functions[i] = (void *)absent;
    return copy;
}

/* Loaded again to the same place, it is the same. One that may be in use is never changed. */
static struct wrap_copy *copy_known(const struct wrap_library *library, const struct module *module,
                                    const void *first)
{
    struct wrap_copy *copy = __atomic_load_n(&library->copies, __ATOMIC_ACQUIRE);

    while (copy && (copy->module.start != module->range.start ||
                    copy->module.size != module->range.size || copy->functions[0] != first))
        copy = copy->next;
    return copy;
}

/* The one that this scope shows; NULL: none. One name alone may be anything's. */
static struct wrap_copy *copy_in(struct wrap_library *library, void *scope)
{
    void *first = function_find(library, scope, 0);
    struct module module;
    struct wrap_copy *copy;

    if (!module_find(&module, first) || !function_find(library, scope, 1))
        return NULL;
    copy = copy_known(library, &module, first);
    if (copy)
        return copy;
    copy = copy_new(library);
    if (!copy)
        return NULL;
    copy->module = module.range;
    copy->alone = library->file && module_named(&module, library->file);
    for (size_t i = 0; i < library->count; i++) {
        void *function = function_find(library, scope, i);

        if (function)
            copy->functions[i] = function;
    }
    memory_lock();
    copy->next = library->copies;
    __atomic_store_n(&library->copies, copy, __ATOMIC_RELEASE);
    memory_unlock();
    return copy;
}

/* By way of the module's own scope: what it depends on. */
static struct wrap_copy *copy_of_module(struct wrap_library *library, const struct module *module)
{
    void *scope = dlopen(*module->path ? module->path : NULL, RTLD_LAZY | RTLD_NOLOAD);
    struct wrap_copy *copy = scope ? copy_in(library, scope) : NULL;

    if (scope)
        libc.dlclose(scope);
    return copy;
}

static void libc_find(void)
{
    if (libc.dlsym)
        return;
    libc.dlclose = (int (*)(void *))copies_libc("dlclose");
    libc.dlsym = (void *(*)(void *, const char *))copies_libc("dlsym");
}

bool copies_shared(const struct wrap_library *library)
{
    int saved = errno;
    bool shared;

    libc_find();
    shared = function_find(library, RTLD_NEXT, 0) != NULL;
    errno = saved;
    return shared;
}

void copies_start(struct wrap_library *library, bool shared)
{
    int saved = errno;
    struct module own;

    libc_find();
    if (module_find(&own, library))
        library->own = own.range;
    library->absent = copy_new(library);
    if (shared)
        *library->common = copy_in(library, RTLD_NEXT);
    errno = saved;
}

/* ---- bindings ---- */

static void bindings_free_all(struct binding **list)
{
    while (*list) {
        struct binding *binding = *list;

        *list = binding->next;
        binding->next = bindings_free;
        bindings_free = binding;
    }
}

/* Under the lock. What is unloaded may be followed by something else in its place. */
static void bindings_forget(uint32_t epoch)
{
    if (bindings_epoch != epoch) {
        bindings_free_all(&bindings);
        bindings_free_all(&parts);
    }
    bindings_epoch = epoch;
}

/* Without the shim nobody tells what is unloaded. */
static bool bindings_last(void)
{
    return &timerleak_ledger != NULL;
}

/* Of no library: there is none. */
static struct binding binding_find(struct binding *const *list, const struct wrap_library *library,
                                   const void *code, uint32_t epoch)
{
    struct binding found = {.part = false};

    memory_lock();
    bindings_forget(epoch);
    for (const struct binding *binding = *list; binding && !found.library; binding = binding->next)
        if (binding->library == library && callsite_within(binding->module, (uintptr_t)code))
            found = *binding;
    memory_unlock();
    return found;
}

static void binding_add(struct binding **list, const struct binding *added, uint32_t epoch)
{
    struct binding *binding;

    memory_lock();
    binding = bindings_free;
    if (binding)
        bindings_free = binding->next;
    else
        binding = memory_take(sizeof(*binding));
    if (binding && bindings_epoch == epoch) {
        *binding = *added;
        binding->next = *list;
        *list = binding;
    }
    memory_unlock();
}

/*
 * A module that sees no copy in its own scope was handed a pointer to a hook. Behind this object:
 * the first that the process has of a version is the hook, and dlvsym() finds it.
 */
static const struct wrap_copy *copy_seen_by(struct wrap_library *library,
                                            const struct module *module)
{
    const struct wrap_copy *copy = copy_in(library, RTLD_NEXT);

    if (!copy)
        copy = copy_of_module(library, module);
    return copy ? copy : library->given;
}

const struct wrap_copy *copies_of(struct wrap_library *library, const void *caller)
{
    uint32_t epoch = bindings_last() ? timerleak_ledger.unloads() : 0;
    const struct wrap_copy *copy =
        bindings_last() ? binding_find(&bindings, library, caller, epoch).copy : NULL;
    int saved = errno;
    struct module module;

    if (copy)
        return copy;
    if (module_find(&module, caller)) {
        copy = copy_seen_by(library, &module);
        if (copy && bindings_last())
            binding_add(&bindings, &(struct binding){library, module.range, copy, false, NULL},
                        epoch);
    } else { /* code that the program has made */
        copy = library->given;
    }
    errno = saved;
    return copy ? copy : library->absent;
}

static void *namesake_in(const struct wrap_library *library, void *scope, size_t index)
{
    void *found = libc.dlsym(scope, library->functions[index].name);

    return callsite_within(library->own, (uintptr_t)found) ? NULL : found;
}

void *copies_namesake(struct wrap_library *library, size_t index, const void *caller)
{
    void *found = namesake_in(library, RTLD_NEXT, index), *scope = NULL;
    int saved = errno;
    struct module module;

    if (!found && module_find(&module, caller))
        scope = dlopen(*module.path ? module.path : NULL, RTLD_LAZY | RTLD_NOLOAD);
    if (scope) {
        found = namesake_in(library, scope, index);
        libc.dlclose(scope);
    }
    errno = saved;
    return found;
}

static struct binding part_of(struct wrap_library *library, const void *code)
{
    uint32_t epoch = timerleak_ledger.unloads();
    struct binding binding = binding_find(&parts, library, code, epoch);
    int saved = errno;
    struct module module;

    if (!binding.library && module_find(&module, code)) {
        binding = (struct binding){library, module.range, NULL,
                                   module_named(&module, library->file), NULL};
        binding_add(&parts, &binding, epoch);
    }
    errno = saved;
    return binding;
}

bool copies_part(struct wrap_library *library, const void *code)
{
    return part_of(library, code).part;
}

bool copies_part_calls(struct wrap_library *library, const void *caller)
{
    struct binding binding = part_of(library, caller);

    return binding.part && callsite_of(caller, binding.module, library->own) != CALLSITE_POINTER;
}

static bool copy_is_loaded(const struct wrap_copy *copy)
{
    struct module module;

    return module_find(&module, copy->functions[0]) && module.range.start == copy->module.start &&
           module.range.size == copy->module.size;
}

bool copies_bind(struct wrap_library *library, size_t index, const void *function,
                 const void *caller)
{
    const struct wrap_copy *copy = *library->common;
    struct module module, callers;

    if (!copy && module_find(&callers, caller))
        copy = copy_seen_by(library, &callers);
    if (copy && (copy != library->given || copy_is_loaded(copy)))
        return copy->functions[index] == function;
    copy = module_find(&module, function) ? copy_of_module(library, &module) : NULL;
    if (!copy || copy->functions[index] != function)
        return false;
    library->given = copy;
    return true;
}
