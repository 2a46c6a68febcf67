/*
 * junit.h - a test for each site, as JUnit's XML: what fails is a failure, what is known or
 * suppressed is skipped. A test keeps its name when its leak is mended.
 */
#ifndef TIMERLEAK_EXPORTS_JUNIT_H
#define TIMERLEAK_EXPORTS_JUNIT_H

#include "exports/exports.h"

gate_export junit_write;

#endif
