/*
 * pages.h - the manual pages.
 */
#ifndef TIMERLEAK_MANUAL_PAGES_H
#define TIMERLEAK_MANUAL_PAGES_H

#include "manual/template.h"

/*
 * What a page's text leaves to the tables:
 *     @title NAME SECTION   the head of a page that is of no command
 *     @head                 that of a command's: with NAME and SYNOPSIS
 *     @options              OPTIONS, of a command
 *     @commands             a list of all
 *     @words                what `timerleak explain` explains
 */
extern const struct part page_parts[];

#endif
