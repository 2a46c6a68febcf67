/*
 * servers.h - debuginfod servers, which libdwfl asks where DEBUGINFOD_URLS names some: who waits
 * for them at a terminal sees what comes, and gives up with Ctrl-C.
 */
#ifndef TIMERLEAK_SYMBOLS_SERVERS_H
#define TIMERLEAK_SYMBOLS_SERVERS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

/* For what is looked up there from now on. */
void servers_prepare(Dwfl *dwfl);

/* Around each question. False if none is to be asked any more; then nothing is to be ended. */
bool servers_begin(void);
void servers_end(void);

#endif
