/* kernel.c - what the kernel, or the container around this process, lets be done. */
#include "doctor/examinations.h"

#include "outside/kernel_timers.h"

#include <gnu/libc-version.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The shim knows a forked child by a page that the kernel wipes in it. */
static bool wipes_on_fork(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    bool wipes = madvise(memory, page, MADV_WIPEONFORK) == 0;
    munmap(memory, page);
    return wipes;
}

static void examine_versions(struct diagnosis *diagnosis)
{
    struct utsname names;
    if (uname(&names) != 0)
        return;
    bool wipes = wipes_on_fork();
    diagnosis_remark(diagnosis, wipes ? HEALTH_OK : HEALTH_NO, "%s %s, glibc %s, %s%s",
                     names.sysname, names.release, gnu_get_libc_version(), names.machine,
                     wipes ? "" : ": madvise(MADV_WIPEONFORK) fails, and the shim stays out");
    if (!wipes)
        diagnosis_advise(diagnosis, "Run it on Linux 4.14 or newer, and outside of emulators.");
}

/* The option of /proc's mount that hides other users' processes; "" if none does. */
static void read_hidepid(char option[32])
{
    char line[1024];
    FILE *file = fopen("/proc/self/mounts", "re");
    option[0] = '\0';
    while (file && fgets(line, sizeof(line), file)) {
        const char *hides = strstr(line, "hidepid=");
        if (strstr(line, " /proc proc ") && hides)
            snprintf(option, 32, "%.*s", (int)strcspn(hides, ", "), hides);
    }
    if (file)
        fclose(file);
}

static void examine_proc(struct diagnosis *diagnosis)
{
    char option[32];
    if (access("/proc/self/stat", R_OK) != 0 || access("/proc/self/fdinfo", R_OK | X_OK) != 0) {
        diagnosis_remark(diagnosis, HEALTH_MEND,
                         "/proc can't be read: recordings lack names and what timerfds came to");
        diagnosis_advise(diagnosis, "mount -t proc proc /proc");
        return;
    }
    read_hidepid(option);
    if (option[0] == '\0' || strcmp(option, "hidepid=0") == 0) {
        diagnosis_remark(diagnosis, HEALTH_OK, "/proc can be read");
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_NOTE, "/proc is mounted with %s", option);
    diagnosis_advise(diagnosis, "Recording does not mind; `verify PID` sees your own processes "
                                "alone, unless you are root.");
}

static void examine_kernel_list(struct diagnosis *diagnosis)
{
    struct kernel_timers timers;
    bool listed = kernel_timers_read(&timers, getpid());
    free(timers.timers);
    if (!listed) {
        diagnosis_remark(diagnosis, HEALTH_NOTE,
                         "the kernel has no list of POSIX timers (/proc/PID/timers)");
        diagnosis_advise(diagnosis, "`timerleak verify` needs it, and a kernel with "
                                    "CONFIG_CHECKPOINT_RESTORE; nothing else does.");
    } else if (!kernel_same_timer(getpid(), STDIN_FILENO, STDIN_FILENO)) {
        diagnosis_remark(diagnosis, HEALTH_NOTE, "kcmp(2) is refused");
        diagnosis_advise(diagnosis, "`timerleak verify` may count duplicates of a timerfd as "
                                    "unrecorded; nothing else needs it.");
    } else {
        diagnosis_remark(diagnosis, HEALTH_OK, "the kernel lists timers, for `timerleak verify`");
    }
}

/* The last character of a line of a file that starts so; '\0' if there is none. */
static char read_flag(const char *path, const char *start)
{
    char line[256], flag = '\0';
    FILE *file = fopen(path, "re");
    while (file && flag == '\0' && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, start, strlen(start)) == 0 && line[0] != '\0')
            flag = line[strlen(line) - 1];
    }
    if (file)
        fclose(file);
    return flag;
}

static void examine_ptrace(struct diagnosis *diagnosis)
{
    char scope = read_flag("/proc/sys/kernel/yama/ptrace_scope", "");
    if (scope != '\0')
        diagnosis_remark(diagnosis, HEALTH_OK,
                         "ptrace is not needed: yama's ptrace_scope may be %c", scope);
    else
        diagnosis_remark(diagnosis, HEALTH_OK, "ptrace is not needed");
}

static void examine_seccomp(struct diagnosis *diagnosis, const struct trial *trial)
{
    char mode = read_flag("/proc/self/status", "Seccomp:");
    if (mode == '\0')
        return;
    if (mode == '0') {
        diagnosis_remark(diagnosis, HEALTH_OK, "no seccomp filter is in force");
    } else if (trial->recorded) {
        diagnosis_remark(diagnosis, HEALTH_OK,
                         "a seccomp filter is in force, and lets the shim do what it must");
    } else {
        diagnosis_remark(diagnosis, HEALTH_NOTE, "a seccomp filter is in force");
        diagnosis_advise(diagnosis, "It may be why nothing is recorded; in a container, try "
                                    "--security-opt seccomp=unconfined.");
    }
}

static void examine_membarrier(struct diagnosis *diagnosis)
{
    long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    if (commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0)
        return;
    diagnosis_remark(diagnosis, HEALTH_NOTE, "membarrier(2) is refused");
    diagnosis_advise(diagnosis, "Programs that use gotime wait a millisecond now and then, where "
                                "they would wait microseconds; nothing else needs it.");
}

void examine_kernel(struct diagnosis *diagnosis, const struct trial *trial)
{
    diagnosis_group(diagnosis, "system");
    examine_versions(diagnosis);
    examine_proc(diagnosis);
    examine_kernel_list(diagnosis);
    examine_ptrace(diagnosis);
    examine_seccomp(diagnosis, trial);
    examine_membarrier(diagnosis);
}
