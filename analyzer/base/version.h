/* version.h - the version of this program, as it shows it. */
#ifndef TIMERLEAK_BASE_VERSION_H
#define TIMERLEAK_BASE_VERSION_H

#define TIMERLEAK_VERSION "0.1.0"

#endif
