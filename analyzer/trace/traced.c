#include "trace/traced.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/paths.h"
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MOST 256

/* ---- who it is, as far as /proc still tells ---- */

static char *exe_read(pid_t pid)
{
    static const char deleted[] = " (deleted)";
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    size_t kept = (size_t)length - (sizeof(deleted) - 1);
    if ((size_t)length > sizeof(deleted) - 1 && strcmp(path + kept, deleted) == 0)
        path[kept] = '\0';
    return memory_copy(path);
}

static void arguments_set(struct traced *traced, const char *text, size_t size)
{
    free(traced->arguments);
    traced->arguments = memory_new(1, size + 1);
    memcpy(traced->arguments, text, size);
    traced->arguments_size = size;
}

static void arguments_read(struct traced *traced)
{
    char path[64], text[TRACE_ARGUMENTS];
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)traced->pid);
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(text, 1, sizeof(text), file) : 0;
    if (file)
        fclose(file);
    arguments_set(traced, text, size);
}

/* NULL-terminated. */
static void arguments_list(const struct traced *traced, const char *list[ARGUMENTS_MOST + 1])
{
    size_t count = 0;
    for (size_t at = 0; at < traced->arguments_size && count < ARGUMENTS_MOST;
         at += strlen(traced->arguments + at) + 1)
        list[count++] = traced->arguments + at;
    list[count] = NULL;
}

static void limits_read(pid_t pid, struct ledger_process *process)
{
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0) {
        process->nofile_soft = limit.rlim_cur;
        process->nofile_hard = limit.rlim_max;
    }
    if (prlimit(pid, RLIMIT_SIGPENDING, NULL, &limit) == 0) {
        process->sigpending_soft = limit.rlim_cur;
        process->sigpending_hard = limit.rlim_max;
    }
}

static struct ledger *ledger_make(const struct traced *traced, const struct traced_run *run)
{
    const char *arguments[ARGUMENTS_MOST + 1];
    struct ledger_process process = {
        .pid = traced->pid,
        .parent = traced->parent,
        .start_ticks = traced->start_ticks,
        .start_mono = traced->since,
        .start_real = traced->since + run->to_real,
        .start_boot = traced->since + run->to_boot,
        .exe = traced->exe,
        .arguments = arguments,
        .nofile_soft = UINT64_MAX,
        .nofile_hard = UINT64_MAX,
        .sigpending_soft = UINT64_MAX,
        .sigpending_hard = UINT64_MAX,
        .session = run->session,
        .forked = traced->forked,
    };
    arguments_list(traced, arguments);
    limits_read(traced->pid, &process);
    return ledger_new(&process);
}

/* ---- its life ---- */

struct traced *traced_new(pid_t pid, uint64_t now)
{
    struct traced *traced = memory_new(1, sizeof(*traced));
    traced->pid = pid;
    traced->since = now;
    traced->exe = exe_read(pid);
    if (!traced->exe)
        traced->exe = memory_copy("");
    arguments_read(traced);
    traced->parent = proc_parent(pid);
    proc_start(pid, &traced->start_ticks);
    return traced;
}

static void image_forget(struct traced *traced)
{
    if (traced->go)
        golang_timers_free(traced->go);
    free(traced->frames);
    traced->go = NULL;
    traced->frames = NULL;
    if (traced->unwinder)
        unwinder_free(traced->unwinder);
    traced->unwinder = NULL;
}

void traced_free(struct traced *traced)
{
    if (!traced)
        return;
    image_forget(traced);
    if (traced->map)
        memory_map_free(traced->map);
    if (traced->ledger)
        ledger_free(traced->ledger);
    traced_exec_settled(traced);
    free(traced->exe);
    free(traced->arguments);
    free(traced->path);
    free(traced);
}

struct ledger *traced_ledger(struct traced *traced, const struct traced_run *run)
{
    if (!traced->ledger)
        traced->ledger = ledger_make(traced, run);
    return traced->ledger;
}

static struct memory_map *traced_map(struct traced *traced)
{
    if (!traced->map)
        traced->map = memory_map_new(traced->pid);
    return traced->map;
}

struct unwinder *traced_unwinder(struct traced *traced)
{
    if (!traced->unwinder)
        traced->unwinder = unwinder_new(traced_map(traced), traced->pid);
    return traced->unwinder;
}

struct traced *traced_forked(pid_t pid, struct traced *parent, uint64_t started, uint64_t now)
{
    struct traced *traced = memory_new(1, sizeof(*traced));
    uint64_t hertz = (uint64_t)sysconf(_SC_CLK_TCK);
    traced->pid = pid;
    traced->parent = parent->pid;
    traced->forked = true;
    traced->start_ticks = started / (1000000000 / hertz);
    traced->since = now;
    traced->exe = memory_copy(parent->exe);
    arguments_set(traced, parent->arguments, parent->arguments_size);
    traced->map = memory_map_fork(traced_map(parent), pid); /* it may be gone when it is needed */
    return traced;
}

/* A path tells it at once, if it is one for everybody; /proc may be a later program's, or gone. */
static void exe_set(struct traced *traced, const char *program)
{
    bool whole = *program == '/' && strncmp(program, "/proc/", 6) && strncmp(program, "/dev/", 5);
    char *exe = whole ? memory_copy(program) : exe_read(traced->pid);
    if (!exe && strcmp(program, "/proc/self/exe") == 0)
        return;
    free(traced->exe);
    traced->exe = exe ? exe : memory_copy(program);
}

bool traced_execed(struct traced *traced, const struct traced_image *image,
                   const struct traced_run *run, uint64_t now)
{
    bool written = true;
    traced_exec_settled(traced);
    image_forget(traced);
    if (traced->map) {
        mappings_read(now); /* the image was told of there before the exec is over */
        memory_map_exec(traced->map);
    }
    if (traced->ledger) {
        ledger_ended(traced->ledger, TLK_EXECED, 0, now, now + run->to_real, now + run->to_boot, 0);
        written = traced_write(traced, run, false, now);
    }
    traced->replaced = traced->ledger;
    traced->ledger = NULL;
    traced->forked = traced->begun = traced->arranged = false;
    traced->since = now;
    free(traced->path);
    traced->path = NULL;
    exe_set(traced, image->program);
    if (image->arguments_size > 0)
        arguments_set(traced, image->arguments, image->arguments_size);
    else
        arguments_read(traced);
    return written;
}

void traced_exec_settled(struct traced *traced)
{
    if (traced->replaced)
        ledger_free(traced->replaced);
    traced->replaced = NULL;
}

/* `status` as from waitpid(2). */
bool traced_exited(struct traced *traced, int status, const struct traced_run *run, uint64_t now)
{
    bool killed = WIFSIGNALED(status);
    if (!traced->ledger)
        return true;
    traced->begun |= traced->arranged;
    ledger_ended(traced->ledger, killed ? TLK_KILLED : TLK_EXITED,
                 killed ? WTERMSIG(status) : WEXITSTATUS(status), now, now + run->to_real,
                 now + run->to_boot, 0);
    return traced_write(traced, run, false, now);
}

/* ---- its recording ---- */

static void name_expand(FILE *to, const char *pattern, size_t length, const struct traced *traced,
                        const struct traced_run *run)
{
    char host[256] = "";
    for (const char *at = pattern; at < pattern + length; at++) {
        if (*at != '%' || at + 1 == pattern + length) {
            fputc(*at, to);
            continue;
        }
        switch (*++at) {
        case 'p':
            fprintf(to, "%d", (int)traced->pid);
            break;
        case 'e':
            fputs(path_last(traced->exe), to);
            break;
        case 't':
            fprintf(to, "%llu", (unsigned long long)((traced->since + run->to_real) / 1000000000));
            break;
        case 'h':
            gethostname(host, sizeof(host) - 1);
            fputs(host, to);
            break;
        default:
            fputc(*at, to);
        }
    }
}

/* As the shim names its own: what is there is never overwritten, the pid is added, then a number.
 */
static char *name_make(const struct traced *traced, const struct traced_run *run, int attempt)
{
    size_t length = strlen(run->pattern), suffix = sizeof(TLK_SUFFIX) - 1, size;
    bool has_suffix = length > suffix && strcmp(run->pattern + length - suffix, TLK_SUFFIX) == 0;
    bool has_pid = strstr(run->pattern, "%p") != NULL;
    char *name;
    FILE *to = memory_stream(&name, &size);
    name_expand(to, run->pattern, has_suffix ? length - suffix : length, traced, run);
    if (attempt > 0 && !has_pid) {
        fprintf(to, ".%d", (int)traced->pid);
        attempt--;
    }
    if (attempt > 0)
        fprintf(to, ".%d", attempt);
    fputs(has_suffix ? TLK_SUFFIX : "", to);
    fclose(to);
    return name;
}

/* Takes the name, so that nobody else does. False, with errno set. */
static bool name_take(struct traced *traced, const struct traced_run *run)
{
    int file = -1;
    for (int attempt = 0; !traced->path; attempt++) {
        char *name = name_make(traced, run, attempt);
        file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0 || errno != EEXIST)
            traced->path = name;
        else
            free(name);
    }
    if (file >= 0)
        close(file);
    return file >= 0;
}

bool traced_write(struct traced *traced, const struct traced_run *run, bool copied, uint64_t now)
{
    if (!traced->ledger || !traced->begun || !ledger_used(traced->ledger))
        return true;
    if (!traced->path && !name_take(traced, run)) {
        complain("no recording of process %d can be written to %s: %s", (int)traced->pid,
                 traced->path, strerror(errno));
        free(traced->path);
        traced->path = NULL;
        return false;
    }
    return ledger_write(traced->ledger, traced->path, copied, now);
}
