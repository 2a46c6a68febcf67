/* Whether the engine's own account of all timers is in order. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <stdint.h>

/* Fails the test if an invariant of any shard, or of the cells, does not hold. */
void engine_check(void);

/* Numbers that look random, the same in each run. `state` is not 0. */
uint64_t random_next(uint64_t *state);

#endif
