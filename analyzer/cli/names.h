/*
 * names.h - the names that archives hold, for those who look up symbols.
 */
#ifndef TIMERLEAK_CLI_NAMES_H
#define TIMERLEAK_CLI_NAMES_H

#include "symbols/symbols.h"

/* Of a file, which may be a recording that has none. What can't be read of them is told on stderr:
 * without names, there is still all else. */
void names_read(const char *path, struct symbols *symbols);

#endif
