/*
 * strings.h - a set of strings: equal ones are kept once and compare by pointer.
 */
#ifndef TIMERLEAK_BASE_STRINGS_H
#define TIMERLEAK_BASE_STRINGS_H

struct strings;

struct strings *strings_new(void);
void strings_free(struct strings *set);

/*
 * The set's own copy of `text`, valid until strings_free. What comes from a recording or from
 * debug information is untrusted: control characters and bytes that are no UTF-8 become '?', so
 * that it can be shown on a terminal and written as JSON.
 */
const char *strings_add(struct strings *set, const char *text);

#endif
