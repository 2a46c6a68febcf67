/* merge.c - the command `timerleak merge`: many recordings in one file. */
#include "cli/arguments.h"
#include "cli/files.h"
#include "cli/names.h"
#include "commands/commands.h"

#include "base/errors.h"
#include "base/progress.h"
#include "base/replace.h"
#include "base/text.h"
#include "profile/embedding.h"
#include "recording/ahead.h"
#include "recording/archive.h"
#include "symbols/roots.h"
#include "views/keeping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct merging {
    struct replacement output; /* which may be one of the inputs */
    struct embedding embedding;
    struct ahead ahead;
    size_t added;
    int status;
    bool broken; /* the output, which is told */
};

/* What was half written is no part of it. */
static bool merge_take_back(FILE *to, long start)
{
    bool done = fflush(to) == 0 && (ftell(to) == start || (ftruncate(fileno(to), start) == 0 &&
                                                           fseek(to, start, SEEK_SET) == 0));
    if (!done)
        complain("the archive could not be written: %s", strerror(errno));
    return done;
}

static void merge_note(struct recording *recording, void *context)
{
    struct merging *merging = context;
    embedding_note(&merging->embedding, recording);
}

static void merge_added(struct merging *merging, const char *path)
{
    merging->added++;
    names_read(path, merging->embedding.profile->symbols);
    recordings_each(path, merge_note, NULL, merging);
}

/* What was written of it since is taken back. */
static void merge_refuse(struct merging *merging, const char *error, long start)
{
    FILE *to = merging->output.to;
    complain("%s", error);
    merging->status = EXIT_UNREADABLE;
    merging->broken = ferror(to) || !merge_take_back(to, start);
}

/* What was packed ahead is freed, wanted or not. */
static void merge_take(struct merging *merging)
{
    FILE *to = merging->output.to;
    struct ahead_piece *piece = ahead_take(&merging->ahead);
    long start = ftell(to);
    progress("merging recordings", merging->added, 0);
    if (piece->fine && fwrite(piece->bytes, 1, piece->size, to) != piece->size)
        piece->fine =
            error_set(piece->error, "the archive could not be written: %s", strerror(errno));
    if (piece->fine)
        merge_added(merging, piece->path);
    else if (!merging->broken)
        merge_refuse(merging, piece->error, start);
    ahead_free(piece);
}

static void merge_take_all(struct merging *merging)
{
    while (merging->ahead.count > 0)
        merge_take(merging);
}

static void merge_add(const char *path, void *context)
{
    struct merging *merging = context;
    FILE *to = merging->output.to;
    char error[ERROR_SIZE];
    bool ahead = !merging->broken && ahead_takes(path);
    if (ahead && ahead_is_full(&merging->ahead))
        merge_take(merging);
    if (ahead) {
        ahead_give(&merging->ahead, path);
        return;
    }
    merge_take_all(merging);
    if (merging->broken)
        return;
    progress("merging recordings", merging->added, 0);
    long start = ftell(to);
    if (archive_add(to, path, error))
        merge_added(merging, path);
    else
        merge_refuse(merging, error, start);
}

static int merge_fail(const char *output)
{
    complain("%s: %s", output, strerror(errno));
    return EXIT_UNREADABLE;
}

/* The recordings are all there before any name is looked for, which may take long. */
static void merge_name(struct merging *merging, const struct settings *settings)
{
    char error[ERROR_SIZE];
    size_t size;
    struct profile *profile = merging->embedding.profile;
    const struct source_paths paths = {settings->source_path, settings->trim_path,
                                       symbols_portable(profile->symbols)};
    embedding_ask(&merging->embedding);
    if (settings->with_source)
        sources_keep(profile, &paths);
    char *text = embedding_text(&merging->embedding, &size);
    merging->broken = !archive_add_names(merging->output.to, text, size, error);
    if (merging->broken)
        complain("%s", error);
    free(text);
}

static int merge_finish(struct merging *merging, const struct settings *settings)
{
    if (merging->added > 0 && !merging->broken)
        merge_name(merging, settings);
    progress_end();
    embedding_end(&merging->embedding);
    if (merging->added == 0 || merging->broken) {
        replace_abandon(&merging->output);
        return EXIT_UNREADABLE;
    }
    if (!replace_end(&merging->output))
        return merge_fail(settings->output);
    char *word = text_shell_word(settings->output);
    printf("%s: %s\n", word, text_plural(merging->added, "file", "files").s);
    free(word);
    return merging->status;
}

/* As private as the recordings are. */
static int merge_run(const char *const paths[], size_t count, const struct settings *settings)
{
    const char *output = settings->output;
    struct merging merging = {.status = EXIT_OK};
    if (!replace_begin(&merging.output, output, REPLACE_PRIVATE))
        return merge_fail(output);
    progress_begin();
    embedding_begin(&merging.embedding);
    ahead_begin(&merging.ahead);
    if (!files_each(paths, count, merge_add, &merging))
        merging.status = EXIT_UNREADABLE;
    merge_take_all(&merging);
    return merge_finish(&merging, settings);
}

/* "-o *.tlk" would cost the first of these recordings. An archive may be made anew. */
static bool merge_spares(const char *output)
{
    char error[ERROR_SIZE];
    bool portable = files_is_recording(output) && archive_is(output);
    struct recording *recording = portable ? NULL : recording_open(output, error);
    if (!recording && !portable)
        return true;
    if (recording)
        recording_close(recording);
    complain("-o %s: that is a recording; -o is followed by the archive's name", output);
    return false;
}

int command_merge(const struct command *command, int argc, char **argv)
{
    struct settings settings;
    settings_init(&settings);
    int count = arguments_parse(argc, argv, command->options, &settings);
    if (count < 0)
        return EXIT_USAGE;
    if (count == 0 || !settings.output) {
        complain("merge needs a name and recordings: "
                 "timerleak merge -o OUT FILE...");
        return EXIT_USAGE;
    }
    roots_set_symfs(settings.symfs);
    if (!merge_spares(settings.output))
        return EXIT_USAGE;
    return merge_run((const char *const *)&argv[1], (size_t)count, &settings);
}
