/* merge.c - the command `timerleak merge`: many recordings in one file. */
#include "commands/commands.h"
#include "commands/files.h"

#include "base/memory.h"
#include "base/text.h"
#include "recording/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct merging {
    FILE *to;
    size_t added;
    int status;
};

static void add(const char *path, void *context)
{
    struct merging *merging = context;
    char error[RECORDING_ERROR_SIZE];
    long start = ftell(merging->to);
    if (archive_add(merging->to, path, error)) {
        merging->added++;
        return;
    }
    fprintf(stderr, "timerleak: %s\n", error);
    merging->status = EXIT_UNREADABLE;
    /* What was half written is no part of it; on a full disk nothing will follow. */
    if (fflush(merging->to) != 0 || ftruncate(fileno(merging->to), start) != 0 ||
        fseek(merging->to, start, SEEK_SET) != 0)
        fprintf(stderr, "timerleak: %s\n", strerror(errno));
}

/* Under another name until it is complete: the output may be one of the inputs. */
static char *partial_name(const char *path)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    char *name = memory_new(1, size);
    snprintf(name, size, "%s.XXXXXX", path);
    return name;
}

static int finish(struct merging *merging, const char *partial, const char *output)
{
    bool written = !ferror(merging->to);
    written &= fclose(merging->to) == 0;
    if (merging->added == 0) {
        unlink(partial);
        return EXIT_UNREADABLE;
    }
    if (!written || rename(partial, output) != 0) {
        fprintf(stderr, "timerleak: %s: %s\n", output, strerror(errno));
        unlink(partial);
        return EXIT_UNREADABLE;
    }
    printf("%s: %s\n", output, text_plural(merging->added, "file", "files").s);
    return merging->status;
}

static int merge(int count, char **paths, const char *output)
{
    struct merging merging = {.status = EXIT_OK};
    char *partial = partial_name(output);
    int file = mkostemp(partial, O_CLOEXEC);
    merging.to = file >= 0 ? fdopen(file, "w") : NULL;
    if (!merging.to) {
        fprintf(stderr, "timerleak: %s: %s\n", output, strerror(errno));
        free(partial);
        return EXIT_UNREADABLE;
    }
    for (int i = 0; i < count; i++) {
        if (!files_each(paths[i], add, &merging))
            merging.status = EXIT_UNREADABLE;
    }
    int status = finish(&merging, partial, output);
    free(partial);
    return status;
}

int command_merge(int argc, char **argv)
{
    struct settings settings;
    settings_init(&settings);
    int count = options_parse(argc, argv, MERGE_OPTIONS, &settings);
    if (count < 0)
        return EXIT_USAGE;
    if (count == 0 || !settings.output) {
        fprintf(stderr, "timerleak: merge needs a name and recordings: "
                        "timerleak merge -o OUT FILE...\n");
        return EXIT_USAGE;
    }
    return merge(count, argv + 1, settings.output);
}
