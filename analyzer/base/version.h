/* version.h - the version of this program, as it and its manual show it. */
#ifndef TIMERLEAK_BASE_VERSION_H
#define TIMERLEAK_BASE_VERSION_H

#define TIMERLEAK_VERSION "0.1.0"
#define TIMERLEAK_DATE "November 22, 2026"

#endif
