/*
 * reader.h - opens a recording and checks it. Nothing else in the analyzer sees raw offsets.
 *
 * The file is read, never mapped: a file that is cut short while it is read must be an error, not
 * a SIGBUS. It may belong to a running process, which changes it meanwhile: what refers to
 * something is read before what it refers to, so that every reference found is met.
 */
#ifndef TIMERLEAK_RECORDING_READER_H
#define TIMERLEAK_RECORDING_READER_H

#include "base/errors.h"
#include "recording/records.h"
#include "recording/regions.h"

#include <stdbool.h>

struct recording {
    char *path;
    bool copy;                /* of a recording whose process may run, but is not looked at */
    struct tlk_header header; /* as it was when the recording was opened */
    uint64_t damaged;         /* records that recording_site() and the like found to be so */
    /* Only the functions below look into these: */
    int file;
    struct region regions[TLK_REGIONS];
    char *strings;
    uint64_t *frames;
    uint32_t *stacks;
};

/*
 * NULL if the file is missing, empty, cut short, of another version or no recording; `error` then
 * says what it is and what to do.
 */
struct recording *recording_open(const char *path, char error[ERROR_SIZE]);

/*
 * The same for an open file, which the recording takes over, also if it returns NULL. It is a copy:
 * its process may run, but is not looked at. See archive_add() for what its header then says.
 */
struct recording *recording_open_copy(int file, const char *name, char error[ERROR_SIZE]);
void recording_close(struct recording *recording);

/* Records of a region. Index 0 is reserved, but for sites: see recording.h. */
uint32_t recording_count(const struct recording *recording, enum tlk_region_id region);

/* Copies a record; false if there is none, or if it is damaged: then it is counted. */
bool recording_module(struct recording *recording, uint32_t index, struct tlk_module *module);
bool recording_site(struct recording *recording, uint32_t index, struct site_record *site);

/*
 * Copies a live timer; false if the slot is free, was given away while it was read, belongs to a
 * site newer than the opening of the recording, or is damaged.
 */
bool recording_timer(struct recording *recording, uint32_t index, struct timer_record *timer);

/* The frames of a site that recording_site has returned, as many as it is deep. */
void recording_frames(const struct recording *recording, const struct site_record *site,
                      uint64_t frames[TLK_MAX_DEPTH]);

/* A string; "" for offset 0 and for one that is no string. Valid until recording_close. */
const char *recording_string(const struct recording *recording, uint32_t offset);

/* Argument `index` of the process, NULL beyond the last. */
const char *recording_argument(const struct recording *recording, uint32_t index);

/* mono: the last event that anything in it tells of. A process that nobody saw die lived till then.
 */
uint64_t recording_last_event(struct recording *recording);

#endif
