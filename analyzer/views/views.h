/*
 * views.h - the views of a profile, each in a source of its name. Colour is for terminals alone;
 * `most` says how many lines to show, -1: all; what is not shown is counted.
 */
#ifndef TIMERLEAK_VIEWS_VIEWS_H
#define TIMERLEAK_VIEWS_VIEWS_H

#include "base/text.h"
#include "outside/host_rows.h"
#include "profile/gate.h"
#include "profile/graph.h"
#include "profile/patterns.h"
#include "profile/selection.h"
#include "profile/trend.h"

#include <stdio.h>

/* ---- a profile that is sorted and added up ---- */

/* The report: processes, totals, limits, then the findings, worst first. */
void report_print(FILE *to, struct profile *profile, long most);

/* A line for each process; where a program ran many times, one for all of these. */
void processes_print(FILE *to, const struct profile *profile);

/* A line for each limit that live timers work towards; for all that are used while it runs. */
void limits_print(FILE *to, const struct process *process);

/* A table of the live timers: what each is, and what it waits for. The profile has kept them. */
void timers_print(FILE *to, struct profile *profile, long most);

/* Live timers of each site over the run, as lines of blocks. The profile has kept its histories. */
void growth_print(FILE *to, struct profile *profile, long most);

/*
 * Sites by how often their timers expire: what keeps a processor awake. Those whose timers never
 * expired are left out.
 */
void wakeups_print(FILE *to, struct profile *profile, long most);

/*
 * What a test has left behind: the live timers that were created at `since` (ns, CLOCK_MONOTONIC)
 * or later, inherited ones aside, by site, with their whole stacks. How many there are. The profile
 * has kept its timers, which are put in another order.
 */
size_t left_print(FILE *to, struct profile *profile, uint64_t since);

/* ---- a process at work: its sites, and how they moved since the last look ---- */

struct watch_view {
    struct profile *profile;   /* of one process */
    const struct trend *trend; /* that looked at it, sorted by: */
    enum trend_order order;
    long most;    /* sites to show; -1: all */
    bool changed; /* no sites that are as they were at the last look */
    bool keys;    /* say which there are */
};

void watch_print(FILE *to, const struct watch_view *view);

/* ---- what /proc says, without a recording ---- */

struct host_view {
    const struct host *host;
    const struct host_rows *rows;
    size_t looks; /* that were taken, of a watch; 0: there is none */
    long most;    /* rows to show; -1: all */
    bool changed; /* none that have not grown */
    bool keys;    /* say which there are */
    bool timers;  /* each timer of processes that were asked for */
};

/* Who holds timers: a table of processes, or of containers and units; or the timers of each. */
void host_print(FILE *to, const struct host_view *view);

/* ---- what `timerleak check` prints ---- */

/*
 * What fails with its stack, what is known or suppressed in a line each, what is wrong with rules
 * and baseline, and the summary. `rules` names the file of the suppressions, if there are any.
 */
void gate_print(FILE *to, const struct gate *gate, const char *rules);

/* What a new baseline has that `old` had not, and what it has no more. */
void gate_print_update(FILE *to, const struct baseline *old, const struct baseline *new,
                       const char *path);

/* ---- a selection: what pprof has, and diff ---- */

struct view {
    const struct selection *selection;
    struct graph_options graph;
    const char *unit;             /* VALUE_MINIMUM, MEASURE_AUTO or a unit: see values.h */
    bool compact;                 /* without the lines about the profile itself */
    const struct pattern *symbol; /* of peek and list; NULL: all functions */
    const char *source_path;      /* directories to look for source in, NULL: the working one */
    const char *trim_path;
};

/*
 * Each writes what `go tool pprof` writes with the option of that name. Those with a symbol return
 * false if it matches nothing.
 */
bool view_top(FILE *to, const struct view *view);
bool view_tree(FILE *to, const struct view *view);
bool view_list(FILE *to, const struct view *view);
bool view_traces(FILE *to, const struct view *view);
bool view_tags(FILE *to, const struct view *view);

/* Sites by what changed from one recording to another. Those without a change are only counted. */
void diff_print(FILE *to, const struct selection *selection, const char *unit, long most);

#endif
