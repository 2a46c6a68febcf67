/*
 * pprof_messages.h - writes a profile.proto, compressed, piece by piece.
 *
 * Messages of protobuf may be cut between any two fields: one after another, the parts of a
 * profile are the profile. So it is written as it is made, and never in memory as a whole.
 */
#ifndef TIMERLEAK_EXPORTS_PPROF_MESSAGES_H
#define TIMERLEAK_EXPORTS_PPROF_MESSAGES_H

#include "profile.pb-c.h"

#include <stdbool.h>
#include <stdio.h>

struct pprof_messages;

/* The file stays the caller's, who writes nothing to it before pprof_messages_end(). */
struct pprof_messages *pprof_messages_new(FILE *to);

/*
 * The string's index in the profile's table. Strings are told by their addresses: each is interned
 * or a constant, and outlives the messages.
 */
int64_t pprof_messages_string(struct pprof_messages *messages, const char *text);

/* Writes the fields that are set. */
void pprof_messages_write(struct pprof_messages *messages, const Pprof__Profile *part);

/* Frees the messages. False, with errno set, if not all could be written. */
bool pprof_messages_end(struct pprof_messages *messages);

#endif
