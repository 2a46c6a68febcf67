#include "profile/repository.h"

#include "profile/stacks.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void cut_slashes(char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        path[--length] = '\0';
}

/* The root as it was named, or the shell names it: compilers note such names, links and all. */
static char *named_root(const char *root, const char *real)
{
    const char *name = root ? root : getenv("PWD");
    char *same = name && *name == '/' ? realpath(name, NULL) : NULL;
    char *kept = same && real && strcmp(same, real) == 0 ? memory_copy(name) : NULL;
    free(same);
    return kept;
}

bool repository_open(struct repository *repository, const char *root)
{
    const char *path = root ? root : ".";
    *repository = (struct repository){.directory = open(path, O_DIRECTORY | O_CLOEXEC | O_PATH)};
    if (repository->directory < 0)
        return false;
    repository->roots[0] = realpath(path, NULL);
    repository->roots[1] = named_root(root, repository->roots[0]);
    for (size_t i = 0; i < 2; i++) {
        if (repository->roots[i])
            cut_slashes(repository->roots[i]);
    }
    return true;
}

void repository_close(struct repository *repository)
{
    free(repository->roots[0]);
    free(repository->roots[1]);
    close(repository->directory);
}

static const char *path_inside(const char *path, const char *root)
{
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static bool is_in_repository(const struct repository *repository, const char *path)
{
    return path && *path != '/' && strncmp(path, "../", 3) != 0 &&
           faccessat(repository->directory, path, F_OK, 0) == 0;
}

const char *repository_path(const struct repository *repository, const struct stack_frame *frame)
{
    if (!frame->file)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const char *path =
            repository->roots[i] ? path_inside(frame->file, repository->roots[i]) : NULL;
        if (path)
            return path;
    }
    if (is_in_repository(repository, frame->file))
        return frame->file;
    return is_in_repository(repository, frame->short_file) ? frame->short_file : NULL;
}

static struct spot spot_at(const struct stack_frame *frame, const char *path, bool inside)
{
    return (struct spot){path, frame->line > 0 ? frame->line : 1, inside, frame};
}

static struct spot spot_outside(const struct stack_frame *stack, size_t depth,
                                const struct process *process)
{
    for (size_t i = 1; i < depth; i++) {
        if (stack[i].file)
            return spot_at(&stack[i], stack[i].file, false);
    }
    const struct stack_frame *frame = &stack[depth > 1 ? 1 : 0];
    const char *program = *process->exe ? process->exe : "unknown";
    return (struct spot){frame->module ? frame->module->path : program, 1, false, frame};
}

struct spot repository_spot(const struct repository *repository, struct profile *profile,
                            struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    /* From the headline on: what is below it others share. */
    for (size_t i = 0; i < depth; i++) {
        size_t at = (site->headline + i) % depth;
        const char *path = repository_path(repository, &stack[at]);
        if (path)
            return spot_at(&stack[at], path, true);
    }
    return spot_outside(stack, depth, site->process);
}
