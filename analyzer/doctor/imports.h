/*
 * imports.h - the functions that a program or library takes from others.
 */
#ifndef TIMERLEAK_IMPORTS_H
#define TIMERLEAK_IMPORTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Which of `count` names, at most 64, the file's dynamic symbols want from elsewhere: a bit for
 * each. 0 for what is no ELF file; the file may be anything.
 */
uint64_t imports_read(const char *path, const char *(*name)(size_t index), size_t count);

#endif
