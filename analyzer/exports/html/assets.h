/*
 * html/assets.h - the files of exports/html/page/, as they are built into the program.
 */
#ifndef TIMERLEAK_EXPORTS_HTML_ASSETS_H
#define TIMERLEAK_EXPORTS_HTML_ASSETS_H

/* NUL-terminated. The template has @NAME@ where html.c fills something in. */
extern const char html_template[], html_style[], html_script[];

#endif
