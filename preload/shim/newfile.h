/*
 * newfile.h - files that appear complete or not at all, and replace nothing: they are made under
 * another name first. All of this makes system calls, and sets errno where it fails.
 */
#ifndef TIMERLEAK_NEWFILE_H
#define TIMERLEAK_NEWFILE_H

#include <stddef.h>

/* A descriptor for the new file, which only its owner may read; -1 when there is none. */
int newfile_open(const char *path);

/* What is left of a size, in whole chunks, by RLIMIT_FSIZE: past that, writing is SIGXFSZ. */
size_t newfile_limited(size_t size);

/* Gives it its own name; -1, with EEXIST, when that is taken. */
int newfile_rename(const char *from, const char *to);

#endif
