/*
 * markdown.h - the gate for people: a job's summary, or a comment on a pull request.
 *
 * No longer than a comment may be; what finds no room is counted.
 */
#ifndef TIMERLEAK_EXPORTS_MARKDOWN_H
#define TIMERLEAK_EXPORTS_MARKDOWN_H

#include "exports/exports.h"

gate_export markdown_write;

#define MARKDOWN_MOST 65536 /* bytes */

#endif
