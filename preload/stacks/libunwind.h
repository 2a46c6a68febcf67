/*
 * libunwind.h - libunwind, made fit to live in somebody else's program.
 *
 * As it comes, it keeps a pipe open for good, to test by write() whether an address may be read
 * (and would write into the program's own files after a daemon closed the pipe's numbers and opened
 * others in their place), and allocates its thread-local variables with malloc. Both are mended
 * from outside: the entries of its relocation table for the functions concerned are made to point
 * here.
 */
#ifndef TIMERLEAK_LIBUNWIND_H
#define TIMERLEAK_LIBUNWIND_H

#include <stdbool.h>

/* Loads it and mends it. False when it isn't there. Not thread-safe. */
bool libunwind_start(void);

/* Runs it once, which it needs to be fast and safe later. False when it is of no use. */
bool libunwind_begin(void);

/* unw_backtrace(): the stack must suffice, see stack.h. */
int libunwind_backtrace(void **addresses, int room);

#endif
