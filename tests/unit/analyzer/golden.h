/*
 * golden.h - texts that are as they were when somebody looked at them: files in goldens/.
 *
 * With UPDATE_GOLDENS set in the environment, they are written anew: look at what changed.
 */
#ifndef ANALYZER_GOLDEN_H
#define ANALYZER_GOLDEN_H

#include "loaded.h"

/* Expects goldens/NAME.txt to hold that text. */
void expect_golden(const char *name, const char *text);

#endif
