/*
 * archive.h - many recordings in one file: each compressed by gzip, one after another.
 *
 * Nothing is lost, nothing is added up: what reads it reads all of its recordings. `gzip x.tlk`
 * makes an archive of one, `cat a.gz b.gz` one of both. Among them may stand, as a member of its
 * own wherever it stands, the text that names their places: see symbols/portable.h.
 */
#ifndef TIMERLEAK_RECORDING_ARCHIVE_H
#define TIMERLEAK_RECORDING_ARCHIVE_H

#include "base/errors.h"
#include "recording/reader.h"

#include <stdio.h>

struct archive;

/* Whether a file starts as an archive does; false also if it can't be read. */
bool archive_is(const char *path);

/* NULL, with the reason in words, if the file can't be read. */
struct archive *archive_open(const char *path, char error[ERROR_SIZE]);
void archive_close(struct archive *archive);

/*
 * Opens the next recording; it is named after the archive and the file that it was. NULL at the
 * end, and where something is wrong: then there is an error in words, else "". After an error in
 * one recording the next can still be opened, unless `*ended`. Names are passed over.
 */
struct recording *archive_next(struct archive *archive, bool *ended, char error[ERROR_SIZE]);

/*
 * Opens each recording of a file, which is one, or an archive of several: that is closed when
 * `each` returns. What can't be opened is told to `fail`, in words; NULL: to nobody.
 */
void recordings_each(const char *path, void (*each)(struct recording *recording, void *context),
                     void (*fail)(const char *error, void *context), void *context);

/*
 * Hands out the names that a file has, each of its texts for itself; what is no archive has none.
 * What can't be read of them is told to `fail`.
 */
void archive_names(const char *path,
                   void (*each)(const char *path, const char *text, size_t size, void *context),
                   void (*fail)(const char *error, void *context), void *context);

/*
 * Appends a recording, or all recordings of another archive, without its names. What the recording
 * of a running process says is of this moment, and the copy tells so. False, with the error in
 * words, if it can't be read or not be written; the archive is then to be thrown away.
 */
bool archive_add(FILE *to, const char *path, char error[ERROR_SIZE]);

/* Appends names. False, with the error in words, if they could not be written. */
bool archive_add_names(FILE *to, const char *text, size_t size, char error[ERROR_SIZE]);

#endif
