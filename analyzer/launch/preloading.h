/*
 * preloading.h - where the shim is, and what the program's environment must say about it.
 */
#ifndef TIMERLEAK_PRELOADING_H
#define TIMERLEAK_PRELOADING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define PRELOADING_PROBLEM_SIZE (2 * PATH_MAX + 512)

/*
 * What belongs to this executable, by its name: the absolute path of that which is beside it, or in
 * ../lib/timerleak as `make install` puts it. False if there is none.
 */
bool preloading_companion(char path[PATH_MAX], const char *name);
#define TRACER "timerleak-trace" /* the program behind `timerleak trace` */

/*
 * The shim's absolute path: what TIMERLEAK_SHIM names, else that companion of this executable.
 * False if there is none, or its path can't be preloaded: `problem` then says in words what is
 * wrong and what to do, in one line or more.
 */
bool preloading_find(char path[PATH_MAX], char problem[PRELOADING_PROBLEM_SIZE]);

/* The same, but the problem is told on stderr. */
bool preloading_shim(char path[PATH_MAX]);

/*
 * The value for LD_PRELOAD: what there is already (NULL or "": nothing), then the shim and objects
 * beside it (objects.h). A sanitizer (NULL or "": none) comes before all, for its runtime refuses
 * to start otherwise. The caller frees.
 */
char *preloading_value(const char *existing, const char *shim, uint32_t objects,
                       const char *sanitizer);

#endif
