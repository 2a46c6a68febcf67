/*
 * output_name.h - the -o of `timerleak record`: where the recordings of a run go.
 */
#ifndef TIMERLEAK_OUTPUT_NAME_H
#define TIMERLEAK_OUTPUT_NAME_H

#include <stdbool.h>

struct output_name {
    char *directory; /* as given, to be shown; "." if none was */
    char *pattern;   /* for the shim: absolute, which expands %p %e %h %t %% in each process */
    char *fixed;     /* path of the file if the name holds no such thing but %%, else NULL */
};

/*
 * Understands NAME (NULL: "%e.%p.tlk" here). A directory takes recordings by that default name.
 * Conversions belong in the file's name, not in its directory, which must exist and be writable.
 * False after telling on stderr what is wrong. output_name_free() in either case.
 */
bool output_name_parse(struct output_name *output, const char *name);
void output_name_free(struct output_name *output);

/*
 * What stands under a fixed name becomes NAME.old, replacing what has that name. A directory or
 * another special file stays. False after telling on stderr that it could not be renamed.
 */
bool output_name_make_way(const struct output_name *output);

#endif
