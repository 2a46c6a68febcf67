/* traceable.c - follows a command to the program that runs, and judges that program. */
#include "launch/traceable.h"

#include "base/named.h"

#include "launch/elf_facts.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The kernel reads this much of a script's first line, and follows no more interpreters. */
#define SCRIPT_LINE 256
#define SCRIPT_DEPTH 5

static enum trace_obstacle file_judge(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return TRACE_MISSING;
    if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0)
        return TRACE_NOT_EXECUTABLE;
    return TRACE_NONE;
}

/* Finds the file as execvp(3) does, which goes on searching past one that it may not execute. */
static enum trace_obstacle program_find(const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s", name);
    if (strchr(name, '/') != NULL)
        return file_judge(path);
    enum trace_obstacle found = TRACE_MISSING;
    const char *search = getenv("PATH");
    if (search == NULL)
        search = "/bin:/usr/bin";
    for (const char *end; *name != '\0'; search = end + 1) {
        end = strchrnul(search, ':');
        char candidate[PATH_MAX];
        snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)(end - search), search,
                 end == search ? "" : "/", name);
        enum trace_obstacle verdict = file_judge(candidate);
        if (verdict != TRACE_MISSING && found != TRACE_NONE) {
            found = verdict;
            snprintf(path, PATH_MAX, "%s", candidate);
        }
        if (verdict == TRACE_NONE || *end == '\0')
            return found;
    }
    return found;
}

/*
 * env(1) as an interpreter: the program is the first word that is no option and sets no variable.
 * `words` is what stood behind env in the first line; it is cut up.
 */
static const char *program_of_env(char *words)
{
    char *rest = words;
    for (char *word; (word = strsep(&rest, " \t")) != NULL;) {
        if (*word != '\0' && *word != '-' && strchr(word, '=') == NULL)
            return word;
    }
    return "env";
}

/*
 * The interpreter of a script, as a command that program_find() understands, into `line`; NULL if
 * the file is no script. A text without "#!" counts as one for the shell, as execvp(3) has it.
 */
static const char *script_interpreter(const char *path, char line[SCRIPT_LINE])
{
    const char *why;
    int fd = named_open(path, NULL, &why);
    if (fd < 0)
        return NULL;
    ssize_t length = pread(fd, line, SCRIPT_LINE - 1, 0);
    close(fd);
    if (length < 0 || (length >= 4 && memcmp(line, "\177ELF", 4) == 0))
        return NULL;
    line[length] = '\0';
    if (strncmp(line, "#!", 2) != 0)
        return "/bin/sh";

    line[strcspn(line, "\n")] = '\0';
    char *rest = line + 2 + strspn(line + 2, " \t");
    char *program = strsep(&rest, " \t");
    const char *slash = strrchr(program, '/');
    bool env = slash != NULL && strcmp(slash, "/env") == 0;
    return env && rest != NULL ? program_of_env(rest) : program;
}

/* The kernel's own condition for AT_SECURE, which makes the loader distrust LD_PRELOAD. */
static enum trace_obstacle privileges_judge(const char *path)
{
    struct stat status;
    struct statvfs mount;
    if (stat(path, &status) != 0 || statvfs(path, &mount) != 0 || (mount.f_flag & ST_NOSUID) != 0)
        return TRACE_NONE;
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != getuid())
        return TRACE_SETID;
    mode_t setgid = S_ISGID | S_IXGRP; /* without the x bit it means mandatory locking */
    if ((status.st_mode & setgid) == setgid && status.st_gid != getgid())
        return TRACE_SETID;
    if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
        return TRACE_CAPABILITIES;
    return TRACE_NONE;
}

static enum trace_obstacle machine_judge(const struct elf_facts *program, const char *shim)
{
    struct elf_facts ours, self;
    if (!elf_facts_read(&ours, shim))
        return TRACE_NONE;
    if (program->elf_class == ELFCLASS32)
        return TRACE_32_BITS;
    if (program->machine != ours.machine || program->elf_class != ours.elf_class)
        return TRACE_MACHINE;
    /* This program and the shim were built together: they share a C library, and so its loader. */
    if (elf_facts_read(&self, "/proc/self/exe") && self.loader[0] != '\0' &&
        program->loader[0] != '\0' && strcmp(program->loader, self.loader) != 0)
        return TRACE_LIBC;
    return TRACE_NONE;
}

static enum trace_obstacle program_judge(struct traceable *judged, const char *shim)
{
    struct elf_facts facts;
    if (!elf_facts_read(&facts, judged->program))
        return TRACE_NONE;
    memcpy(judged->sanitizer, facts.sanitizer, sizeof(judged->sanitizer));

    enum trace_obstacle obstacle = machine_judge(&facts, shim);
    if (obstacle == TRACE_NONE && facts.is_static)
        obstacle = facts.go ? TRACE_STATIC_GO : TRACE_STATIC;
    if (obstacle == TRACE_NONE)
        obstacle = privileges_judge(judged->program);
    if (obstacle == TRACE_NONE && facts.go)
        obstacle = TRACE_GO;
    return obstacle;
}

void traceable_judge(struct traceable *judged, const char *command, const char *shim)
{
    memset(judged, 0, sizeof(*judged));
    char line[SCRIPT_LINE];
    const char *name = command;
    for (int depth = 0; name != NULL && depth <= SCRIPT_DEPTH; depth++) {
        judged->interpreted = depth > 0;
        judged->obstacle = program_find(name, judged->program);
        if (judged->obstacle != TRACE_NONE)
            return;
        name = script_interpreter(judged->program, line);
    }
    judged->obstacle = program_judge(judged, shim);
}

struct explanation {
    const char *why, *what_to_do;
};

static const struct explanation explanations[] = {
    [TRACE_MISSING] = {"does not exist",
                       "Check the name; one without a slash is looked up in PATH."},
    [TRACE_NOT_EXECUTABLE] = {"is not an executable file", "Check its name, or chmod +x it."},
    [TRACE_STATIC] = {"is linked statically: nothing can be preloaded into it",
                      "Link it dynamically (without -static) to see its timers."},
    [TRACE_MACHINE] = {"is for another machine than this timerleak",
                       "Build timerleak on that machine and use that."},
    [TRACE_32_BITS] = {"is a 32-bit program: timerleak records 64-bit ones only",
                       "Build it for 64 bits to see its timers."},
    [TRACE_LIBC] = {"uses another C library than this timerleak: preloading could stop it",
                    "It runs without the shim. Build timerleak with that C library and use that."},
    [TRACE_SETID] =
        {"is setuid or setgid: the dynamic loader ignores LD_PRELOAD there",
         "Run timerleak as the user it changes to, or record a copy (cp drops the bit); "
         "with sudo, write: sudo timerleak record COMMAND."},
    [TRACE_CAPABILITIES] = {"has file capabilities: the dynamic loader ignores LD_PRELOAD there",
                            "Run timerleak as root, or record a copy (cp drops them)."},
    [TRACE_STATIC_GO] = {"is a Go program that is linked statically: nothing can be preloaded "
                         "into it",
                         "Linked dynamically, timers of its C code could be seen, if it has any. "
                         "Go's own profiler shows the Go runtime's."},
    [TRACE_GO] = {"is a Go program: the Go runtime makes its timers without the C library",
                  "Only timers of its C code can be seen. Go's own profiler shows the rest."},
};

bool traceable_runs(const struct traceable *judged)
{
    return judged->obstacle != TRACE_MISSING && judged->obstacle != TRACE_NOT_EXECUTABLE;
}

bool traceable_loads(const struct traceable *judged)
{
    return judged->obstacle == TRACE_NONE || judged->obstacle == TRACE_GO;
}

const char *traceable_why(const struct traceable *judged)
{
    return explanations[judged->obstacle].why;
}

const char *traceable_remedy(const struct traceable *judged)
{
    return explanations[judged->obstacle].what_to_do;
}

void traceable_explain(const struct traceable *judged, const char *command, FILE *to)
{
    if (judged->obstacle == TRACE_NONE)
        return;
    const struct explanation *text = &explanations[judged->obstacle];
    if (strcmp(command, judged->program) == 0 || judged->program[0] == '\0')
        fprintf(to, "timerleak: %s %s.\n", command, text->why);
    else
        fprintf(to, "timerleak: %s runs %s, which %s.\n", command, judged->program, text->why);
    fprintf(to, "timerleak: %s\n", text->what_to_do);
    /* A setuid program's loader also takes LD_PRELOAD out of the environment. */
    if (judged->obstacle == TRACE_STATIC || judged->obstacle == TRACE_MACHINE ||
        judged->obstacle == TRACE_32_BITS || judged->obstacle == TRACE_STATIC_GO)
        fputs("timerleak: Programs that it starts are recorded where that is possible.\n", to);
}
