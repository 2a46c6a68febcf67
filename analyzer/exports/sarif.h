/*
 * sarif.h - what fails, as SARIF 2.1.0: for GitHub code scanning and whoever else reads it.
 *
 * What is known or suppressed is left out, for GitHub shows all that is there. Its limits are kept:
 * what is beyond them is told in a notification.
 */
#ifndef TIMERLEAK_EXPORTS_SARIF_H
#define TIMERLEAK_EXPORTS_SARIF_H

#include "exports/exports.h"

gate_export sarif_write;

/* What GitHub takes. */
#define SARIF_MOST_RESULTS 5000
#define SARIF_MOST_FRAMES 100

#endif
