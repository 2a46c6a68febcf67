/*
 * shortening.h - a function's name without what a reader can do without, as pprof shortens C++:
 * no template arguments, no parameters of enclosing functions, no inline namespaces of the standard
 * library, std::string for all that it stands for. Names of other languages lose their generic
 * arguments alone; what can't be read as a name stays as it is.
 */
#ifndef TIMERLEAK_PROFILE_SHORTENING_H
#define TIMERLEAK_PROFILE_SHORTENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHORTENED_GENERIC SIZE_MAX /* a depth: of all instances: net::Pool<...>::add */

/*
 * So many levels of arguments are shown, 0: none, and those below as <...>. Sets `cut` if anything
 * was left out for that. The caller frees the result.
 */
char *shortened(const char *name, size_t depth, bool *cut);

/*
 * Of a signature, the parameters, and what is behind them: "(int, std::vector<...>) const". NULL if
 * it has none that could be told from the rest.
 */
char *shortened_parameters(const char *signature, size_t depth, bool *cut);

#endif
