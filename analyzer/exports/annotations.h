/*
 * annotations.h - what fails, as GitHub's workflow commands: it shows them beside the source.
 *
 * GitHub shows ten errors of a step; when there are more, a notice says so.
 */
#ifndef TIMERLEAK_EXPORTS_ANNOTATIONS_H
#define TIMERLEAK_EXPORTS_ANNOTATIONS_H

#include "exports/exports.h"

gate_export annotations_write;

#define ANNOTATIONS_MOST 10

#endif
