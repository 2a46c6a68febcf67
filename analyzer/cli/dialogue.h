/*
 * dialogue.h - what is typed at the prompt, line by line, as `go tool pprof` takes it.
 *
 * "top10 -cum", "peek main", "list on_.*", "top accept -idle > out.txt": a view, with a number of
 * entries, what to focus on, what to ignore, and a file to write to, for this once.
 * "focus=main", "cum", "sample_index=age", "age": an option, from now on. ":" forgets all filters.
 */
#ifndef TIMERLEAK_CLI_DIALOGUE_H
#define TIMERLEAK_CLI_DIALOGUE_H

#include "cli/input.h"

/* The profile is sorted and has kept its histories. Its strings hold what is typed. */
struct dialogue {
    struct input *input;
};

/* What is said first, and what options are other than on the command line. */
void dialogue_begin(struct dialogue *dialogue, struct input *input);

/* Does what a line says, and complains on stderr. False if it asks to leave. */
bool dialogue_line(struct dialogue *dialogue, const char *line);

/* What may stand first in a line: views, options and words; NULL beyond the last. */
const char *dialogue_word(size_t index);

/*
 * The only function of the profile with `part` in its name, for views that take one; NULL if there
 * is none, or another.
 */
const char *dialogue_function(const struct dialogue *dialogue, const char *part);

#endif
