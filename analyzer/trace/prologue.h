/*
 * prologue.h - what a function of x86-64 does to its stack pointer at its beginning.
 */
#ifndef TIMERLEAK_TRACE_PROLOGUE_H
#define TIMERLEAK_TRACE_PROLOGUE_H

#include <stddef.h>
#include <stdint.h>

#define PROLOGUE_MOST ((size_t)64) /* bytes that are looked at */

struct prologue {
    uint64_t room;     /* bytes, below what is saved */
    uint8_t saved[16]; /* registers, by their DWARF numbers, in the order in which they are */
    size_t saved_count;
};

/* As far as it goes straight on, and is made of what compilers put there. */
struct prologue prologue_read(const uint8_t *code, size_t size);

#endif
