/*
 * samples_add.h - makes samples of live timers, and of what sites counted beyond them.
 */
#ifndef TIMERLEAK_PROFILE_SAMPLES_ADD_H
#define TIMERLEAK_PROFILE_SAMPLES_ADD_H

#include "profile/profile.h"

/* Enters a live timer, and adds it to `live`: all live timers of that process's site together. */
void samples_add_timer(struct profile *profile, const struct process *process, struct site *site,
                       const struct tlk_timer *timer, const struct judgement *judgement,
                       struct sample *live);

/* Enters what is in the counts of that process's site and in none of its live timers. */
void samples_add_rest(struct profile *profile, const struct process *process, struct site *site,
                      const struct counts *counts, const struct sample *live);

#endif
