/*
 * snapshot.h - a copy of the recording as it is now, under a name of the program's choice.
 */
#ifndef TIMERLEAK_SNAPSHOT_H
#define TIMERLEAK_SNAPSHOT_H

/*
 * 0, or a negative errno; the file is then complete, or not there. The process goes on meanwhile:
 * the copy is as good as what a reader of the live recording sees, and says when it was made. Makes
 * system calls.
 */
int snapshot_write(const char *path);

#endif
