/*
 * allocations.h - counts what the program and its libraries ask the system for: calls of malloc()
 * and its relatives, and of mmap(). To be included in one file of a program; glibc only.
 */
#ifndef TIMERLEAK_BENCH_ALLOCATIONS_H
#define TIMERLEAK_BENCH_ALLOCATIONS_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uint64_t allocations;

static inline void allocation_count(void)
{
    __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size)
{
    allocation_count();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocation_count();
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    allocation_count();
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    allocation_count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    allocation_count();
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    allocation_count();
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

#endif
