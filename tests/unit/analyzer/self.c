#include "self.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <link.h>
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

/* The first object that is reported is the program. */
static int describe(struct dl_phdr_info *info, size_t size, void *data)
{
    struct self *self = data;
    (void)size;
    self->bias = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            find_build_id(self, info, &info->dlpi_phdr[i]);
    }
    return 1;
}

struct self self_make(void)
{
    struct self self = {0};
    dl_iterate_phdr(describe, &self);
    cr_assert_gt(readlink("/proc/self/exe", self.path, sizeof(self.path) - 1), 0);
    cr_assert_gt(self.build_id_size, 0);
    return self;
}
