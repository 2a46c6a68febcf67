/*
 * text.h - how numbers and times are put in words, the same in every view.
 *
 * Results are returned by value: printf("%s", text_count(n).s).
 */
#ifndef TIMERLEAK_BASE_TEXT_H
#define TIMERLEAK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char s[48];
};

/* 48211 as "48,211". */
struct text text_count(uint64_t count);

/* A difference: "+1,234", "-3", "0". */
struct text text_change(int64_t change);

/* Nanoseconds as people say them: "850ns", "0.4ms", "2.1s", "3m12s", "3h08m", "4d03h". */
struct text text_duration(uint64_t ns);

/* A moment of a run, counted from its start: "00:04:10". */
struct text text_moment(uint64_t ns);

/* A moment of the world's, ns of CLOCK_REALTIME: "2026-01-31 23:59:59", where the user lives. */
struct text text_local_time(uint64_t real);

/* So many times per second, in the unit that makes it readable: "11/min", "2.5/s", "3/h". */
struct text text_rate(double per_second);

/* Bytes, in units of 1,024 as pprof has them: "512 B", "9.8 kB", "10.0 MB". */
struct text text_bytes(uint64_t bytes);

/* "1 timer", "2 timers", "1,000 timers". */
struct text text_plural(uint64_t count, const char *singular, const char *plural);

/* Replaces, in place, control characters and bytes that are not UTF-8 by '?'. */
void text_clean(char *text);

/* The same for a line of a file: its tabs stay. */
void text_clean_line(char *text);

/* The same for several, with their ends. */
void text_clean_lines(char *text);

/* A word as a shell reads it, quoted where it must be, as one line of text; the caller frees it. */
char *text_shell_word(const char *word);

/* Whether these bytes are that word. */
bool text_is(const char *text, size_t length, const char *word);

/* Cuts off blanks at both ends, in place. */
void text_trim(char *text);

/* Compares names and picks the nearest: NULL if none comes near enough to be a typing error. */
const char *text_nearest(const char *word, const char *const *names, size_t count);

#endif
