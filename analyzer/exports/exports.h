/*
 * exports.h - the formats that profiles and judgements are written in, each in a source of its
 * name.
 */
#ifndef TIMERLEAK_EXPORTS_EXPORTS_H
#define TIMERLEAK_EXPORTS_EXPORTS_H

#include "profile/gate.h"
#include "profile/repository.h"
#include "profile/selection.h"
#include "views/source.h"
#include "views/views.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* ---- of a selection: what is left of the samples ---- */

/*
 * A profile that pprof reads: profile.proto, compressed. All sample types; those of a base are
 * taken off. The selection's granularity says what functions and lines are told. False, with errno
 * set, if not all could be written.
 */
bool pprof_write(FILE *to, const struct selection *selection);

/*
 * A profile that google-pprof reads, the Perl program of gperftools: a heap profile in text that
 * brings its symbols along. Its objects in use, and its bytes, are the values of the selection's
 * type; its allocated objects are timers created. So `google-pprof --inuse_objects --text FILE`
 * shows the numbers as they are. The format knows no value below zero: of a comparison, what shrank
 * is left out.
 */
void legacy_write(FILE *to, const struct selection *selection);

/*
 * Collapsed stacks, the input of flame graph tools: "main;loop;timerfd_create 12", root first, a
 * line per stack whose value of the selection's type is above zero: the format knows no others.
 */
void collapsed_write(FILE *to, const struct selection *selection);

/*
 * A profile that speedscope shows, in its own JSON format; one for each sample type that has
 * values. Those below zero, of a comparison, are left out: its widths can't be negative.
 */
void speedscope_write(FILE *to, const struct selection *selection);

/*
 * A row per sample, for spreadsheets and scripts: labels, values, where, and the stack, root first
 * with semicolons between. RFC 4180, with a header line; times are ns.
 */
void csv_write(FILE *to, const struct selection *selection);

/*
 * The graph for Graphviz: `dot -Tsvg`. As in pprof's pictures, a box is larger the more is in it
 * alone, redder the more is in it and below, and edges are thicker the more goes over them. The
 * view's graph options are those of a picture: `visual`.
 */
void dot_write(FILE *to, const struct view *view);

/* The same, drawn by dot. False if that can't be; `to` is a file, or something like it. */
bool svg_write(FILE *to, const struct view *view);

/* What view_list() writes, as a page. False if nothing matches. */
bool weblist_write(FILE *to, const struct view *view);

/* ---- of a profile, which is sorted and added up ---- */

/*
 * The report as JSON, schema "timerleak/1": a stable interface. Keys are only ever added. Times are
 * ns; a frame's `offset` is the address of the call in the module's file. `stack` is leaf first,
 * and the leaf is the wrapped function. `id` is the site's fingerprint (see identity.h), and no
 * other site's. The caller releases it; sites are in the profile's order.
 */
json_t *json_report(struct profile *profile);

/* The same, written; false if it could not be. */
bool json_write(FILE *to, struct profile *profile);

/* JSON has no unsigned integers in jansson: what exceeds int64 comes only from damage. */
json_t *json_count(uint64_t value);

/*
 * What host_print() shows: a stable interface, too. Keys are only ever added; what can't be known
 * is null, and of a POSIX timer, what the kernel does not show is not there.
 */
void host_write_json(FILE *to, const struct host_view *view);

#define HTML_NONCE_SIZE 33

/* A word that nobody can guess, hexadecimal; false if the system gives none. */
bool html_nonce(char nonce[HTML_NONCE_SIZE]);

struct html_options {
    const char *nonce; /* only what carries it may run in the page */
    bool served;       /* the page asks for itself again while a recorded process runs */
    struct source_paths paths;
    const char *const *files; /* that it is of, for commands which are copied from it */
    size_t file_count;
    const char *base; /* what the profile is compared with, as it was called; NULL: nothing */
    bool subtract;    /* percentages are of all that changed (base), not of the base (diff_base) */
};

/*
 * The report as one page that needs nothing else: no network, no other file. Findings, sites and
 * stacks can be read without its script, which adds the pictures. False if it could not be written.
 * The profile has kept histories.
 */
bool html_write(FILE *to, struct profile *profile, const struct html_options *options);

/* ---- of a gate: one judgement, which no format changes. Errors are in ferror(). ---- */

typedef void gate_export(FILE *to, const struct gate *gate, const struct repository *repository);

/*
 * The report as JSON, and what the gate makes of it: `check` (result: passes, fails or in-doubt;
 * sites by outcome; live, max_live, doubts, gone, unused_rules, broad_rules), and of each site
 * `outcome`, `fingerprint` (as in the baseline; null where it passes), `state` (null where none is
 * live) and `rule`.
 */
gate_export gate_json_write;

/*
 * What fails, as SARIF 2.1.0: for GitHub code scanning and whoever else reads it. What is known or
 * suppressed is left out, for GitHub shows all that is there. What is beyond its limits is told in
 * a notification.
 */
gate_export sarif_write;
#define SARIF_MOST_RESULTS 5000
#define SARIF_MOST_FRAMES 100

/*
 * What fails, as GitHub's workflow commands: it shows them beside the source. It shows so many
 * errors of a step; when there are more, a notice says so.
 */
gate_export annotations_write;
#define ANNOTATIONS_MOST 10

/* What fails, as GitLab's code quality report. */
gate_export gitlab_write;

/*
 * A test for each site, as JUnit's XML: what fails is a failure, what is known or suppressed is
 * skipped. A test keeps its name when its leak is mended.
 */
gate_export junit_write;

/*
 * The gate for people: a job's summary, or a comment on a pull request. No longer than a comment
 * may be; what finds no room is counted.
 */
gate_export markdown_write;
#define MARKDOWN_MOST 65536 /* bytes */

/*
 * The gate as Prometheus's text format, for node_exporter's textfile collector. Processes are told
 * by name, never by number: of several of one name, timers are added up, and of descriptors the
 * highest number is shown.
 */
gate_export prometheus_write;

#endif
