/*
 * wording.h - what the gate and its findings are called, the same in all that CI reads.
 *
 * Names are cut: those of templates can be longer than the places where they are shown.
 */
#ifndef TIMERLEAK_VIEWS_WORDING_H
#define TIMERLEAK_VIEWS_WORDING_H

#include "profile/gate.h"
#include "profile/repository.h"

/* Bytes of a text that a name or a line may take. */
#define WORDING_MOST 240
/* Frames of a stack, where there is a limit to the whole. */
#define WORDING_MOST_FRAMES 60

/*
 * "leak: 60 timerfd timers, never-fired, created in start_timeout". It, and what follows, is the
 * caller's to free.
 */
char *wording_title(const struct gate *gate, const struct judged *judged);

/* The title, and why it is thought so. */
char *wording_message(const struct gate *gate, const struct judged *judged);

/* "start_timeout  src/net.c:7": a frame, with the place in the repository if it is inside. */
char *wording_frame(const struct repository *repository, const struct stack_frame *frame);

/* "suppressed by timerfd:^start$", "known: in the baseline", why it fails or passes. */
char *wording_outcome(const struct gate *gate, const struct judged *judged);

/* "1,203 live timers, more than 1,000"; NULL if so many may be. */
char *wording_too_many(const struct gate *gate);

/* "1 site fails, 2 are known, 1 is suppressed, 7 pass", or that it is in doubt. */
char *wording_summary(const struct gate *gate);

/* "libev's loop, made at ": what is before the headline of a site, if its timers are that; "". */
struct text wording_loop(struct profile *profile, struct site *site);

/* "loop_arm src/loop.c:40": a line of the program that has to do with timers of that site. */
char *wording_caller(struct profile *profile, const struct site *site, uint32_t location);

/*
 * "3 live through duplicates made at dup_it x.c:12; the original descriptor was closed"; NULL if
 * there are none.
 */
char *wording_duplicates(struct profile *profile, const struct site *site);

/* A copy of no more than `most` bytes, whole characters, "..." at the end if it was cut. */
char *wording_cut(const char *text, size_t most);

#endif
