/*
 * detail.h - how much is known of a file's functions, before anybody asks for one.
 */
#ifndef TIMERLEAK_SYMBOLS_DETAIL_H
#define TIMERLEAK_SYMBOLS_DETAIL_H

#include <limits.h>
#include <stdbool.h>

enum symbol_detail {
    DETAIL_ADDRESSES, /* but for the functions that it exports */
    DETAIL_FUNCTIONS,
    DETAIL_LINES,
};

struct file_detail {
    enum symbol_detail detail;
    bool build_id;             /* whether it has one */
    char debug_file[PATH_MAX]; /* that was found for it; "": none, or its own file has all */
};

/*
 * Looks as a report does, by build-id and .gnu_debuglink, and asks no debuginfod server. False if
 * it is no ELF file that can be read.
 */
bool file_detail_read(struct file_detail *detail, const char *path);

#endif
