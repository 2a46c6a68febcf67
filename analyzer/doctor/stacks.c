/*
 * stacks.c - the unwinder, and whether functions, files and lines are known: of the C library,
 * which is in nearly every stack, and of the program.
 */
#include "doctor/examinations.h"

#include "symbols/detail.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- names ---- */

/* Such files come from a package; what is elsewhere was built by somebody who can build it anew. */
static bool is_packaged(const char *path)
{
    static const char *const places[] = {"/usr/bin/", "/usr/sbin/", "/usr/lib", "/usr/share/",
                                         "/bin/",     "/sbin/",     "/lib",     "/usr/games/"};
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        if (strncmp(path, places[i], strlen(places[i])) == 0)
            return true;
    }
    return false;
}

/* Whether a report will fetch what this machine lacks. */
static bool has_server(void)
{
    const char *urls = getenv("DEBUGINFOD_URLS");
    void *library = urls && *urls ? dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_LOCAL) : NULL;
    if (library)
        dlclose(library);
    return library != NULL;
}

/* The last two parts of a path: /bin may be another name of /usr/bin, and dpkg knows but one. */
static const char *tail_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *before = slash ? memrchr(path, '/', (size_t)(slash - path)) : NULL;
    return before ? before : path;
}

static void advise_package(struct diagnosis *diagnosis, const char *path)
{
    char real[PATH_MAX];
    if (access("/etc/debian_version", F_OK) == 0 && realpath(path, real))
        diagnosis_advise(diagnosis,
                         "Install its package's debug symbols: PACKAGE-dbgsym, from the archive "
                         "for these, or PACKAGE-dbg; dpkg -S '*%s' names it.",
                         tail_of(real));
    else
        diagnosis_advise(diagnosis, "Install the debug symbols of its package.");
    diagnosis_advise(diagnosis,
                     "Or set DEBUGINFOD_URLS, with libdebuginfod installed, for the report.");
}

static void remark_lack(struct diagnosis *diagnosis, const struct file_detail *detail,
                        const char *path, const char *name, enum health lack)
{
    bool functions = detail->detail == DETAIL_FUNCTIONS, server = has_server();
    diagnosis_remark(diagnosis, server ? HEALTH_NOTE : lack, "%s: %s", name,
                     functions ? "functions have names, but neither files nor lines"
                               : "it is stripped; most functions will show as addresses");
    if (server)
        diagnosis_advise(diagnosis, "The report will ask the servers of DEBUGINFOD_URLS for them.");
    else if (is_packaged(path))
        advise_package(diagnosis, path);
    else
        diagnosis_advise(diagnosis, "Compile it with -g%s.",
                         functions ? "" : ", and do not strip it (-s, strip)");
}

void examine_names(struct diagnosis *diagnosis, const char *path, const char *name,
                   enum health lack)
{
    struct file_detail detail;
    if (!file_detail_read(&detail, path))
        return;
    if (detail.detail != DETAIL_LINES)
        remark_lack(diagnosis, &detail, path, name, lack);
    else if (detail.debug_file[0])
        diagnosis_remark(diagnosis, HEALTH_OK, "%s: functions, files and lines are known, from %s",
                         name, detail.debug_file);
    else
        diagnosis_remark(diagnosis, HEALTH_OK, "%s: functions, files and lines are known", name);
    if (detail.build_id)
        return;
    diagnosis_remark(diagnosis, HEALTH_MEND,
                     "%s: it has no build-id; once it is changed, its old recordings lose names",
                     name);
    diagnosis_advise(diagnosis, "Link it with -Wl,--build-id.");
}

/* ---- stacks ---- */

/* The file that the shim's dlopen finds; false if there is none. */
static bool find_libunwind(char path[PATH_MAX])
{
    struct link_map *map;
    void *library = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);
    if (!library)
        return false;
    bool found = dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && realpath(map->l_name, path);
    dlclose(library);
    return found;
}

static void examine_unwinder(struct diagnosis *diagnosis, const struct trial *trial)
{
    char path[PATH_MAX];
    bool found = find_libunwind(path);
    bool used = found && (!trial->recorded || trial->unwinder == TLK_UNWINDER_LIBUNWIND);
    if (used) {
        diagnosis_remark(diagnosis, HEALTH_OK, "libunwind takes them: %s", path);
        return;
    }
    diagnosis_remark(diagnosis, HEALTH_MEND,
                     "libgcc takes them, in microseconds each where libunwind needs a tenth");
    if (found)
        diagnosis_advise(diagnosis,
                         "%s is there, but the shim can't use it: install another build.", path);
    else
        diagnosis_advise(diagnosis, "Install libunwind.so.8: apt-get install libunwind8, or dnf, "
                                    "apk, pacman: libunwind.");
}

static void examine_libc(struct diagnosis *diagnosis)
{
    Dl_info info;
    char path[PATH_MAX];
    if (dladdr(dlsym(RTLD_NEXT, "gnu_get_libc_version"), &info) != 0 &&
        realpath(info.dli_fname, path))
        examine_names(diagnosis, path, "the C library", HEALTH_NOTE);
}

void examine_stacks(struct diagnosis *diagnosis, const struct trial *trial)
{
    diagnosis_group(diagnosis, "stacks");
    examine_unwinder(diagnosis, trial);
    examine_libc(diagnosis);
}
