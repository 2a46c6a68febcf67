/*
 * browser.h - a Chromium without a screen, driven over a pipe by its DevTools protocol.
 *
 * What goes wrong in the browser itself fails the test.
 */
#ifndef E2E_BROWSER_H
#define E2E_BROWSER_H

#include <stdbool.h>

struct browser;

/* Why a test is skipped: that it can't be run is no failure, but it is told. */
#define NO_BROWSER "there is no Chromium: scripts/deps --ci installs it"

/*
 * NULL if there is none on this machine. Keeps its files below `directory`, which must be there
 * until browser_close().
 */
struct browser *browser_open(const char *directory);
void browser_close(struct browser *browser);

/* Loads a page, and waits until its scripts have run. */
void browser_visit(struct browser *browser, const char *url);

/*
 * The value of an expression in the page as text: JSON if it is no string; of a promise, what it
 * comes to. The caller frees it.
 */
char *browser_value(struct browser *browser, const char *expression);

/* The same as a number. */
long long browser_number(struct browser *browser, const char *expression);

/* Expects that number of an expression, which is formatted first. */
__attribute__((format(printf, 3, 4))) void
browser_expect(struct browser *browser, long long expected, const char *format, ...);

/* Makes its window so wide, in pixels. */
void browser_resize(struct browser *browser, int width);

/* What a user does: a click in the middle of the first element that matches; a key; typing. */
void browser_click(struct browser *browser, const char *selector);
/* Presses at that part of its width, moves to the other, and lets go. */
void browser_drag(struct browser *browser, const char *selector, double from, double to);
void browser_key(struct browser *browser, const char *key);
void browser_type(struct browser *browser, const char *text);

/* Errors of the pages so far: exceptions, and what their policy forbade; "" for none. */
const char *browser_errors(const struct browser *browser);

#endif
