#include "fixture.h"

#include "commands/commands.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/launcher.XXXXXX";

void fixture_enter(void)
{
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
}

void fixture_leave(void)
{
    cr_assert_eq(chdir("/"), 0);
    fixture_run("/bin/rm -rf '%s'", directory);
}

void fixture_write(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(name, mode), 0);
}

void fixture_run(const char *format, ...)
{
    char command[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    cr_assert(length > 0 && (size_t)length < sizeof(command));
    cr_assert_eq(system(command), 0, "%s", command);
}

void fixture_compile(const char *name, const char *source, const char *flags)
{
    char file[64];
    snprintf(file, sizeof(file), "%s.c", name);
    fixture_write(file, source, 0600);
    fixture_run("cc -o %s %s %s", name, file, flags);
}

void fixture_recording(const char *name, const struct tlk_header *header, unsigned pages)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, header, sizeof(*header)), (ssize_t)sizeof(*header));
    cr_assert_eq(ftruncate(fd, (off_t)pages * TLK_PAGE), 0);
    close(fd);
}

struct tlk_header fixture_header(uint64_t session, pid_t pid)
{
    return (struct tlk_header){.magic = TLK_MAGIC,
                               .version = TLK_VERSION,
                               .byte_order = TLK_BYTE_ORDER,
                               .header_size = sizeof(struct tlk_header),
                               .page_size = TLK_PAGE,
                               .page_count = 4,
                               .page_used = 2,
                               .session = session,
                               .pid = pid,
                               .start_ticks = 7,
                               .start_mono = 1000,
                               .start_real = 2000,
                               .start_boot = 3000};
}

struct tlk_header fixture_read(const char *name)
{
    static struct tlk_header header;
    int fd = open(name, O_RDONLY);
    cr_assert_geq(fd, 0, "%s is missing", name);
    cr_assert_eq(read(fd, &header, sizeof(header)), (ssize_t)sizeof(header));
    close(fd);
    return header;
}

const char *fixture_text(const char *name)
{
    static char text[4096];
    FILE *file = fopen(name, "r");
    cr_assert_not_null(file, "%s is missing", name);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void become_record(char **argv, int argc)
{
    char shim[4096];
    snprintf(shim, sizeof(shim), "%s/libtimerleak.so", getenv("TIMERLEAK_BUILD"));
    setenv("TIMERLEAK_SHIM", shim, 1);
    int out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int err = open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (dup2(out, 1) != 1 || dup2(err, 2) != 2)
        _exit(99);
    close(out);
    close(err);
    const struct command *record = command_find("record");
    exit(record->run(record, argc, argv));
}

int fixture_record(char *first, ...)
{
    char *argv[32] = {"record", first};
    int argc = 2, status;
    va_list arguments;
    va_start(arguments, first);
    while (argc < 31 && (argv[argc] = va_arg(arguments, char *)) != NULL)
        argc++;
    va_end(arguments);

    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0)
        become_record(argv, argc);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}
