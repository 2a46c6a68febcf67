/* Recordings that are read where their programs are not. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "subject.h"

/* Its debug information lies in a file beside it, as packages have it. */
#define BUILD                                                                                      \
    "P=$PWD/preload && cp -r tests/programs '%1$s/src' && cd '%1$s/src' && S=%2$s && "             \
    "case $S in (*.c) C='cc -std=gnu11 -D_GNU_SOURCE=';; (*) C=c++;; esac && "                     \
    "$C -g -O2 -pthread -I\"$P\" -o ../app $S -ldl && cd .. && mkdir .debug && "                   \
    "cp app .debug/full && objcopy --only-keep-debug app .debug/app.debug && strip app && "        \
    "objcopy --add-gnu-debuglink=.debug/app.debug app"

/* What every view and export says of all.gz, in a folder; a page's nonces are new each time. */
#define VIEWS                                                                                      \
    "say() { name=$1; shift; timeout 60 \"$@\" >\"%1$s/$name\" 2>&1 || :; }; mkdir '%1$s' && "     \
    "for view in report top tree traces tags timers growth wakeups check 'peek .' 'top -lines' "   \
    "'list .' 'top -addresses' 'export --collapsed' 'export --dot' 'export --csv' 'export "        \
    "--speedscope' "                                                                               \
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

static struct criterion_test_params programs_of_travels(void)
{
    static struct program programs[] = {
        {"inlined_frames.c", "start_timeout (inline)  inlined_frames.c:8"},
        {"tail_calls.c", "(tail call)"},
        {"cxx_names.cpp", "net::Pool<int>::add(std::string const&)  cxx_names.cpp:29"},
    };

    return cr_make_param_array(struct program, programs, sizeof(programs) / sizeof(*programs));
}

ParameterizedTestParameters(travel, an_archive_reads_the_same_without_the_binaries)
{
    return programs_of_travels();
}

ParameterizedTest(struct program *program, travel, an_archive_reads_the_same_without_the_binaries,
                  .timeout = 120)
{
    struct subject subject = built_subject(program->source);

    free(in_folder(
        &subject,
        "$T record -o app.tlk ./app >/dev/null && $T merge --with-source -o all.gz app.tlk"));
    say_all(&subject, "before");
    free(in_folder(&subject, "rm -r app .debug src app.tlk"));
    say_all(&subject, "after");
    char *report = in_folder(&subject, "cat after/report");
    char *differences = in_folder(&subject, "diff -r before after || :");
    cr_expect_str_eq(differences, "");
    expect_part(report, program->says);
    free(report);
    free(differences);
    subject_forget(&subject);
}

/* The first fills it, the second reads it, the third has nothing else; the source stays. */
ParameterizedTestParameters(travel, a_cache_changes_nothing)
{
    return programs_of_travels();
}

ParameterizedTest(struct program *program, travel, a_cache_changes_nothing, .timeout = 120)
{
    static const char *const names[] = {"first", "second", "third"};
    struct subject subject = built_subject(program->source);

    free(in_folder(&subject, "$T record -o app.tlk ./app >/dev/null && gzip -c app.tlk >all.gz"));
    say_all(&subject, "without");
    char *cache = text_make("TIMERLEAK_CACHE=%s/cache", subject.folder);
    putenv(cache);
    for (size_t i = 0; i < 3; i++) {
        if (i == 2)
            free(in_folder(&subject, "ls cache/*.json && rm -r app .debug app.tlk"));
        say_all(&subject, names[i]);
        char *line = text_make("diff -r without %s || :", names[i]);
        char *differences = in_folder(&subject, line);
        cr_expect_str_eq(differences, "", "%s: %s", names[i], differences);
        free(differences);
        free(line);
    }
    free(in_folder(&subject, "rm -r cache"));
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

/* What one line of the shell tells of the function that opens connections: where; else why not. */
static void expect_lines(const struct subject *subject, const char *line, const char *why)
{
    char *out = in_folder(subject, line);

    if (!why)
        expect_part(out, "open_connection         inlined_frames.c:16");
    else
        expect_part(out, why);
    cr_expect(!why == !!strstr(out, "open_connection"), "%s: %s", line, out);
    free(out);
}

/* The container's root lies in the folder, and what it borrows of this machine is gone with it. */
Test(travel, a_container_is_read_on_its_host, .timeout = 120)
{
    struct subject subject = built_subject("inlined_frames.c");
    char *build = built("");
    char *refused = in_folder(&subject, "[ $(id -u) = 0 ] || echo it takes root; "
                                        "unshare -m true 2>&1 || :");
    if (*refused)
        cr_skip_test("no container could be made here: %s", refused);
    char *line = text_make("mkdir -p root/opt root/tl root/proc root/out root/usr root/etc && mv "
                           "app .debug root/opt && "
                           "rm -r src && for i in bin lib lib64; do ln -s usr/$i root/$i; done && "
                           "cat >inside <<'END'\n"
                           "mount --bind /usr root/usr && mount --bind '%s' root/tl && mount -t "
                           "proc proc root/proc &&\n"
                           "mount --bind /etc root/etc && exec chroot root /bin/sh -ec '\n"
                           "/tl/timerleak record -o /out/r.tlk /opt/app; /tl/timerleak merge -o "
                           "/out/r.gz /out/r.tlk'\n"
                           "END\n"
                           "unshare -m sh -e inside",
                           build);

    free(in_folder(&subject, line));
    expect_lines(&subject, "$T report root/out/r.tlk", "no symbols: /opt/app is gone\n");
    expect_lines(&subject, "$T report --symfs root root/out/r.tlk", NULL);
    expect_lines(&subject, "$T report --symfs=$PWD/root/. root/out/r.tlk", NULL);
    expect_lines(&subject, "$T report root/out/r.gz", NULL);
    expect_lines(&subject,
                 "$T merge --symfs=root -o here.gz root/out/r.tlk && mv root/out out && "
                 "rm -r root && $T report here.gz",
                 NULL);
    free(line);
    free(refused);
    free(build);
    subject_forget(&subject);
}

/*
 * What runs is stripped; who reads has what it was made of, or its debug file. The recording may
 * have been packed where neither was.
 */
Test(travel, a_stripped_program_is_read_where_it_was_built, .timeout = 120)
{
    static const char *const places[] = {
        "cp .debug/full dev/app",
        "mkdir dev/$I && cp .debug/full dev/$I/app",
        "cp .debug/app.debug dev",
        "mkdir -p dev/.build-id/$X && cp .debug/app.debug dev/.build-id/$X/$Y.debug",
        "mkdir -p dev/.build-id/$X && cp .debug/full dev/.build-id/$X/$Y",
        "D=dev/usr/lib/debug/.build-id/$X && mkdir -p $D && cp .debug/app.debug $D/$Y.debug",
    };
    struct subject subject = built_subject("inlined_frames.c");

    free(in_folder(&subject,
                   "mv .debug away && mkdir run && mv app run && $T record -o app.tlk run/app && "
                   "$T merge -o app.gz app.tlk && mv away .debug"));
    for (size_t i = 0; i < 2 * sizeof(places) / sizeof(*places); i++) {
        const char *file = i % 2 ? "app.gz" : "app.tlk";
        char *line = text_make(
            "rm -rf dev && mkdir dev && I=$(readelf -n run/app | sed -n 's/.*Build ID: //p') && "
            "X=$(echo $I | cut -c1-2) && Y=$(echo $I | cut -c3-) && %s && "
            "TIMERLEAK_BINARY_PATH=/nowhere:$PWD/dev $T report %s",
            places[i / 2], file);
        expect_lines(&subject, line, NULL);
        free(line);
    }
    expect_lines(&subject, "mv .debug away; TIMERLEAK_BINARY_PATH=nowhere $T report app.tlk",
                 "/run/app is stripped\n");
    /* Nor has what only calls the C library a name: it is folded as it is elsewhere. */
    expect_lines(&subject, "$T report app.tlk", "of the runtime\nno symbols: ");
    expect_lines(&subject,
                 "rm -r dev && mkdir dev && cp /bin/sh dev/app && "
                 "TIMERLEAK_BINARY_PATH=dev $T report app.tlk",
                 "/run/app is stripped\n");
    expect_lines(&subject, "rm -r run .debug away; $T report app.gz; $T export --csv app.gz 2>&1",
                 "/run/app is stripped\n");
    expect_lines(&subject, "$T report app.tlk", "/run/app is gone\n");
    subject_forget(&subject);
}

Test(travel, a_portable_recording_holds_its_names, .timeout = 120)
{
    struct subject subject = built_subject("tail_calls.c");

    /* The mode of what it replaces is kept: nobody else may look into it. */
    char *out = in_folder(&subject, "umask 022; $T record --portable -o all.gz ./app >/dev/null; "
                                    "cat errors; stat -c %a all.gz; ls -A | grep -c gz");
    expect_part(out, "live; see: timerleak report ./all.gz\n600\n1\n");
    say_all(&subject, "before");
    free(in_folder(&subject, "rm -r app .debug"));
    say_all(&subject, "after");
    char *differences = in_folder(&subject, "diff -r before after || :");
    char *report = in_folder(&subject, "cat before/report");
    cr_expect_str_eq(differences, "");
    expect_part(report, "(tail call)");
    free(report);
    free(differences);
    free(out);
    subject_forget(&subject);
}

/* Its recording would lose what comes. */
Test(travel, what_still_runs_is_not_made_portable, .timeout = 120)
{
    struct subject subject = built_subject("inlined_frames.c");
    char *out = in_folder(
        &subject,
        "mkfifo f && exec 9<>f && $T record --portable -o %e.tlk "
        "sh -c 'TIMERLEAK_ENABLED=0 cat f & until [ -e cat.tlk ]; do :; done; ./app' 9>&- "
        ">/dev/null; cat errors; "
        "head -c 7 cat.tlk; $T report app.tlk | grep -c 'open_connection  '; "
        "cp app.tlk same.tlk; $T merge -o app.tlk cat.tlk; cmp app.tlk same.tlk && echo spared");

    expect_part(out, "1 process is still being recorded, and names nothing elsewhere: "
                     "timerleak merge -o OUT FILE... does later what --portable asks for\n");
    expect_part(out, "TIMERLK1\nspared\n");
    free(out);
    subject_forget(&subject);
}

/* What changed since is not what ran. */
Test(travel, source_is_shown_as_it_was_when_it_was_merged, .timeout = 60)
{
    struct subject subject = built_subject("inlined_frames.c");
    char *out = in_folder(
        &subject,
        "$T record -o r.tlk ./app >/dev/null && cd src && "
        "$T merge -o ../no.gz ../r.tlk && $T merge --with-source -o ../all.gz ../r.tlk && "
        "sed -i 's/int timeout/int changed/' inlined_frames.c && "
        "$T list open_conn ../all.gz && echo '== other' && $T list open_conn ../no.gz && "
        "rm inlined_frames.c && $T list open_conn ../all.gz | { grep -c Note || :; }");

    expect_part(out, "\n Note: as it was when it was merged; the file here differs\n");
    expect_part(out, "16:    int timeout = start_timeout();\n");
    expect_part(from(out, "== other"), "16:    int changed = start_timeout();\n");
    expect_part(out, "\n0\n");
    free(out);
    subject_forget(&subject);
}

/* Answers one question after another for the debug information of a build-id. */
#define SERVER                                                                                     \
    "import http.server, sys\n"                                                                    \
    "class Answer(http.server.BaseHTTPRequestHandler):\n"                                          \
    "    def do_GET(self):\n"                                                                      \
    "        known = self.path == '/buildid/' + sys.argv[1] + '/debuginfo'\n"                      \
    "        data = open('.debug/app.debug', 'rb').read() if known else b''\n"                     \
    "        self.send_response(200 if known else 404)\n"                                          \
    "        self.send_header('Content-Length', str(len(data)))\n"                                 \
    "        self.end_headers()\n"                                                                 \
    "        self.wfile.write(data)\n"                                                             \
    "    def log_message(self, *rest): pass\n"                                                     \
    "server = http.server.HTTPServer(('127.0.0.1', 0), Answer)\n"                                  \
    "print(server.server_port, flush=True)\n"                                                      \
    "server.serve_forever()\n"

Test(travel, debuginfod_names_a_stripped_program, .timeout = 120)
{
    struct subject subject = built_subject("inlined_frames.c");

    need("python3");
    char *there = in_folder(&subject, "ldconfig -p | grep -o libdebuginfod.so.1 | head -n 1 || :");
    if (!*there)
        cr_skip_test("elfutils has no libdebuginfod here");
    /* Where the link leads, nothing is: only the server knows it. */
    free(in_folder(&subject, "cat >server.py <<'END'\n" SERVER "END\n"
                             "mkdir run && mv app run && $T record -o app.tlk run/app"));
    char *line =
        text_make("mkfifo port && I=$(readelf -n run/app | sed -n 's/.*Build ID: //p') && "
                  "{ python3 server.py $I >port 2>/dev/null & } && read P <port && "
                  "export DEBUGINFOD_CACHE_PATH=$PWD/cache DEBUGINFOD_URLS=http://127.0.0.1:$P && "
                  "{ $T report app.tlk; $T merge -o app.gz app.tlk; kill $!; rm port; }");
    expect_lines(&subject, line, NULL);
    expect_lines(&subject, "rm -r run cache; $T report app.gz", NULL);
    free(line);
    free(there);
    subject_forget(&subject);
}

/* As on a train. */
Test(travel, without_its_server_a_report_says_what_has_no_names, .timeout = 120)
{
    struct subject subject = built_subject("inlined_frames.c");

    free(in_folder(&subject, "mkdir run && mv app run && $T record -o app.tlk run/app"));
    expect_lines(&subject,
                 "DEBUGINFOD_CACHE_PATH=$PWD/cache DEBUGINFOD_URLS=http://127.0.0.1:1 "
                 "$T report app.tlk",
                 "/run/app is stripped\n");
    subject_forget(&subject);
}
