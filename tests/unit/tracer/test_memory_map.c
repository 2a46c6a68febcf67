/* What processes have mapped as code: seen in /proc, and told by the kernel. */
#include "trace/memory_map.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void follow(void)
{
    if (!mappings_follow())
        cr_skip_test("perf_event_open: %s", strerror(errno));
}

static void *some_library(void)
{
    void *library = dlopen("libnss_compat.so.2", RTLD_LAZY);
    return library ? dlsym(library, "_nss_compat_setpwent") : NULL;
}

static void expect_file(struct memory_map *map, const void *address, const char *name)
{
    const struct mapping *found = memory_map_find(map, (uintptr_t)address);
    cr_assert(found);
    cr_expect(strstr(found->file->path, name), "%s", found->file->path);
    cr_expect_lt(found->start, found->end);
}

Test(memory_map, finds_what_a_process_had_mapped_when_it_was_met)
{
    struct memory_map *map = memory_map_new(getpid());
    expect_file(map, (const void *)(uintptr_t)&some_library, "/unit/tracer");
    expect_file(map, (const void *)(uintptr_t)&mmap, "");
    cr_expect_null(memory_map_find(map, 0x10));
    cr_expect_null(memory_map_find(map, (uintptr_t)&map), "no code");
    memory_map_free(map);
}

Test(memory_map, asks_anew_for_an_address_that_it_does_not_know)
{
    struct memory_map *map = memory_map_new(getpid());
    expect_file(map, some_library(), "libnss_compat");
    memory_map_free(map);
}

Test(memory_map, is_told_of_a_library_that_is_loaded_later)
{
    follow();
    struct memory_map *map = memory_map_new(getpid());
    void *function = some_library();
    cr_expect_null(memory_map_find(map, (uintptr_t)function), "nothing was read yet");
    mappings_read(now());
    expect_file(map, function, "libnss_compat");
    memory_map_free(map);
    mappings_stop();
}

/* Nobody looked while it ran. */
Test(memory_map, knows_the_files_of_a_process_that_has_ended)
{
    int channel[2];
    void *function;
    follow();
    cr_assert_eq(pipe(channel), 0);
    pid_t child = fork();
    if (child == 0) {
        function = some_library();
        _exit(write(channel[1], &function, sizeof(function)) != sizeof(function));
    }
    cr_assert_eq(read(channel[0], &function, sizeof(function)), (ssize_t)sizeof(function));
    waitpid(child, NULL, 0);
    mappings_read(now());
    struct memory_map *map = memory_map_new(child);
    expect_file(map, function, "libnss_compat");
    const struct mapping *found = memory_map_find(map, (uintptr_t)function);
    int file = mapped_file_open(found->file, child);
    cr_expect_geq(file, 0, "%s", strerror(errno));
    close(file);
    memory_map_free(map);
    mappings_stop();
}

/* Each line that a process wrote of its own: what is code there is known. */
static int expect_lines(struct memory_map *map, FILE *lines)
{
    char line[4096], rights[5], path[4096];
    unsigned long start;
    int count = 0;
    while (fgets(line, sizeof(line), lines)) {
        if (sscanf(line, "%lx-%*x %4s %*s %*s %*s %4095s", &start, rights, path) != 3 ||
            rights[2] != 'x' || strcmp(path, "[vsyscall]") == 0)
            continue;
        expect_file(map, (const void *)start, path);
        count++;
    }
    return count;
}

Test(memory_map, has_the_program_that_is_executed_instead_of_the_one_before)
{
    int gate[2], channel[2];
    follow();
    cr_assert_eq(pipe(gate), 0);
    cr_assert_eq(pipe(channel), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        dup2(channel[1], STDOUT_FILENO);
        if (read(gate[0], &byte, 1) == 1)
            execl("/bin/cat", "cat", "/proc/self/maps", NULL);
        _exit(1);
    }
    close(channel[1]);
    struct memory_map *map = memory_map_new(child);
    uint32_t epoch = memory_map_epoch(map);
    cr_assert_eq(write(gate[1], "", 1), 1);
    waitpid(child, NULL, 0);
    expect_file(map, (const void *)(uintptr_t)&some_library, "/unit/tracer");
    mappings_read(now());
    memory_map_exec(map);
    cr_expect_null(memory_map_find(map, (uintptr_t)&some_library));
    FILE *lines = fdopen(channel[0], "r");
    cr_expect_geq(expect_lines(map, lines), 4, "program, loader, C library, vdso");
    fclose(lines);
    cr_expect_gt(memory_map_epoch(map), epoch);
    memory_map_free(map);
    mappings_stop();
}

Test(memory_map, of_a_forked_process_goes_on_by_itself)
{
    struct memory_map *map = memory_map_new(getpid());
    struct memory_map *child = memory_map_fork(map, 1 << 30);
    memory_map_free(map);
    expect_file(child, (const void *)(uintptr_t)&some_library, "/unit/tracer");
    memory_map_free(child);
}

Test(memory_map, counts_up_when_other_code_is_mapped_where_code_was)
{
    const size_t size = 8192;
    char *code = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct memory_map *map = memory_map_new(getpid());
    uint32_t epoch = memory_map_epoch(map);
    follow();
    mprotect(code, size / 2, PROT_READ | PROT_WRITE);
    mprotect(code, size / 2, PROT_READ | PROT_EXEC);
    mappings_read(now());
    cr_expect_eq(memory_map_epoch(map), epoch, "it is the same");
    expect_file(map, code, "");
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    mmap(code + size / 2, size / 2, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file, 0);
    mappings_read(now());
    cr_expect_gt(memory_map_epoch(map), epoch);
    expect_file(map, code + size / 2, "/unit/tracer");
    cr_expect_str_eq(memory_map_find(map, (uintptr_t)code)->file->path, "");
    memory_map_free(map);
    mappings_stop();
}

Test(memory_map, opens_a_file_that_has_no_name_any_more)
{
    char path[] = "/tmp/memory_map_XXXXXX";
    int file = mkstemp(path);
    struct stat status, opened;
    cr_assert_eq(ftruncate(file, 4096), 0);
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
    fstat(file, &status);
    unlink(path);
    close(file);
    struct memory_map *map = memory_map_new(getpid());
    const struct mapping *found = memory_map_find(map, (uintptr_t)code);
    cr_assert(found);
    cr_expect_str_eq(found->file->path, path);
    file = mapped_file_open(found->file, getpid());
    if (file < 0)
        cr_skip_test("/proc/PID/map_files: %s", strerror(errno));
    fstat(file, &opened);
    cr_expect_eq(opened.st_ino, status.st_ino);
    close(file);
    memory_map_free(map);
}

Test(memory_map, opens_no_other_file_of_that_name)
{
    char path[] = "/tmp/memory_map_XXXXXX";
    int file = mkstemp(path);
    struct stat status;
    fstat(file, &status);
    struct mapped_file mapped = {path, status.st_dev, status.st_ino + 1};
    cr_expect_eq(mapped_file_open(&mapped, getpid()), -1);
    mapped.inode--;
    int opened = mapped_file_open(&mapped, getpid());
    cr_expect_geq(opened, 0);
    close(opened);
    close(file);
    unlink(path);
}
