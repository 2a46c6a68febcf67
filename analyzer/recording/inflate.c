#include "recording/inflate.h"

#include "recording.h"

#include <string.h>
#include <unistd.h>

#define GZIP_ONLY (MAX_WBITS + 16)
/* The header, and all regions full: what is larger is no recording. */
#define MOST_CHUNKS (1 + (off_t)TLK_REGIONS * TLK_REGION_CHUNKS)

void inflater_init(struct inflater *inflater, FILE *file)
{
    inflater->file = file;
    inflater->started = inflateInit2(&inflater->stream, GZIP_ONLY) == Z_OK;
}

void inflater_end(struct inflater *inflater)
{
    if (inflater->started)
        inflateEnd(&inflater->stream);
}

/* False at the end of the file. */
static bool fill_input(struct inflater *inflater)
{
    z_stream *stream = &inflater->stream;
    if (stream->avail_in == 0) {
        stream->next_in = inflater->input;
        stream->avail_in =
            (unsigned)fread(inflater->input, 1, sizeof(inflater->input), inflater->file);
    }
    return stream->avail_in > 0;
}

bool inflater_more(struct inflater *inflater)
{
    return fill_input(inflater);
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return size > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool put_chunk(int to, const unsigned char *bytes, size_t size, off_t at)
{
    return is_zero(bytes, size) || pwrite(to, bytes, size, at) == (ssize_t)size;
}

const char *inflater_next(struct inflater *inflater, int to, char *name, size_t name_size)
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
        while (status == Z_OK && stream->avail_out > 0 && fill_input(inflater))
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
