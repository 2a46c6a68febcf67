/*
 * html/text.h - text and JSON within a page. What they hold is untrusted: it stays text.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_TEXT_H
#define TIMERLEAK_EXPORTS_HTML_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Writes text so that it is text, between tags and in quoted attributes. */
void html_text(FILE *to, const char *text);

/* Writes JSON so that nothing in it can end the <script> that it stands in. False if it fails. */
bool html_json(FILE *to, const json_t *json);

#endif
