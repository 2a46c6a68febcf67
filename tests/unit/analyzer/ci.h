/*
 * ci.h - what the formats that CI reads make of a few sites, and what they must and must not say.
 */
#ifndef ANALYZER_CI_H
#define ANALYZER_CI_H

#include "gated.h"

#include <jansson.h>

/* A leak that fails, one that is suppressed, one that is held, one that is clean. */
extern const struct made ci_server[4];

/* What `write` makes of these sites, with a rule for "reconnect": text that the caller frees. */
char *ci_text(gate_export *write, const struct made *sites, size_t count,
              struct gate_options options);
char *ci_server_text(gate_export *write);
char *ci_hostile_text(gate_export *write);

/* As many findings as that, in functions of that name, which all fail. */
char *ci_many_text(gate_export *write, size_t count, const char *function);

/* A recording was not read, and no more than four timers may be live. */
struct gate_options ci_doubtful(void);

/* What `write` makes of a run that was sampled, asleep for a while, and had an ignored block. */
char *ci_partial_text(gate_export *write);

#define CI_SAMPLED "sampled: one timer in 100 was recorded; counts are estimates from those"
#define CI_ASLEEP "asleep: for 3.0s of 2h00m; 7 timers made meanwhile are not here"
#define CI_IGNORED "ignored: 2 timers made in blocks that the program asked to ignore are not here"

void ci_expect_part(const char *text, const char *part);
void ci_expect_no_part(const char *text, const char *part);
size_t ci_count_parts(const char *text, const char *part);

/* That a command, if it is installed, takes the text from its standard input and ends well. */
void ci_expect_accepted(const char *command, const char *text);

/* Frees the text; the test fails if it is none. */
json_t *ci_json(char *text);

/* A member of an object, "" if it is no string. */
const char *ci_string(const json_t *json, const char *key);

#endif
