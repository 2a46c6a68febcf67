#include "stacks/libunwind.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/machine.h"
#include "core/real.h"
#include "core/thread.h"

#define PROBE_FRAMES 16

static int (*backtrace)(void **, int);
static size_t tls_module;

/* ---- what it calls in the place of libc, during a capture ---- */

static bool memory_readable(const void *address)
{
    struct dl_find_object found;

    return ((uintptr_t)address >= thread.stack_low && (uintptr_t)address < thread.stack_high) ||
           _dl_find_object((void *)(uintptr_t)address, &found) == 0;
}

/* No pipe: the numbers are those of no descriptor. */
static int our_pipe2(int pipe[2], int flags)
{
    if (!thread.capturing)
        return pipe2(pipe, flags);
    pipe[0] = pipe[1] = -1;
    return 0;
}

/* It empties the pipe before each test: of a pipe that has nothing in it. */
static ssize_t our_read(int fd, void *buffer, size_t size)
{
    if (!thread.capturing)
        return real()->read(fd, buffer, size);
    errno = EAGAIN;
    return -1;
}

static ssize_t our_write(int fd, const void *address, size_t size)
{
    if (!thread.capturing)
        return write(fd, address, size);
    if (memory_readable(address))
        return (ssize_t)size;
    errno = EFAULT;
    return -1;
}

/* Some releases write by way of syscall(). */
static long our_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    if (thread.capturing && number == SYS_write)
        return our_write((int)a, (const void *)b, (size_t)c);
    return real()->syscall(number, a, b, c, d, e, f);
}

static int our_mincore(void *address, size_t size, unsigned char *residency)
{
    return thread.capturing ? 0 : mincore(address, size, residency);
}

static int our_msync(void *address, size_t size, int flags)
{
    return thread.capturing ? 0 : msync(address, size, flags);
}

struct tls_index {
    unsigned long module, offset;
};
extern void *__tls_get_addr(struct tls_index *index);

static void *our_tls_get_addr(struct tls_index *index)
{
    return index->module == tls_module ? thread.libunwind_tls + index->offset
                                       : __tls_get_addr(index);
}

static const struct replacement {
    const char *name;
    void *function;
} replacements[] = {
    {"pipe2", our_pipe2},
    {"read", our_read},
    {"write", our_write},
    {"syscall", our_syscall},
    {"msync", our_msync},
    {"mincore", our_mincore},
    {"__tls_get_addr", our_tls_get_addr},
};

/* ---- mending ---- */

struct relocations {
    const ElfW(Rela) * first;
    size_t bytes;
};

struct library {
    uintptr_t bias;
    const ElfW(Sym) * symbols;
    const char *strings;
    struct relocations data, calls;
};

static void read_dynamic(struct library *library, const struct link_map *map)
{
    *library = (struct library){.bias = map->l_addr};
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        const void *pointer = (const void *)entry->d_un.d_ptr;

        switch (entry->d_tag) {
        case DT_SYMTAB:
            library->symbols = pointer;
            break;
        case DT_STRTAB:
            library->strings = pointer;
            break;
        case DT_RELA:
            library->data.first = pointer;
            break;
        case DT_RELASZ:
            library->data.bytes = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            library->calls.first = pointer;
            break;
        case DT_PLTRELSZ:
            library->calls.bytes = entry->d_un.d_val;
            break;
        }
    }
}

/* The slot may lie in a page that the loader made read-only once it was filled: most in one. */
static bool slot_store(void **slot, void *function)
{
    static uintptr_t opened;
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t page = (uintptr_t)slot & ~(size - 1);

    if (page != opened && mprotect((void *)page, size, PROT_READ | PROT_WRITE) != 0)
        return false;
    opened = page;
    *slot = function;
    return true;
}

static bool relocations_mend(const struct library *library, struct relocations relocations)
{
    const ElfW(Rela) *end = (const void *)((const char *)relocations.first + relocations.bytes);

    for (const ElfW(Rela) *at = relocations.first; at < end; at++) {
        const char *name = library->strings + library->symbols[ELF64_R_SYM(at->r_info)].st_name;

        for (size_t i = 0; i < sizeof(replacements) / sizeof(replacements[0]); i++)
            if (ELF64_R_SYM(at->r_info) && !strcmp(name, replacements[i].name) &&
                !slot_store((void **)(library->bias + at->r_offset), replacements[i].function))
                return false;
    }
    return true;
}

/* Its thread-local variables live in our thread block, if they fit and start as zeros. */
static int find_tls(struct dl_phdr_info *info, size_t size, void *bias)
{
    (void)size;
    if (info->dlpi_addr != *(uintptr_t *)bias)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type == PT_TLS && segment->p_filesz == 0 &&
            segment->p_memsz <= sizeof(thread.libunwind_tls))
            tls_module = info->dlpi_tls_modid;
    }
    return 1;
}

/* A program that brings a libunwind of its own built otherwise is left with libgcc's unwinder. */
static bool mend_all(void *handle)
{
    struct library library;
    struct link_map *map;

    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
        return false;
    read_dynamic(&library, map);
    dl_iterate_phdr(find_tls, &library.bias);
    return library.symbols && library.strings && relocations_mend(&library, library.data) &&
           relocations_mend(&library, library.calls);
}

int libunwind_backtrace(void **addresses, int room)
{
    int count;

    thread.capturing = 1;
    count = backtrace(addresses, room);
    thread.capturing = 0;
    return count;
}

/* One that does not see beyond this frame and its caller's is of no use. */
static MACHINE_SIGNS __attribute__((noinline)) bool backtrace_sees(const void *caller)
{
    void *addresses[PROBE_FRAMES];
    int count = libunwind_backtrace(addresses, PROBE_FRAMES), i = 0;

    while (i < count && machine_return_address(addresses[i]) != caller)
        i++;
    return i + 1 < count;
}

bool libunwind_start(void)
{
    void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return false;
    backtrace = (int (*)(void **, int))dlsym(handle, "unw_backtrace");
    return backtrace && mend_all(handle);
}

bool libunwind_begin(void)
{
    return backtrace_sees(__builtin_return_address(0));
}
