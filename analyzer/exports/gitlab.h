/*
 * gitlab.h - what fails, as GitLab's code quality report.
 */
#ifndef TIMERLEAK_EXPORTS_GITLAB_H
#define TIMERLEAK_EXPORTS_GITLAB_H

#include "exports/exports.h"

gate_export gitlab_write;

#endif
