#include "self.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void find_build_id(struct self *self, const struct dl_phdr_info *info,
                          const ElfW(Phdr) * header)
{
    const char *note = (const char *)info->dlpi_addr + header->p_vaddr;
    const char *end = note + header->p_memsz;
    while (note < end) {
        const ElfW(Nhdr) *head = (const void *)note;
        const char *name = note + sizeof(*head), *value = name + (head->n_namesz + 3) / 4 * 4;
        if (head->n_type == NT_GNU_BUILD_ID && memcmp(name, "GNU", 4) == 0) {
            self->build_id_size = head->n_descsz;
            memcpy(self->build_id, value, head->n_descsz);
        }
        note = value + (head->n_descsz + 3) / 4 * 4;
    }
}

struct wanted {
    uint64_t address; /* 0: any */
    struct self self;
};

static bool holds(const struct dl_phdr_info *info, uint64_t address)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD &&
            address - info->dlpi_addr - header->p_vaddr < header->p_memsz)
            return true;
    }
    return false;
}

/* The first object that is reported is the program, and has no name. */
static int describe(struct dl_phdr_info *info, size_t size, void *data)
{
    struct wanted *wanted = data;
    (void)size;
    if (wanted->address > 0 && !holds(info, wanted->address))
        return 0;
    wanted->self.bias = info->dlpi_addr;
    snprintf(wanted->self.path, sizeof(wanted->self.path), "%s", info->dlpi_name);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            find_build_id(&wanted->self, info, &info->dlpi_phdr[i]);
    }
    return 1;
}

struct self self_make(void)
{
    struct wanted wanted = {0};
    dl_iterate_phdr(describe, &wanted);
    cr_assert_gt(readlink("/proc/self/exe", wanted.self.path, sizeof(wanted.self.path) - 1), 0);
    cr_assert_gt(wanted.self.build_id_size, 0);
    return wanted.self;
}

struct self self_library(uint64_t address)
{
    struct wanted wanted = {.address = address};
    cr_assert_eq(dl_iterate_phdr(describe, &wanted), 1);
    return wanted.self;
}
