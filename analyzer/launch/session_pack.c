#include "launch/session_pack.h"

#include "base/errors.h"
#include "base/replace.h"
#include "base/text.h"
#include "profile/embedding.h"
#include "recording/archive.h"
#include "recording/perfmaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void note(struct recording *recording, void *context)
{
    embedding_note(context, recording);
}

/* Without a timer, most are removed. Nor is a link followed, which somebody may have put there. */
static bool is_there(const struct session_recording *made)
{
    struct stat status;
    return lstat(made->path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_packed(const struct session_recording *made)
{
    return is_there(made) && made->idle && !made->running;
}

static bool pack_into(struct replacement *file, const char *path, const char *text, size_t size,
                      char error[ERROR_SIZE])
{
    if (!archive_add(file->to, path, error) || !archive_add_names(file->to, text, size, error)) {
        replace_abandon(file);
        return false;
    }
    return replace_end(file) || error_set(error, "%s", strerror(errno));
}

static void pack(const char *path, const char *text, size_t size)
{
    char error[ERROR_SIZE];
    struct replacement file;
    if (!replace_begin(&file, path, REPLACE_PRIVATE)) {
        error_set(error, "%s", strerror(errno));
    } else if (pack_into(&file, path, text, size, error)) {
        perfmaps_remove(path); /* it names nothing more */
        return;
    }
    complain("%s stays as it was, and names nothing elsewhere: %s", path, error);
}

void session_pack(const struct session *session)
{
    struct embedding embedding;
    size_t size, left = 0;
    embedding_begin(&embedding);
    for (size_t i = 0; i < session->count; i++) {
        if (is_packed(&session->recordings[i]))
            recordings_each(session->recordings[i].path, note, NULL, &embedding);
    }
    embedding_ask(&embedding);
    char *text = embedding_text(&embedding, &size);
    for (size_t i = 0; i < session->count; i++) {
        const struct session_recording *made = &session->recordings[i];
        if (is_packed(made))
            pack(made->path, text, size);
        else
            left += is_there(made);
    }
    if (left > 0)
        complain("%s still being recorded, and names nothing elsewhere: timerleak merge -o OUT "
                 "FILE... does later what --portable asks for",
                 text_plural(left, "process is", "processes are").s);
    free(text);
    embedding_end(&embedding);
}
