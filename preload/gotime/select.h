/*
 * select.h - waiting for the first of several channels, which is what every wait comes down to.
 */
#ifndef GOTIME_SELECT_H
#define GOTIME_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "gotime.h"

/* How long to wait: a duration, GT_NEVER, 0 for -ETIMEDOUT at once; or this, for -EAGAIN at once.
 */
#define WAIT_NOT INT64_C(-1)

int select_wait(struct gt_case *cases, size_t count, int64_t wait);

#endif
