/*
 * timer_words.h - what is said of one live timer, the same wherever timers are listed.
 */
#ifndef TIMERLEAK_VIEWS_TIMER_WORDS_H
#define TIMERLEAK_VIEWS_TIMER_WORDS_H

#include "base/text.h"
#include "profile/profile.h"

/* How a family names its timers: "fd 5", "id 3", "real". */
struct text timer_identity(uint64_t family, uint64_t id);

/* The same with all its descriptors: "fd 5,7,9", and "+" where there are more than are known. */
struct text timer_handles(const struct timer_record *record);

/* "in 2.1s", "3m12s ago"; "?": armed by a clock that is not known; "-": not armed. */
struct text timer_deadline(const struct live_timer *timer);

/* "0+": so often at least. */
struct text timer_fires(const struct judgement *judgement);

/* "unread inherited"; "-": none. */
struct text timer_flags(const struct judgement *judgement);

/* Its family and kind, and its state in the word of its library. */
struct text timer_label(const struct live_timer *timer);
const char *timer_word(const struct live_timer *timer);

/* The thread that made it: its number, and its name while it runs; "-": unknown. */
struct text timer_thread(const struct live_timer *timer);

/* The oldest first; those of one age in the order of their processes, families and numbers. */
void timers_sort(struct profile *profile);

#endif
