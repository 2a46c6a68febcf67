#include "exports/pprof_messages.h"

#include "base/index.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* Profiles repeat themselves: more effort makes them little smaller, and takes far longer. */
#define FASTEST "wb1"

struct pprof_messages {
    gzFile to;
    int error; /* errno of what could not be written, 0: none */
    const char **strings;
    size_t string_count, string_room;
    struct index index;
    uint8_t *buffer;
    size_t size;
};

struct pprof_messages *pprof_messages_new(FILE *to)
{
    struct pprof_messages *messages = memory_new(1, sizeof(*messages));
    int file = fflush(to) == 0 ? dup(fileno(to)) : -1;
    messages->to = file >= 0 ? gzdopen(file, FASTEST) : NULL;
    if (!messages->to) {
        messages->error = errno ? errno : ENOMEM;
        if (file >= 0)
            close(file);
    }
    /* As the format demands, the first string of the table is empty. */
    pprof_messages_string(messages, "");
    return messages;
}

static bool same_string(const void *key, const void *array, uint32_t number)
{
    return ((const char *const *)array)[number] == key;
}

int64_t pprof_messages_string(struct pprof_messages *messages, const char *text)
{
    uint64_t hash = hash_key(&text, sizeof(text));
    uint32_t known = index_find(&messages->index, hash, text, messages->strings, same_string);
    if (known != INDEX_NONE)
        return known;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    part.n_string_table = 1;
    part.string_table = (char *[]){(char *)text};
    pprof_messages_write(messages, &part);
    index_add(&messages->index, hash, (uint32_t)messages->string_count);
    messages->strings = memory_grow(messages->strings, messages->string_count,
                                    &messages->string_room, sizeof(*messages->strings));
    messages->strings[messages->string_count++] = text;
    return (int64_t)messages->string_count - 1;
}

void pprof_messages_write(struct pprof_messages *messages, const Pprof__Profile *part)
{
    size_t size = pprof__profile__get_packed_size(part);
    if (size > messages->size) {
        messages->buffer = memory_resize(messages->buffer, size, 1);
        messages->size = size;
    }
    pprof__profile__pack(part, messages->buffer);
    if (messages->error == 0 && gzwrite(messages->to, messages->buffer, (unsigned)size) == 0)
        messages->error = errno ? errno : EIO;
}

bool pprof_messages_end(struct pprof_messages *messages)
{
    int error = messages->error;
    errno = 0;
    if (messages->to && gzclose(messages->to) != Z_OK && error == 0)
        error = errno ? errno : EIO;
    index_free(&messages->index);
    free(messages->strings);
    free(messages->buffer);
    free(messages);
    errno = error;
    return error == 0;
}
