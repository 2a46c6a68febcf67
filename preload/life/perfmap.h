/*
 * perfmap.h - what an interpreter wrote down of the code that it made, /tmp/perf-PID.map, is kept
 * beside the recording: as NAME.map where that is NAME.tlk. The other is anybody's to remove, and
 * that of the next process with this number.
 */
#ifndef TIMERLEAK_PERFMAP_H
#define TIMERLEAK_PERFMAP_H

/* In a forked child, while it still has its parent's recording: it has its parent's code, too. */
void perfmap_forked(void);

/*
 * When this program ends, or becomes another: copies the map, behind that of its parent if it
 * was forked. Nothing is done where no stack has led through such code, where there is no map of
 * this run, or where another file is called as the copy. Makes system calls, and is
 * async-signal-safe.
 */
void perfmap_keep(void);

#endif
