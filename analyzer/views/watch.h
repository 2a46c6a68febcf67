/*
 * watch.h - a process at work: its sites, and how they moved since the last look.
 */
#ifndef TIMERLEAK_VIEWS_WATCH_H
#define TIMERLEAK_VIEWS_WATCH_H

#include "profile/trend.h"

#include <stdio.h>

struct watch_view {
    struct profile *profile;   /* of one process */
    const struct trend *trend; /* that looked at it, sorted by: */
    enum trend_order order;
    long most;    /* sites to show; -1: all */
    bool changed; /* no sites that are as they were at the last look */
    bool keys;    /* say which there are */
    FILE *styled; /* the stream that all this will come to: it decides on colour */
};

void watch_print(FILE *to, const struct watch_view *view);

#endif
