/* session.c - finds the recordings of a session, and finishes those of ended processes. */
#include "launch/session.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/proc.h"
#include "recording/perfmaps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* All of a header but its regions, which are of no interest here. */
#define HEAD offsetof(struct tlk_header, regions)

uint64_t session_new(void)
{
    uint64_t number = 0;
    while (number == 0) {
        if (getrandom(&number, sizeof(number), 0) != sizeof(number))
            number = (uint64_t)time(NULL);
    }
    return number;
}

/*
 * Whoever may write to the directory made these files: a FIFO must not hold us, nor a link lead
 * elsewhere. Looked at before it is opened, for opening a FIFO would wake who waits at its other
 * end; and after, for it may have been replaced.
 */
static int recording_open_file(int directory, const char *name, struct tlk_header *head)
{
    struct stat status;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return -1;
    int fd = openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    bool ours = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                pread(fd, head, HEAD, 0) == (ssize_t)HEAD &&
                memcmp(head->magic, TLK_MAGIC, sizeof(head->magic)) == 0 &&
                head->version == TLK_VERSION && head->byte_order == TLK_BYTE_ORDER &&
                head->page_size == TLK_PAGE;
    if (ours)
        return fd;
    close(fd);
    return -1;
}

/*
 * Whether no process has it mapped: truncating it under one would be its death by SIGBUS. A write
 * lease is granted only while nobody else holds the file open for writing, mappings included, and
 * in other pid namespaces too. Overlayfs grants it always, as a mapping holds the file below.
 */
static bool recording_is_idle(int fd, const struct session_recording *recording)
{
    struct statfs system;
    if (fstatfs(fd, &system) != 0)
        return false;
    if (system.f_type == OVERLAYFS_SUPER_MAGIC)
        return recording->own || recording->end != TLK_RUNNING;
    if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
        return false;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return true;
}

static void session_append(struct session *session, const char *directory, const char *name,
                           struct session_recording recording)
{
    size_t size = strlen(directory) + 1 + strlen(name) + 1;
    recording.path = memory_new(size, 1);
    snprintf(recording.path, size, "%s/%s", directory, name);
    session->recordings = memory_grow(session->recordings, session->count, &session->room,
                                      sizeof(*session->recordings));
    session->recordings[session->count++] = recording;
}

/* Takes the file into the session if it belongs there. */
static void session_consider(struct session *session, const char *directory, DIR *opened,
                             const char *name, uint64_t number)
{
    struct tlk_header head;
    int fd = recording_open_file(dirfd(opened), name, &head);
    if (fd < 0)
        return;
    if (head.session == number) {
        struct session_recording recording = {.pid = head.pid,
                                              .forked_from = head.forked ? head.ppid : 0,
                                              .start_ticks = head.start_ticks,
                                              .start_mono = head.start_mono,
                                              .start_real = head.start_real,
                                              .start_boot = head.start_boot,
                                              .end = head.end};
        session_append(session, directory, name, recording);
    }
    close(fd);
}

static int recordings_by_start(const void *a, const void *b)
{
    const struct session_recording *x = a, *y = b;
    return (x->start_mono > y->start_mono) - (x->start_mono < y->start_mono);
}

/*
 * The program started before any of its children: the first recording with its number is its own.
 * A later one with that number but another start is of a child in a pid namespace.
 */
static void session_mark_own(struct session *session, pid_t program)
{
    const struct session_recording *first = NULL;
    for (size_t i = 0; i < session->count; i++) {
        struct session_recording *recording = &session->recordings[i];
        if (first == NULL && recording->pid == program)
            first = recording;
        recording->own = first != NULL && recording->pid == program &&
                         recording->start_ticks == first->start_ticks;
    }
}

bool session_find(struct session *session, const char *directory, uint64_t number, pid_t program)
{
    *session = (struct session){NULL, 0, 0};
    DIR *opened = opendir(directory);
    if (opened == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;)
        session_consider(session, directory, opened, entry->d_name, number);
    closedir(opened);
    if (session->count > 0)
        qsort(session->recordings, session->count, sizeof(*session->recordings),
              recordings_by_start);
    session_mark_own(session, program);
    return true;
}

void session_free(struct session *session)
{
    for (size_t i = 0; i < session->count; i++)
        free(session->recordings[i].path);
    free(session->recordings);
    *session = (struct session){NULL, 0, 0};
}

#define WRITE(fd, head, field)                                                                     \
    (pwrite(fd, &(head).field, sizeof((head).field), offsetof(struct tlk_header, field)) ==        \
     (ssize_t)sizeof((head).field))

/* `end` comes last: who sees it sees the rest. */
static bool recording_write_end(int fd, const struct tlk_header *head)
{
    return WRITE(fd, *head, end_status) && WRITE(fd, *head, end_mono) &&
           WRITE(fd, *head, end_real) && WRITE(fd, *head, end_boot) && WRITE(fd, *head, end);
}

/* Gives back the blocks that were allocated ahead of need. */
static bool recording_trim(int fd, struct tlk_header *head)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    off_t used = (off_t)head->page_used * TLK_PAGE;
    if (head->page_used == 0 || used >= status.st_size)
        return true;
    head->page_count = head->page_used;
    return WRITE(fd, *head, page_count) && ftruncate(fd, used) == 0;
}

/* Its last image gets the program's end; an earlier one, with a successor, was left by exec. */
static void recording_tell_end(struct tlk_header *head, const struct session_recording *successor,
                               const struct launched *launched)
{
    bool killed = WIFSIGNALED(launched->status);
    head->end = killed ? TLK_KILLED : TLK_EXITED;
    head->end_status = killed ? WTERMSIG(launched->status) : WEXITSTATUS(launched->status);
    head->end_mono = launched->end_mono;
    head->end_real = launched->end_real;
    head->end_boot = launched->end_boot;
    if (successor != NULL) {
        head->end = TLK_EXECED;
        head->end_status = 0;
        head->end_mono = successor->start_mono;
        head->end_real = successor->start_real;
        head->end_boot = successor->start_boot;
    }
}

static bool recording_finish(struct session_recording *recording,
                             const struct session_recording *successor,
                             const struct launched *launched)
{
    struct tlk_header head;
    int fd = recording_open_file(AT_FDCWD, recording->path, &head);
    if (fd < 0)
        return false;
    bool done = true;
    if (recording->own && head.end == TLK_RUNNING) {
        recording_tell_end(&head, successor, launched);
        done = recording_write_end(fd, &head);
        recording->end = head.end;
    }
    recording->running =
        recording->end == TLK_RUNNING && proc_alive(recording->pid, recording->start_ticks);
    recording->idle = recording_is_idle(fd, recording);
    if (done && recording->idle && !recording->running)
        done = recording_trim(fd, &head);
    int error = errno;
    close(fd);
    errno = error;
    return done;
}

/* The process of which this one has the code. */
static struct perfmaps_parent parent_of(const struct session *session,
                                        const struct session_recording *recording)
{
    for (const struct session_recording *at = recording; at-- > session->recordings;) {
        if (recording->forked_from && at->pid == recording->forked_from)
            return (struct perfmaps_parent){at->pid, at->start_real};
    }
    return (struct perfmaps_parent){0, 0};
}

void session_finish(struct session *session, const struct launched *launched)
{
    const struct session_recording *successor = NULL;
    for (size_t i = session->count; i-- > 0;) {
        struct session_recording *recording = &session->recordings[i];
        if (!recording_finish(recording, successor, launched))
            complain("%s: its end could not be noted: %s", recording->path, strerror(errno));
        if (!recording->running)
            perfmaps_keep(recording->path, parent_of(session, recording));
        if (recording->own)
            successor = recording;
    }
}
