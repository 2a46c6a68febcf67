/* Recordings that are read where their programs are not. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "subject.h"

/* Its debug information lies in a file beside it, as packages have it. */
#define BUILD                                                                                      \
    "P=$PWD/preload && cp -r tests/programs '%1$s/src' && cd '%1$s/src' && S=%2$s && "             \
    "case $S in (*.c) C='cc -std=gnu11 -D_GNU_SOURCE=';; (*) C=c++;; esac && "                     \
    "$C -g -O2 -pthread -I\"$P\" -o ../app $S -ldl && cd .. && mkdir .debug && "                   \
    "objcopy --only-keep-debug app .debug/app.debug && strip app && "                              \
    "objcopy --add-gnu-debuglink=.debug/app.debug app"

/* What every view and export says of all.gz, in a folder; a page's nonces are new each time. */
#define VIEWS                                                                                      \
    "say() { name=$1; shift; timeout 60 \"$@\" >\"%1$s/$name\" 2>&1 || :; }; mkdir '%1$s' && "     \
    "for view in report top tree traces tags timers growth wakeups check 'peek .' 'top -lines' "   \
    "'top -addresses' 'export --collapsed' 'export --dot' 'export --csv' 'export --speedscope' "   \
    "'export --legacy' 'report --json'; do "                                                       \
    "say \"$view\" '%2$s' $view all.gz; done; "                                                    \
    "say pprof '%2$s' export --pprof -o out.pb all.gz && gzip -dc <out.pb >'%1$s/pb' && "          \
    "say html '%2$s' html -o out.html all.gz && "                                                  \
    "sed 's/nonce[=-].[0-9a-f]*//g' <out.html >'%1$s/page' && rm -f out.*"

static void say_all(const struct subject *subject, const char *where)
{
    char *views = text_make(VIEWS, where, subject->timerleak);

    free(output_of(text_make("cd '%s' && %s", subject->folder, views)));
    free(views);
}

static char *in_folder(const struct subject *subject, const char *line)
{
    return output_of(text_make("cd '%s' && T='%s' && { %s; } 2>errors", subject->folder,
                               subject->timerleak, line));
}

static struct subject built_subject(const char *source)
{
    struct subject subject = {.folder = directory_make(), .timerleak = built("timerleak")};

    free(output_of(text_make(BUILD, subject.folder, source)));
    return subject;
}

struct program {
    char source[40], says[80]; /* in the report */
};

ParameterizedTestParameters(travel, an_archive_reads_the_same_without_the_binaries)
{
    static struct program programs[] = {
        {"inlined_frames.c", "start_timeout (inline)  inlined_frames.c:8"},
        {"tail_calls.c", "(tail call)"},
        {"cxx_names.cpp", "net::Pool<int>::add(std::string const&)  cxx_names.cpp:27"},
    };

    return cr_make_param_array(struct program, programs, sizeof(programs) / sizeof(*programs));
}

ParameterizedTest(struct program *program, travel, an_archive_reads_the_same_without_the_binaries,
                  .timeout = 120)
{
    struct subject subject = built_subject(program->source);

    free(
        in_folder(&subject, "$T record -o app.tlk ./app >/dev/null && $T merge -o all.gz app.tlk"));
    say_all(&subject, "before");
    free(in_folder(&subject, "rm -r app .debug app.tlk"));
    say_all(&subject, "after");
    char *report = in_folder(&subject, "cat after/report");
    char *differences = in_folder(&subject, "diff -r before after || :");
    cr_expect_str_eq(differences, "");
    expect_part(report, program->says);
    free(report);
    free(differences);
    subject_forget(&subject);
}

Test(travel, names_stay_when_archives_are_put_together, .timeout = 120)
{
    struct subject subject = built_subject("inlined_frames.c");
    char *out = in_folder(
        &subject,
        "$T record -o app.tlk ./app >/dev/null && $T merge -o one.gz app.tlk >/dev/null && "
        "rm -r app .debug src && cat one.gz one.gz >two.gz && "
        "$T merge -o three.gz one.gz two.gz >/dev/null && "
        "for i in one two three; do $T top $i.gz | grep -c open_connection; done; "
        "grep -ac timerleak-symbols.json three.gz");

    cr_expect_str_eq(out, "1\n1\n1\n1\n");
    free(out);
    subject_forget(&subject);
}
