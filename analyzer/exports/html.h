/*
 * html.h - the report as one page that needs nothing else: no network, no other file. Findings,
 * sites and stacks can be read without its script, which adds the pictures.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_H
#define TIMERLEAK_EXPORTS_HTML_H

#include "exports/html/source.h"

#include <stdbool.h>
#include <stdio.h>

#define HTML_NONCE_SIZE 33

/* A word that nobody can guess, hexadecimal; false if the system gives none. */
bool html_nonce(char nonce[HTML_NONCE_SIZE]);

struct html_options {
    const char *nonce; /* only what carries it may run in the page */
    bool served;       /* the page asks for itself again while a recorded process runs */
    struct source_paths paths;
};

/*
 * False if it could not be written. The profile is sorted and added up, and has kept histories.
 */
bool html_write(FILE *to, struct profile *profile, const struct html_options *options);

#endif
