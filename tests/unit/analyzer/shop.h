/*
 * shop.h - a recording with some of everything, for views: a leak and what is held, several
 * families and states, shared callers, a function that calls itself, and timers that expire.
 */
#ifndef ANALYZER_SHOP_H
#define ANALYZER_SHOP_H

#include "recording_builder.h"

/* A run of an hour. The caller frees it, or gives it to loaded(). */
struct builder *shop(void);

/* The same program, later: one leak more, one less, and some have other numbers. */
struct builder *shop_later(void);

#endif
