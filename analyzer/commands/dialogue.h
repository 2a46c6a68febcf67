/*
 * dialogue.h - what is typed at the prompt, line by line, as `go tool pprof` takes it.
 *
 * "top10 -cum", "peek main", "list on_.*", "top accept -idle > out.txt": a view of pprof's, with a
 * number of entries, what to focus on, what to ignore, and a file to write to, for this once.
 * "timers 5", "export --csv > all.csv", "diff monday.tlk": any other command, with its options.
 * "focus=main", "cum", "sample_index=age", "age": an option, from now on. ":" forgets all filters.
 */
#ifndef TIMERLEAK_COMMANDS_DIALOGUE_H
#define TIMERLEAK_COMMANDS_DIALOGUE_H

#include "cli/input.h"

/* The profile is sorted and has kept its timers and histories. Its strings hold what is typed. */
struct dialogue {
    struct input *input;
    bool filtered; /* sites are left out of the profile for what was typed last */
};

/*
 * What is said first, and what options are other than on the command line. All functions are looked
 * up: whatever is typed needs them, completion first.
 */
void dialogue_begin(struct dialogue *dialogue, struct input *input);

/* Does what a line says, and complains on stderr. False if it asks to leave. */
bool dialogue_line(struct dialogue *dialogue, const char *line);

/* What may stand first in a line: commands, options and words; NULL beyond the last. */
const char *dialogue_word(size_t index);

/*
 * The only function of the profile with `part` in its name, for views that take one; NULL if there
 * is none, or another.
 */
const char *dialogue_function(const struct dialogue *dialogue, const char *part);

/* What may stand in place of the end of a line. */
struct completions {
    char **list;
    size_t count, room;
    size_t start; /* what is to be replaced begins there */
    bool files;   /* the names of files, which are not in the list */
};

/* Ends with completions_free(). */
struct completions dialogue_complete(const struct dialogue *dialogue, const char *line);
void completions_free(struct completions *completions);

#endif
