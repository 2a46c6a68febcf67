#include "subject.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "preloaded.h"

void need(const char *program)
{
    char *command = text_make("command -v %s >/dev/null", program);
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    bool there = outcome_code(&outcome) == 0;

    free(command);
    outcome_forget(&outcome);
    if (!there)
        cr_skip_test("%s is not installed: nothing to compare with", program);
}

char *tried(char *line)
{
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct outcome outcome = command_run(&(struct command){.argv = argv});
    char *out = outcome_code(&outcome) == 0 ? strdup(outcome.out) : NULL;

    outcome_forget(&outcome);
    free(line);
    return out;
}

char *output_of(char *line)
{
    char *told = text_make("%s", line), *out = tried(line);

    cr_assert(out, "this fails: %s", told);
    free(told);
    return out;
}

void expect_part(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is missing in:\n%s", part, text);
}

const char *from(const char *text, const char *start)
{
    size_t length = strlen(start);
    const char *line = text;

    while (*line && strncmp(line, start, length) != 0) {
        line = strchrnul(line, '\n');
        line += *line == '\n';
    }
    return line;
}

struct subject subject_make(const char *program)
{
    struct subject subject = {.folder = directory_make(), .timerleak = built("timerleak")};
    char *path = program_path(program);

    subject.recording = text_make("%s/%s.tlk", subject.folder, program);
    subject.profile = text_make("%s/%s.pb.gz", subject.folder, program);
    free(output_of(text_make("'%s' record --children=no -o '%s' '%s'", subject.timerleak,
                             subject.recording, path)));
    free(output_of(text_make("'%s' export --pprof -o '%s' '%s'", subject.timerleak, subject.profile,
                             subject.recording)));
    free(path);
    return subject;
}

void subject_forget(struct subject *subject)
{
    directory_remove(subject->folder);
    free(subject->recording);
    free(subject->profile);
    free(subject->timerleak);
}
