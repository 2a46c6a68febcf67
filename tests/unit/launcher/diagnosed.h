/*
 * diagnosed.h - what a diagnosis must say.
 */
#ifndef LAUNCHER_DIAGNOSED_H
#define LAUNCHER_DIAGNOSED_H

#include "doctor/examinations.h"

/* The first remark that holds this text, or whose advice does; NULL if there is none. */
const struct remark *diagnosed(const struct diagnosis *diagnosis, const char *part);

/* The test fails unless there is one, of that health; then it returns it. */
const struct remark *expect_diagnosed(const struct diagnosis *diagnosis, enum health health,
                                      const char *part);

/* The test fails if a remark holds the text. */
void expect_not_diagnosed(const struct diagnosis *diagnosis, const char *part);

#endif
