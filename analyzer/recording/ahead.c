#include "recording/ahead.h"

#include "base/memory.h"
#include "recording/archive.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Others are packed into the archive itself, in their turn. */
#define MOST_BYTES ((off_t)16 << 20)

void ahead_begin(struct ahead *ahead)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *ahead = (struct ahead){.room = processors > AHEAD_MOST ? AHEAD_MOST
                                    : processors > 1        ? (size_t)processors
                                                            : 1};
}

bool ahead_takes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MOST_BYTES &&
           !archive_is(path);
}

static void *piece_pack(void *context)
{
    struct ahead_piece *piece = context;
    FILE *to = memory_stream(&piece->bytes, &piece->size);
    piece->fine = archive_add(to, piece->path, piece->error);
    fclose(to);
    return NULL;
}

void ahead_give(struct ahead *ahead, const char *path)
{
    struct ahead_piece *piece = &ahead->pieces[(ahead->first + ahead->count++) % ahead->room];
    *piece = (struct ahead_piece){.path = memory_copy(path)};
    piece->threaded = pthread_create(&piece->thread, NULL, piece_pack, piece) == 0;
    if (!piece->threaded)
        piece_pack(piece);
}

struct ahead_piece *ahead_take(struct ahead *ahead)
{
    if (ahead->count == 0)
        return NULL;
    struct ahead_piece *piece = &ahead->pieces[ahead->first];
    if (piece->threaded)
        pthread_join(piece->thread, NULL);
    ahead->first = (ahead->first + 1) % ahead->room;
    ahead->count--;
    return piece;
}

void ahead_free(struct ahead_piece *piece)
{
    free(piece->path);
    free(piece->bytes);
}
