/*
 * terminal.h - what a stream leads to: a terminal of so many columns, which may be coloured, or
 * something that takes lines of any length.
 */
#ifndef TIMERLEAK_BASE_TERMINAL_H
#define TIMERLEAK_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A line may be as long as it likes. */
#define COLUMNS_ANY SIZE_MAX

/* Of a terminal what COLUMNS says, else the terminal itself; COLUMNS_ANY where there is none. */
size_t terminal_columns(FILE *to);

/* The stream leads, by way of another, to a terminal of so many columns; NULL: none does. */
void terminal_lead(FILE *to, size_t columns);

/* Colour, on a terminal only, and never against NO_COLOR. */
enum style { STYLE_PLAIN, STYLE_STRONG, STYLE_ALARM };

/* The escape sequence that begins the style on that stream; "" where there is no colour. */
const char *style(FILE *to, enum style wanted);

/* Whether the stream leads to a terminal that follows escape sequences. */
bool style_followed(FILE *to);

#endif
