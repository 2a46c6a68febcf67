/*
 * explain.h - the words that `timerleak explain` knows.
 */
#ifndef TIMERLEAK_COMMANDS_EXPLAIN_H
#define TIMERLEAK_COMMANDS_EXPLAIN_H

#include <stddef.h>

/* NULL beyond the last. */
const char *explain_word(size_t index);

#endif
