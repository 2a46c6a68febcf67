/* Files of code: what they are called, and damaged ones. */
#include "recording.h"
#include "trace/code_file.h"
#include "trace/unwind.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All that is asked of it. */
static void ask(const struct mapped_file *mapped)
{
    uint64_t start, end, begin;
    const uint8_t *id;
    uint8_t code[16];
    struct code_file *file = code_file_of(mapped, getpid());
    if (!file)
        return;
    code_file_build_id(file, &id);
    code_file_range(file, &start, &end);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t vaddr = start + (end - start) / 200 * i;
        struct mapping mapping = {.start = 0x1000, .end = 0x2000, .offset = vaddr};
        code_file_row(file, vaddr);
        code_file_function(file, vaddr, 0, &begin);
        code_file_read(file, vaddr, code, sizeof(code));
        code_file_bias(file, &mapping);
    }
}

static char *whole(const char *path, size_t *size)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert(file >= 0 && fstat(file, &status) == 0);
    *size = (size_t)status.st_size;
    char *bytes = malloc(*size);
    cr_assert_eq(read(file, bytes, *size), status.st_size);
    close(file);
    return bytes;
}

Test(code_file, survives_files_that_are_damaged)
{
    size_t size;
    char *bytes = whole("/bin/true", &size), *damaged = malloc(size);
    srandom(7);
    for (int i = 0; i < 300; i++) {
        char path[] = "/tmp/code_file_XXXXXX";
        int file = mkstemp(path);
        struct stat status;
        memcpy(damaged, bytes, size);
        for (int j = 0; j < 50; j++) {
            size_t at = j < 5 && i % 3 == 0 ? (size_t)random() % 1024 : (size_t)random() % size;
            damaged[at] = (char)random();
        }
        size_t kept = i % 5 == 0 ? (size_t)random() % size : size;
        cr_assert_eq(write(file, damaged, kept), (ssize_t)kept);
        fstat(file, &status);
        struct mapped_file mapped = {path, status.st_dev, status.st_ino};
        ask(&mapped);
        cr_assert_eq(ftruncate(file, 100), 0);
        ask(&mapped);
        close(file);
        unlink(path);
    }
    code_files_close();
    free(bytes);
    free(damaged);
}

Test(code_file, knows_the_kernels_own_code_in_each_process)
{
    char path[] = "[vdso]";
    struct mapped_file vdso = {.path = path};
    struct code_file *file = code_file_of(&vdso, getpid());
    uint64_t start, end, begin;
    cr_assert(file);
    code_file_range(file, &start, &end);
    const char *name = NULL;
    for (uint64_t vaddr = start; vaddr < end && !name; vaddr++)
        name = code_file_function(file, vaddr, 0, &begin);
    cr_assert(name);
    cr_expect(code_file_row(file, begin)->found, "%s", name);
    code_files_close();
}

/* As if they were the C library's; what they do is not asked. */
__attribute__((noinline)) static int ___timerfd_create(void)
{
    __asm__ volatile("");
    return 1;
}
__attribute__((noinline)) static int timerfd_created(void)
{
    __asm__ volatile("");
    return 2;
}

Test(code_file, tells_the_ways_into_the_kernel_by_their_names)
{
    struct memory_map *map = memory_map_new(getpid());
    struct unwinder *unwinder = unwinder_new(map, getpid());
    uint64_t stub = (uintptr_t)&___timerfd_create, other = (uintptr_t)&timerfd_created;
    cr_expect_eq(___timerfd_create() + timerfd_created(), 3);
    cr_expect(unwinder_is_wrapper(unwinder, stub, "timerfd_create"));
    cr_expect_not(unwinder_is_wrapper(unwinder, stub, "timer_create"));
    cr_expect_not(unwinder_is_wrapper(unwinder, other, "timerfd_create"));
    cr_expect_not(unwinder_is_wrapper(unwinder, 16, "timerfd_create"));
    unwinder_free(unwinder);
    memory_map_free(map);
    code_files_close();
}

Test(code_file, places_an_address_in_its_file_as_the_shim_does)
{
    struct memory_map *map = memory_map_new(getpid());
    struct unwinder *unwinder = unwinder_new(map, getpid());
    struct tlk_module module;
    const char *path;
    char own[4096] = "";
    uint64_t vaddr, address = (uintptr_t)&timerfd_created;
    cr_assert_gt(readlink("/proc/self/exe", own, sizeof(own) - 1), 0);
    cr_assert(unwinder_place(unwinder, address, &module, &path, &vaddr));
    cr_expect_str_eq(path, own);
    cr_expect_eq(module.bias + vaddr, address);
    cr_expect(module.start <= address && address < module.end);
    cr_expect_gt(module.build_id_size, 0);
    cr_expect_not(unwinder_place(unwinder, 16, &module, &path, &vaddr));
    unwinder_free(unwinder);
    memory_map_free(map);
    code_files_close();
}
