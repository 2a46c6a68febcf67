/*
 * style.h - colour, on a terminal only, and never against NO_COLOR.
 */
#ifndef TIMERLEAK_VIEWS_STYLE_H
#define TIMERLEAK_VIEWS_STYLE_H

#include <stdbool.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_STRONG, STYLE_ALARM };

/* The escape sequence that begins the style on that stream; "" where there is no colour. */
const char *style(FILE *to, enum style wanted);

/* Whether the stream is a terminal that follows escape sequences. */
bool style_followed(FILE *to);

#endif
