/*
 * parts.h - fork and the end, which concern every part of the library. Its table, in life.c, has
 * the parts in the order of their locks, outermost first.
 */
#ifndef GOTIME_PARTS_H
#define GOTIME_PARTS_H

struct part {
    void (*lock)(void);   /* before fork(): takes all its locks; NULL: has none */
    void (*unlock)(void); /* afterwards, in the parent */
    void (*renew)(void);  /* in the child, instead: its locks are free, its timers gone */
    void (*end)(void);    /* gives all back; no thread but the caller's is in the library */
};

#endif
