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

/* Loads it, mends it and runs it once. False when it isn't there or of no use. Not thread-safe. */
bool libunwind_start(void);

/* unw_backtrace(): the stack must suffice, see stack.h. */
int libunwind_backtrace(void **addresses, int room);

#endif
