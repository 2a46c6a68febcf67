/*
 * options.h - the options of all commands. One table says what there is: parsing and help follow
 * it. Names, and their meaning, are pprof's wherever pprof has such an option.
 *
 * As in pprof, an option may start with one dash or two, its value may follow after '=' or as the
 * next argument, and a flag may be given as -name=false. "--" ends the options.
 */
#ifndef TIMERLEAK_COMMANDS_OPTIONS_H
#define TIMERLEAK_COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum option_id {
    OPTION_JSON,
    OPTION_OUTPUT,
    OPTION_FAMILIES,
    OPTION_FOCUS,
    OPTION_IGNORE,
    OPTION_SAMPLE_INDEX,
    OPTION_NODECOUNT,
    OPTION_NODEFRACTION,
    OPTION_CUM,
    OPTION_FLAT,
    OPTION_CHILDREN,
    OPTIONS
};

#define OPTION_BIT(id) (UINT64_C(1) << (id))
#define OPTIONS_FILTERS                                                                            \
    (OPTION_BIT(OPTION_FAMILIES) | OPTION_BIT(OPTION_FOCUS) | OPTION_BIT(OPTION_IGNORE))

struct settings {
    bool json;
    const char *output; /* NULL: standard output */
    const char *families;
    const char *focus, *ignore;
    const char *sample_index; /* NULL: live */
    long nodecount;           /* -1: as many as there are */
    double nodefraction;
    bool cum;
    bool flat;
    const char *children;
};

/* What is set when nothing is said. */
void settings_init(struct settings *settings);

/*
 * Reads the arguments after argv[0]. `accepted` is a set of OPTION_BITs.
 * What is no option is moved to the front of argv[1..]; returns how many those are, or -1 after
 * telling on stderr what was wrong: the command then returns 2. Strings point into argv.
 */
int options_parse(int argc, char **argv, uint64_t accepted, struct settings *settings);

/*
 * As options_parse, but the first argument that is no option ends the options: what follows is a
 * command with options of its own.
 */
int options_parse_before(int argc, char **argv, uint64_t accepted, struct settings *settings);

/* A line for each accepted option. */
void options_help(FILE *to, uint64_t accepted);

#endif
