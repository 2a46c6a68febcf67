#include "recording/archive.h"

#include "base/clock.h"
#include "base/memory.h"
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
/* The header, and all regions full: what is larger is no recording. */
#define MOST_CHUNKS (1 + (off_t)TLK_REGIONS * TLK_REGION_CHUNKS)

/* ---- files of several gzip members, unpacked one by one ---- */

struct inflater {
    FILE *file; /* the caller's */
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
    }
    return stream->avail_in > 0;
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
static const char *inflater_next(struct inflater *inflater, int to, char *name, size_t name_size)
{
    static unsigned char chunk[TLK_CHUNK];
    z_stream *stream = &inflater->stream;
    gz_header header = {.name = (Bytef *)name, .name_max = (uInt)name_size - 1};
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
        if (size > MOST_CHUNKS * (off_t)TLK_CHUNK)
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

struct recording *archive_next(struct archive *archive, bool *ended, char error[ERROR_SIZE])
{
    char name[NAME_SIZE] = "", full[ERROR_SIZE / 2];
    error[0] = '\0';
    *ended = !inflater_fill(&archive->inflater);
    if (*ended)
        return NULL;
    int copy = memfd_create("recording", MFD_CLOEXEC);
    if (copy < 0) {
        *ended = true;
        archive_fail(error, archive->path, strerror(errno));
        return NULL;
    }
    const char *problem = inflater_next(&archive->inflater, copy, name, sizeof(name));
    text_clean(name);
    if (problem) {
        close(copy);
        *ended = true;
        archive_fail(error, archive->path, problem);
        return NULL;
    }
    snprintf(full, sizeof(full), "%.150s(%.90s)", archive->path, name);
    return recording_open_copy(copy, full, error);
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

/* Chunks that are in use: a file holds more, allocated ahead. */
static uint32_t chunks_of(const struct tlk_header *header)
{
    uint32_t count = 1;
    for (size_t id = 0; id < TLK_REGIONS; id++) {
        const struct tlk_region *region = &header->regions[id];
        for (uint32_t i = 0; i < region->chunks && i < TLK_REGION_CHUNKS; i++) {
            if (region->directory[i] >= count)
                count = region->directory[i] + 1;
        }
    }
    return count;
}

static bool pack_chunks(struct packing *packing, int file, const char *path, char error[ERROR_SIZE])
{
    _Alignas(8) unsigned char chunk[TLK_CHUNK];
    uint32_t count = 1;
    for (uint32_t i = 0; i < count; i++) {
        ssize_t got = pread(file, chunk, sizeof(chunk), (off_t)i * TLK_CHUNK);
        if (got != (ssize_t)sizeof(chunk))
            return archive_fail(error, path,
                                got < 0 ? strerror(errno) : "cut short while it was read");
        if (i == 0) {
            struct tlk_header *header = (void *)chunk;
            header_stamp(header);
            count = chunks_of(header);
        }
        if (!archive_pack(packing, chunk, sizeof(chunk), i + 1 < count ? Z_NO_FLUSH : Z_FINISH))
            return fail_to_write(error);
    }
    return true;
}

static bool archive_add_recording(FILE *to, const char *path, char error[ERROR_SIZE])
{
    struct packing packing = {.to = to};
    gz_header header = {.name = (Bytef *)(uintptr_t)path_last(path), .os = 3};
    const char *why;
    struct recording *checked = recording_open(path, error);
    if (!checked)
        return false;
    recording_close(checked);
    int file = named_open(path, NULL, &why);
    if (file < 0)
        return archive_fail(error, path, why);
    if (deflateInit2(&packing.stream, Z_BEST_SPEED, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        close(file);
        return archive_fail(error, path, "zlib could not be started");
    }
    deflateSetHeader(&packing.stream, &header);
    bool packed = pack_chunks(&packing, file, path, error);
    deflateEnd(&packing.stream);
    close(file);
    return packed;
}

/* Behind one that is cut short, or has something else at its end, no other could be read. */
static bool check_archive(const char *path, char error[ERROR_SIZE])
{
    bool ended = false;
    struct archive *archive = archive_open(path, error);
    if (!archive)
        return false;
    while (!ended) {
        struct recording *recording = archive_next(archive, &ended, error);
        if (recording)
            recording_close(recording);
    }
    archive_close(archive);
    return !*error;
}

/* As it is: its recordings are packed already. */
static bool archive_add_packed(FILE *to, const char *path, char error[ERROR_SIZE])
{
    char bytes[BUFFER_SIZE];
    size_t got;
    const char *why;
    if (!check_archive(path, error))
        return false;
    int file = named_open(path, NULL, &why);
    FILE *from = file < 0 ? NULL : fdopen(file, "r");
    if (!from)
        return archive_fail(error, path, file < 0 ? why : strerror(errno));
    bool copied = true;
    while (copied && (got = fread(bytes, 1, sizeof(bytes), from)) > 0)
        copied = fwrite(bytes, 1, got, to) == got;
    if (!copied)
        fail_to_write(error);
    else if (ferror(from))
        copied = archive_fail(error, path, strerror(errno));
    fclose(from);
    return copied;
}

bool archive_add(FILE *to, const char *path, char error[ERROR_SIZE])
{
    return archive_is(path) ? archive_add_packed(to, path, error)
                            : archive_add_recording(to, path, error);
}
