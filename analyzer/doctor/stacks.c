/* stacks.c - the unwinder, and the C library's names, which are in nearly every stack. */
#include "doctor/examinations.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

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
