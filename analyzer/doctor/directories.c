/* directories.c - does with a directory what the shim does when it makes a recording there. */
#include "doctor/examinations.h"

#include "base/text.h"
#include "launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define NEEDED ((off_t)TLK_SMALLEST + TLK_PAGE) /* and a page for the session's register */
#define ENOUGH ((uint64_t)1 << 20)              /* what a server with a hundred places takes */

/* As large as this process may make a file: more would end it by SIGXFSZ. */
static off_t allowed_size(void)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &limit);
    return limit.rlim_cur < (rlim_t)NEEDED ? (off_t)limit.rlim_cur : NEEDED;
}

/* A file without a name, or with one that is gone at once. */
static int open_probe(const char *directory)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%.4000s/.timerleak-doctor-XXXXXX", directory);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool is_mappable(int fd, off_t size)
{
    char *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return false;
    memory[0] = 1;
    munmap(memory, (size_t)size);
    return true;
}

/* What fails, in words, with errno set; NULL if all works. */
static const char *try_file(int fd)
{
    off_t size = allowed_size();
    errno = size > 0 ? posix_fallocate(fd, 0, size) : EFBIG;
    if (errno != 0)
        return "blocks can't be allocated";
    return is_mappable(fd, size) ? NULL : "files can't be mapped and written";
}

static void remark_space(struct diagnosis *diagnosis, const char *directory)
{
    struct statfs status;
    if (statfs(directory, &status) != 0)
        return;
    uint64_t free_bytes = (uint64_t)status.f_bavail * (uint64_t)status.f_bsize;
    const char *kind = status.f_type == TMPFS_MAGIC ? ", in memory: gone with the next boot" : "";
    diagnosis_remark(diagnosis, free_bytes < ENOUGH ? HEALTH_MEND : HEALTH_OK,
                     "recordings can be written to %s (%s free%s)", directory,
                     text_bytes(free_bytes).s, kind);
    if (free_bytes < ENOUGH)
        diagnosis_advise(diagnosis,
                         "A running server wants some %s: make room, or record "
                         "elsewhere: timerleak record -o DIR COMMAND.",
                         text_bytes(ENOUGH).s);
}

static void examine_directory(struct diagnosis *diagnosis, const char *directory,
                              enum health failure, const char *remedy)
{
    int fd = open_probe(directory);
    const char *problem = fd < 0 ? "no file can be made" : try_file(fd);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (!problem) {
        remark_space(diagnosis, directory);
        return;
    }
    diagnosis_remark(diagnosis, failure, "recordings can't be written to %s: %s: %s", directory,
                     problem, strerror(error));
    diagnosis_advise(diagnosis, "%s", remedy);
}

/* The part before the name; what the shim puts in for %p and the like is not known here. */
static void examine_output(struct diagnosis *diagnosis, const char *output)
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof(directory), "%s", output);
    char *slash = strrchr(directory, '/');
    if (!slash)
        return;
    slash[slash == directory] = '\0';
    if (!strchr(directory, '%'))
        examine_directory(
            diagnosis, directory, HEALTH_MEND,
            "TIMERLEAK_OUTPUT names it: preloaded by hand, the shim records nothing.");
}

void examine_directories(struct diagnosis *diagnosis)
{
    char here[PATH_MAX];
    const char *output = getenv("TIMERLEAK_OUTPUT");
    diagnosis_group(diagnosis, "recordings");
    examine_directory(diagnosis, getcwd(here, sizeof(here)) ? here : ".", HEALTH_NO,
                      "Record elsewhere: timerleak record -o DIR COMMAND.");
    if (output)
        examine_output(diagnosis, output);
}
