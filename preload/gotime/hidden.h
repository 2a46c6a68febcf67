/*
 * hidden.h - variables that are the library's own. Without it the compiler takes what it only sees
 * declared for another library's, and goes through a table each time.
 */
#ifndef GOTIME_HIDDEN_H
#define GOTIME_HIDDEN_H

#define HIDDEN __attribute__((visibility("hidden")))

#endif
