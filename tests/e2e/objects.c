/*
 * Objects beside the shim: the program has those that it needs, and those that it starts have all
 * that they may need. Objects and libraries are stand-ins here.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

/* Prints which objects it has loaded, then runs what its arguments say, in its place. */
#define PROGRAM                                                                                    \
    "#include <stdio.h>\n"                                                                         \
    "#include <string.h>\n"                                                                        \
    "#include <unistd.h>\n"                                                                        \
    "void library_call(void);\n"                                                                   \
    "int main(int argc, char **argv) {\n"                                                          \
    "    char line[4096], last[4096] = \"\";\n"                                                    \
    "    FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n"                                        \
    "    library_call();\n"                                                                        \
    "    printf(\"%s:\", strrchr(argv[0], '/') + 1);\n"                                            \
    "    while (fgets(line, sizeof(line), maps)) {\n"                                              \
    "        char *name = strstr(line, \"libtimerleak-\");\n"                                      \
    "        if (!name || strcmp(name, last) == 0) continue;\n"                                    \
    "        strcpy(last, name);\n"                                                                \
    "        printf(\" %.*s\", (int)strcspn(name, \"\\n\"), name);\n"                              \
    "    }\n"                                                                                      \
    "    puts(\"\");\n"                                                                            \
    "    fflush(stdout);\n"                                                                        \
    "    return argc > 1 ? execv(argv[1], argv + 1) : 0;\n"                                        \
    "}\n"

/* ./uses_uv and ./uses_glib, and the shim with objects for both: "$shim". */
#define PREPARE                                                                                    \
    "cd '%s' && mkdir shim && cp '%s' shim/libtimerleak.so && cat >program.c <<'END' &&\n"         \
    "%sEND\n"                                                                                      \
    "for each in uv:libuv.so.1 glib:libglib-2.0.so.0; do\n"                                        \
    "    name=${each%%%%:*} library=$PWD/${each#*:}\n"                                             \
    "    echo 'int object;' | cc -shared -fPIC -o shim/libtimerleak-$name.so -xc - &&\n"           \
    "    echo 'void library_call(void) {}' | cc -shared -fPIC -o $library -xc - &&\n"              \
    "    cc -o uses_$name program.c $library || exit\n"                                            \
    "done"

/* In a folder that is prepared so, runs `timerleak record OPTIONS`; what it prints. */
static char *record(char *directory, const char *command)
{
    char *timerleak = built("timerleak");
    char *said =
        output_of(text_make("cd '%s' && export TIMERLEAK_SHIM=$PWD/shim/libtimerleak.so && "
                            "{ '%s' record -o out.%%p.tlk %s; } 2>&1",
                            directory, timerleak, command));
    free(timerleak);
    return said;
}

static char *prepared(void)
{
    char *directory = directory_make(), *shim = built("libtimerleak.so");
    need("cc");
    free(output_of(text_make(PREPARE, directory, shim, PROGRAM)));
    free(shim);
    return directory;
}

static void expect_record(char *directory, const char *command, const char *first,
                          const char *second)
{
    char *said = record(directory, command);
    expect_part(said, first);
    expect_part(said, second);
    free(said);
}

Test(objects, each_program_has_those_that_it_needs, .timeout = 120)
{
    char *directory = prepared();

    expect_record(directory, "./uses_uv ./uses_glib",
                  "timerleak: also recording libuv timers\nuses_uv: libtimerleak-uv.so\n",
                  "\nuses_glib: libtimerleak-glib.so libtimerleak-uv.so\n");
    expect_record(directory, "sh -c './uses_uv; ./uses_glib'",
                  "uses_uv: libtimerleak-glib.so libtimerleak-uv.so\n",
                  "uses_glib: libtimerleak-glib.so libtimerleak-uv.so\n");
    expect_record(directory, "--exe=nothing ./uses_uv ./uses_glib",
                  "\nuses_uv: libtimerleak-uv.so\n",
                  "\nuses_glib: libtimerleak-glib.so libtimerleak-uv.so\n");
    expect_record(directory, "--children=no ./uses_uv ./uses_glib",
                  "\nuses_uv: libtimerleak-uv.so\n", "\nuses_glib: libtimerleak-uv.so\n");
    directory_remove(directory);
}

/* It may call dlopen() with a name that it makes up. */
Test(objects, program_that_loads_libraries_has_all, .timeout = 120)
{
    char *directory = prepared();

    free(output_of(text_make("cd '%s' && sed 's/^int main/#include <dlfcn.h>\\n"
                             "void *load(void) { return dlopen(\"\", 1); }\\nint main/' "
                             "program.c >loads.c && cc -o loads loads.c $PWD/libuv.so.1",
                             directory)));
    expect_record(
        directory, "./loads",
        "timerleak: also recording libuv and glib timers, for it may load such libraries\n",
        "loads: libtimerleak-glib.so libtimerleak-uv.so\n");
    directory_remove(directory);
}

Test(objects, those_of_families_that_are_named_are_loaded_whatever_it_needs, .timeout = 120)
{
    char *directory = prepared();

    expect_record(directory, "--families=glib,timerfd ./uses_uv ./uses_uv",
                  "uses_uv: libtimerleak-glib.so\nuses_uv: libtimerleak-glib.so\n", "");
    expect_record(directory, "--families=timerfd ./uses_uv", "uses_uv:\n", "");
    char *missing = record(directory, "--families=all ./uses_uv; echo $?");
    expect_part(missing, "timers of libevent need libtimerleak-event.so, which is not beside");
    expect_part(missing, "\n2\n");
    cr_expect_null(strstr(missing, "uses_uv:"), "it is not run");
    free(missing);
    directory_remove(directory);
}

Test(objects, run_within_a_run_hands_on_what_it_has_to, .timeout = 120)
{
    char *directory = prepared(), *timerleak = built("timerleak");
    char *command = text_make("./uses_uv \"$(command -v '%s')\" record --children=no -o in.tlk "
                              "./uses_glib ./uses_uv",
                              timerleak);

    expect_record(directory, command, "uses_uv: libtimerleak-uv.so\n",
                  "also recording glib timers\n");
    free(command);
    free(timerleak);
    directory_remove(directory);
}

/* Where the libraries are not installed, the programs were not built. */
static char *report_of(const char *program)
{
    char *path = program_path(program), *timerleak = built("timerleak");
    if (access(path, X_OK) != 0)
        cr_skip_test("%s was not built", program);
    char *directory = directory_make();
    char *said =
        output_of(text_make("cd '%s' && { '%s' record -o x.tlk '%s' && '%s' report x.tlk; } 2>&1",
                            directory, timerleak, path, timerleak));
    directory_remove(directory);
    free(timerleak);
    free(path);
    return said;
}

Test(objects, timerfd_of_a_loop_is_shown_as_that, .timeout = 60)
{
    char *said = report_of("timerfd_of_loops");

    expect_part(said, "  libevent's loop, made at main  ");
    free(said);
}

Test(objects, real_library_is_recorded_in_its_own_words, .timeout = 60)
{
    char *said = report_of("uv_timers");

    expect_part(said, "timerleak: also recording libuv timers\n");
    expect_part(said, "held   libuv         1 live  never-closed    main  ");
    free(said);
}
