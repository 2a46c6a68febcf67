/*
 * exported.h - profiles for tests of exports, and what an export makes of them.
 */
#ifndef ANALYZER_EXPORTED_H
#define ANALYZER_EXPORTED_H

#include "loaded.h"
#include "profile/selection.h"

/* Two processes' worth of samples: see exported.c. The caller frees it. */
struct profile *exported_profile(void);

/* All samples of a profile, without filters; ends with selection_free(). */
struct selection exported_selection(struct profile *profile, const char *type,
                                    enum granularity granularity);

/* What `write` makes of exported_profile(): text that the caller frees. */
char *exported_text(void (*write)(FILE *to, const struct selection *selection), const char *type,
                    enum granularity granularity);

#endif
