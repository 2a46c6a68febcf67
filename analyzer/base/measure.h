/*
 * measure.h - units as pprof knows them: values scaled from one unit to another, or to the one that
 * suits.
 */
#ifndef TIMERLEAK_BASE_MEASURE_H
#define TIMERLEAK_BASE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#define MEASURE_AUTO "auto"

/* Whether values can be asked for in that unit: of time, of size, or one that pprof finds. */
bool measure_knows(const char *unit);

/*
 * The value in another unit, MEASURE_AUTO for the one that suits. Sets `unit` to what to write
 * behind it, "" for none; it is constant, or `to`. Where one can't become the other, a time is in
 * seconds, a size in bytes, and anything else as it was.
 */
double measure(int64_t value, const char *from, const char *to, const char **unit);

#endif
