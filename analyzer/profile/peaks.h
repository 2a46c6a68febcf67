/*
 * peaks.h - the most timers live at a time, where several processes had some: what did not run
 * together was not live together.
 */
#ifndef TIMERLEAK_PROFILE_PEAKS_H
#define TIMERLEAK_PROFILE_PEAKS_H

#include "profile/model.h"

void peaks_note(struct peaks *peaks, struct site *site, const struct process *process,
                uint64_t count);

/* Sets those of the sites that are there, and that of the totals. */
void peaks_add_up(struct profile *profile);

void peaks_free(struct peaks *peaks);

#endif
