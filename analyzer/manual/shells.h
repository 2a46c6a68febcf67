/*
 * shells.h - completion for shells. Their scripts leave to the tables what follows below.
 */
#ifndef TIMERLEAK_MANUAL_SHELLS_H
#define TIMERLEAK_MANUAL_SHELLS_H

#include "manual/template.h"

/*
 *     @commands    the names of all
 *     @options     a case for each command: its options, '=' after those that take a value
 *     @arguments   a case for each command: what each argument may be, the last for all that follow
 *     @values      a case for each option that takes a value: what that may be
 */
extern const struct part bash_parts[];

/*
 *     @commands    names with summaries, for _describe
 *     @cases       a case for each command: a call of _arguments
 */
extern const struct part zsh_parts[];

/*
 *     @commands    a line for each command
 *     @valued      a case for each command: its options that take a value
 *     @complete    lines for the options and arguments of all commands
 */
extern const struct part fish_parts[];

#endif
