#include "recording/archive.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/named.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/text.h"
#include "recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define NAME_SIZE 256
#define GZIP (MAX_WBITS + 16)
#define BUFFER_SIZE 65536u
#define MOST_BYTES ((off_t)TLK_LARGEST) /* what is larger is no recording */

/* How a member of names is called; and what it begins with, like all that are called something. */
#define NAMES "timerleak-symbols.json"
#define MOST_NAMES ((off_t)1 << 28)
static const unsigned char member_start[] = {0x1f, 0x8b, Z_DEFLATED, 0x08};
#define MEMBER_NAME 10 /* where its name stands */

/* ---- files of several gzip members, unpacked one by one ---- */

struct inflater {
    FILE *file; /* the caller's */
    off_t read; /* bytes of it */
    z_stream stream;
    bool started;
    unsigned char input[BUFFER_SIZE];
};

static void inflater_init(struct inflater *inflater, FILE *file)
{
    inflater->file = file;
    inflater->started = inflateInit2(&inflater->stream, GZIP) == Z_OK;
}

static void inflater_end(struct inflater *inflater)
{
    if (inflater->started)
        inflateEnd(&inflater->stream);
}

/* Whether there is more; false at the end of the file. */
static bool inflater_fill(struct inflater *inflater)
{
    z_stream *stream = &inflater->stream;
    if (stream->avail_in == 0) {
        stream->next_in = inflater->input;
        stream->avail_in =
            (unsigned)fread(inflater->input, 1, sizeof(inflater->input), inflater->file);
        inflater->read += stream->avail_in;
    }
    return stream->avail_in > 0;
}

/* Where in the file the next member begins, once one has ended. */
static off_t inflater_at(const struct inflater *inflater)
{
    return inflater->read - inflater->stream.avail_in;
}

static bool inflater_seek(struct inflater *inflater, off_t at)
{
    inflater->stream.avail_in = 0;
    inflater->read = at;
    return fseeko(inflater->file, at, SEEK_SET) == 0;
}

/* Where those bytes stand next; -1: nowhere. */
static off_t find_bytes(int file, off_t from, const void *bytes, size_t size)
{
    unsigned char buffer[BUFFER_SIZE];
    ssize_t got;
    while ((got = pread(file, buffer, sizeof(buffer), from)) >= (ssize_t)size) {
        const unsigned char *found = memmem(buffer, (size_t)got, bytes, size);
        if (found)
            return from + (found - buffer);
        from += got - (ssize_t)size + 1;
    }
    return -1;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return size > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool put_chunk(int to, const unsigned char *bytes, size_t size, off_t at)
{
    return is_zero(bytes, size) || pwrite(to, bytes, size, at) == (ssize_t)size;
}

/*
 * Unpacks a member into a file, in which zeros become holes, and copies the name that it had, ""
 * if it had none. NULL on success, else why not: a constant string.
 */
static const char *inflater_next(struct inflater *inflater, int to, char name[NAME_SIZE])
{
    static unsigned char chunk[BUFFER_SIZE];
    z_stream *stream = &inflater->stream;
    gz_header header = {.name = (Bytef *)name, .name_max = NAME_SIZE - 1};
    off_t size = 0;
    int status = Z_OK;
    if (!inflater->started || inflateReset(stream) != Z_OK)
        return "zlib could not be started";
    inflateGetHeader(stream, &header);
    while (status == Z_OK) {
        stream->next_out = chunk;
        stream->avail_out = sizeof(chunk);
        while (status == Z_OK && stream->avail_out > 0 && inflater_fill(inflater))
            status = inflate(stream, Z_NO_FLUSH);
        size_t got = sizeof(chunk) - stream->avail_out;
        if (got == 0 && status == Z_OK)
            return "it is cut short; copy it again";
        if (!put_chunk(to, chunk, got, size))
            return "there is no room to unpack it";
        size += (off_t)got;
        if (size > MOST_BYTES)
            return "it is no recording: it is too large for one";
    }
    if (status != Z_STREAM_END)
        return "it is damaged: it can't be unpacked";
    return ftruncate(to, size) == 0 ? NULL : "there is no room to unpack it";
}

/* ---- what is read ---- */

struct archive {
    char *path;
    FILE *file;
    struct inflater inflater;
    bool lost; /* what it is in is damaged, which was told */
};

static bool archive_fail(char error[ERROR_SIZE], const char *path, const char *why)
{
    return error_set(error, "%.300s: %s", path, why);
}

bool archive_is(const char *path)
{
    unsigned char magic[2] = {0};
    const char *why;
    int file = named_open(path, NULL, &why);
    if (file < 0)
        return false;
    bool got = pread(file, magic, sizeof(magic), 0) == sizeof(magic);
    close(file);
    return got && magic[0] == 0x1f && magic[1] == 0x8b;
}

struct archive *archive_open(const char *path, char error[ERROR_SIZE])
{
    const char *why;
    int opened = named_open(path, NULL, &why);
    FILE *file = opened < 0 ? NULL : fdopen(opened, "r");
    if (!file) {
        error_set(error, "%s: %s", path, opened < 0 ? why : strerror(errno));
        return NULL;
    }
    struct archive *archive = memory_new(1, sizeof(*archive));
    archive->path = memory_copy(path);
    archive->file = file;
    inflater_init(&archive->inflater, file);
    return archive;
}

void archive_close(struct archive *archive)
{
    inflater_end(&archive->inflater);
    fclose(archive->file);
    free(archive->path);
    free(archive);
}

static bool is_names(const char *name)
{
    return strcmp(name, NAMES) == 0;
}

/* After one that is damaged, whatever looks like the start of another is tried. */
static const char *archive_member(struct archive *archive, int copy, char name[NAME_SIZE],
                                  bool *ended)
{
    off_t start = inflater_at(&archive->inflater);
    const char *problem = inflater_next(&archive->inflater, copy, name);
    text_clean(name);
    if (problem) {
        start = find_bytes(fileno(archive->file), start + 1, member_start, sizeof(member_start));
        *ended = start < 0 || !inflater_seek(&archive->inflater, start);
    }
    return problem;
}

/* The next member, as a file, and its name. -1 at the end, and where something is wrong. */
static int archive_unpack(struct archive *archive, char name[NAME_SIZE], bool *ended,
                          char error[ERROR_SIZE])
{
    error[0] = '\0';
    memset(name, 0, NAME_SIZE); /* zlib ends no name that is too long, or breaks off */
    *ended = !inflater_fill(&archive->inflater);
    if (*ended)
        return -1;
    int copy = memfd_create("recording", MFD_CLOEXEC);
    if (copy < 0) {
        *ended = true;
        archive_fail(error, archive->path, strerror(errno));
        return -1;
    }
    const char *problem = archive_member(archive, copy, name, ended);
    bool told = archive->lost || is_names(name); /* by archive_names() */
    archive->lost = problem;
    if (!problem)
        return copy;
    close(copy);
    if (!told)
        archive_fail(error, archive->path, problem);
    return -1;
}

struct recording *archive_next(struct archive *archive, bool *ended, char error[ERROR_SIZE])
{
    char name[NAME_SIZE], full[ERROR_SIZE / 2];
    int copy = archive_unpack(archive, name, ended, error);
    while (copy >= 0 && is_names(name)) {
        close(copy);
        copy = archive_unpack(archive, name, ended, error);
    }
    if (copy < 0)
        return NULL;
    if (strcmp(name, path_last(archive->path)) == 0) /* it was packed where it lay */
        snprintf(full, sizeof(full), "%s", archive->path);
    else
        snprintf(full, sizeof(full), "%.150s(%.90s)", archive->path, name);
    return recording_open_copy(copy, full, error);
}

void recordings_each(const char *path, void (*each)(struct recording *recording, void *context),
                     void (*fail)(const char *error, void *context), void *context)
{
    char error[ERROR_SIZE];
    bool packed = archive_is(path), ended = false;
    struct archive *archive = packed ? archive_open(path, error) : NULL;
    if (packed && !archive) {
        if (fail)
            fail(error, context);
        return;
    }
    for (size_t read = 0; !ended; read++) {
        if (packed)
            progress("unpacking recordings", read, 0);
        struct recording *recording =
            packed ? archive_next(archive, &ended, error) : recording_open(path, error);
        ended |= !packed;
        if (recording) {
            each(recording, context);
            recording_close(recording);
        } else if (*error && fail) {
            fail(error, context);
        }
    }
    if (packed)
        archive_close(archive);
}

/* ---- names ---- */

/* Where such a member begins, from there on; -1: none does. No other needs to be unpacked. */
static off_t find_names(int file, off_t from)
{
    unsigned char start[sizeof(member_start)];
    while ((from = find_bytes(file, from, NAMES, sizeof(NAMES))) >= 0) {
        off_t at = from++ - MEMBER_NAME;
        if (at >= 0 && pread(file, start, sizeof(start), at) == sizeof(start) &&
            memcmp(start, member_start, sizeof(start)) == 0)
            return at;
    }
    return -1;
}

/* All that is in a file; the caller frees it. */
static char *read_text(int file, size_t *size)
{
    off_t end = lseek(file, 0, SEEK_END);
    if (end < 0 || end > MOST_NAMES)
        return NULL;
    char *text = memory_new((size_t)end + 1, 1);
    *size = (size_t)end;
    if (pread(file, text, *size, 0) == end)
        return text;
    free(text);
    return NULL;
}

static char *archive_text(struct archive *archive, off_t at, size_t *size)
{
    char name[NAME_SIZE] = "", *text = NULL;
    int copy = memfd_create("names", MFD_CLOEXEC);
    if (copy >= 0 && inflater_seek(&archive->inflater, at) &&
        !inflater_next(&archive->inflater, copy, name))
        text = read_text(copy, size);
    close(copy);
    return text;
}

void archive_names(const char *path,
                   void (*each)(const char *path, const char *text, size_t size, void *context),
                   void (*fail)(const char *error, void *context), void *context)
{
    char error[ERROR_SIZE];
    size_t size;
    struct archive *archive = archive_is(path) ? archive_open(path, error) : NULL;
    off_t at = archive ? find_names(fileno(archive->file), 0) : -1;
    for (; at >= 0; at = find_names(fileno(archive->file), at + MEMBER_NAME + 1)) {
        char *text = archive_text(archive, at, &size);
        if (text) {
            each(path, text, size, context);
        } else {
            archive_fail(error, path, "its names are damaged: they can't be unpacked");
            fail(error, context);
        }
        free(text);
    }
    if (archive)
        archive_close(archive);
}

/* ---- what is added ---- */

struct packing {
    FILE *to;
    z_stream stream;
    unsigned char packed[BUFFER_SIZE];
};

static bool fail_to_write(char error[ERROR_SIZE])
{
    return archive_fail(error, "the archive could not be written", strerror(errno));
}

static bool archive_pack(struct packing *packing, void *bytes, size_t size, int flush)
{
    z_stream *stream = &packing->stream;
    stream->next_in = bytes;
    stream->avail_in = (unsigned)size;
    do {
        stream->next_out = packing->packed;
        stream->avail_out = sizeof(packing->packed);
        deflate(stream, flush);
        size_t made = sizeof(packing->packed) - stream->avail_out;
        if (fwrite(packing->packed, 1, made, packing->to) != made)
            return false;
    } while (stream->avail_out == 0);
    return true;
}

/* The copy of a running process's recording is of now, whenever it will be looked at. */
static void header_stamp(struct tlk_header *header)
{
    if (header->end != TLK_RUNNING || header->end_mono > 0 ||
        !proc_alive(header->pid, header->start_ticks))
        return;
    header->end_mono = clock_now(CLOCK_MONOTONIC);
    header->end_real = clock_now(CLOCK_REALTIME);
    header->end_boot = clock_now(CLOCK_BOOTTIME);
}

/* Where the last page in use ends: a file holds more, allocated ahead. */
static off_t end_of_use(const struct tlk_header *header)
{
    uint64_t end = TLK_PAGE;
    for (size_t id = 0; id < TLK_REGIONS; id++) {
        const struct tlk_region *region = &header->regions[id];
        for (uint32_t i = 0; i < region->segments && i < TLK_SEGMENTS; i++) {
            uint64_t used = (uint64_t)tlk_segment_used(region, i) * region->stride;
            uint64_t pages = region->pages[i] + (used + TLK_PAGE - 1) / TLK_PAGE;
            if (pages * TLK_PAGE > end)
                end = pages * TLK_PAGE;
        }
    }
    return (off_t)end;
}

static bool pack_pages(struct packing *packing, int file, const char *path, char error[ERROR_SIZE])
{
    _Alignas(8) unsigned char page[TLK_PAGE];
    off_t end = TLK_PAGE;
    for (off_t at = 0; at < end; at += TLK_PAGE) {
        ssize_t got = pread(file, page, sizeof(page), at);
        if (got != (ssize_t)sizeof(page))
            return archive_fail(error, path,
                                got < 0 ? strerror(errno) : "cut short while it was read");
        if (at == 0) {
            struct tlk_header *header = (void *)page;
            header_stamp(header);
            end = end_of_use(header);
        }
        if (!archive_pack(packing, page, sizeof(page), at + TLK_PAGE < end ? Z_NO_FLUSH : Z_FINISH))
            return fail_to_write(error);
    }
    return true;
}

static bool packing_begin(struct packing *packing, FILE *to, gz_header *header)
{
    *packing = (struct packing){.to = to};
    if (deflateInit2(&packing->stream, Z_BEST_SPEED, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return false;
    deflateSetHeader(&packing->stream, header);
    return true;
}

static bool archive_add_recording(FILE *to, const char *path, char error[ERROR_SIZE])
{
    struct packing packing;
    gz_header header = {.name = (Bytef *)(uintptr_t)path_last(path), .os = 3};
    const char *why;
    struct recording *checked = recording_open(path, error);
    if (!checked)
        return false;
    recording_close(checked);
    int file = named_open(path, NULL, &why);
    if (file < 0)
        return archive_fail(error, path, why);
    if (!packing_begin(&packing, to, &header)) {
        close(file);
        return archive_fail(error, path, "zlib could not be started");
    }
    bool packed = pack_pages(&packing, file, path, error);
    deflateEnd(&packing.stream);
    close(file);
    return packed;
}

bool archive_add_names(FILE *to, const char *text, size_t size, char error[ERROR_SIZE])
{
    struct packing packing;
    gz_header header = {.name = (Bytef *)(uintptr_t)NAMES, .os = 3};
    if ((off_t)size > MOST_NAMES || !packing_begin(&packing, to, &header))
        return archive_fail(error, "the names", "they are too many for an archive");
    bool packed = archive_pack(&packing, (void *)(uintptr_t)text, size, Z_FINISH);
    deflateEnd(&packing.stream);
    return packed || fail_to_write(error);
}

static bool copy_range(FILE *to, int from, off_t start, off_t end)
{
    char bytes[BUFFER_SIZE];
    while (start < end) {
        size_t left = (size_t)(end - start);
        ssize_t got = pread(from, bytes, left < sizeof(bytes) ? left : sizeof(bytes), start);
        if (got <= 0 || fwrite(bytes, 1, (size_t)got, to) != (size_t)got)
            return false;
        start += got;
    }
    return true;
}

/* A recording as it is, packed already; one that this version can't read may be another's. */
static bool archive_copy(FILE *to, struct archive *archive, bool *ended, size_t *readable,
                         char error[ERROR_SIZE])
{
    char name[NAME_SIZE], why[ERROR_SIZE];
    off_t start = inflater_at(&archive->inflater);
    int copy = archive_unpack(archive, name, ended, error);
    if (copy < 0 && archive->lost && !is_names(name) && !*error) /* behind names that are, too */
        return archive_fail(error, archive->path, "it is damaged");
    if (copy < 0)
        return !*error;
    if (is_names(name))
        return close(copy) == 0;
    struct recording *recording = recording_open_copy(copy, archive->path, why);
    if (recording) {
        recording_close(recording);
        ++*readable;
    }
    return copy_range(to, fileno(archive->file), start, inflater_at(&archive->inflater)) ||
           fail_to_write(error);
}

/* Of one that is damaged, nobody could tell what is lost: it is not taken. */
static bool archive_add_packed(FILE *to, const char *path, char error[ERROR_SIZE])
{
    bool ended = false, fine = true;
    size_t readable = 0;
    struct archive *archive = archive_open(path, error);
    if (!archive)
        return false;
    while (fine && !ended)
        fine = archive_copy(to, archive, &ended, &readable, error);
    if (fine && readable == 0)
        fine = archive_fail(error, path, "there is no recording in it");
    archive_close(archive);
    return fine;
}

bool archive_add(FILE *to, const char *path, char error[ERROR_SIZE])
{
    return archive_is(path) ? archive_add_packed(to, path, error)
                            : archive_add_recording(to, path, error);
}
