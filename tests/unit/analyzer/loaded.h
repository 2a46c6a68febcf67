/*
 * loaded.h - a profile straight from a builder, and views as text.
 */
#ifndef ANALYZER_LOADED_H
#define ANALYZER_LOADED_H

#include "profile/profile.h"
#include "recording_builder.h"
#include "views/views.h"

#include <jansson.h>
#include <stdio.h>

/* Frees the builder. The profile keeps its timers, is sorted and added up. */
struct profile *loaded(struct builder *builder);

/* As loaded(), but adds to a profile. */
void loaded_add(struct profile *profile, struct builder *builder);

/* Recordings of one session, in the order in which they are given. Frees the builders. */
struct profile *loaded_together(struct builder *const builders[], size_t count);

void loaded_add_together(struct profile *profile, struct builder *const builders[], size_t count);

/* The only site. */
struct site *loaded_site(const struct profile *profile);

/* What `print` writes, which the caller frees. */
char *printed(void (*print)(FILE *to, struct profile *profile), struct profile *profile);

/* Of the views of that name: all there is. */
void print_report(FILE *to, struct profile *profile);
void print_timers(FILE *to, struct profile *profile);
void print_json(FILE *to, struct profile *profile);

/* What is exported as JSON, which the caller releases. */
json_t *loaded_json(struct profile *profile);

/* That what `print` writes has this part. */
void expect_printed(struct profile *profile, void (*print)(FILE *to, struct profile *profile),
                    const char *part);

/* As `timerleak top` and the like would, all trimming off. NULL options: all live timers. */
void print_view(FILE *to, struct profile *profile, bool (*print)(FILE *to, const struct view *view),
                const struct selection_options *options);

#endif
