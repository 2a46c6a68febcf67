/* Which objects a program needs beside the shim, and which copies of libraries can't be wrapped. */
#include "launch/objects.h"

#include "launch/libraries.h"

#include "fixture.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(objects, .init = fixture_enter, .fini = fixture_leave, .timeout = 60);

#define EMPTY_MAIN "int main(void) { return 0; }\n"
#define CALLING_MAIN "void uv_timer_start(void);\nint main(void) { uv_timer_start(); return 0; }\n"
/* As a library has it: its functions call each other. */
#define UV                                                                                         \
    "KIND void uv_timer_stop(void) { __asm__(\"\"); }\n"                                           \
    "KIND void uv_timer_start(void) { uv_timer_stop(); }\n"
#define TEXTS                                                                                      \
    "const char *const texts[] = {\"UV_THREADPOOL_SIZE\", \"resolved protocol is unknown\"};\n"
#define PUBLIC "-DKIND='__attribute__((noipa))' "

static uint32_t bit_of(const char *family)
{
    return OBJECT_BIT(foreign_named(family) - foreign_at(0));
}

static void expect_needs(const char *program, uint32_t objects)
{
    struct needs needs;
    needs_find(&needs, program);
    cr_expect_eq(needs.objects, objects, "%s needs %#x, not %#x", program, needs.objects, objects);
    cr_expect_eq(needs.count, 0, "%s: %zu", program, needs.count);
    needs_free(&needs);
}

static void expect_blind(const char *program, const char *file, const char *family, enum copy copy,
                         uint32_t objects)
{
    struct needs needs;
    needs_find(&needs, program);
    cr_expect_eq(needs.objects, objects, "%s needs %#x, not %#x", program, needs.objects, objects);
    cr_assert_eq(needs.count, 1, "%s: %zu", program, needs.count);
    cr_expect_str_eq(needs.blind[0].file, file);
    cr_expect_str_eq(needs.blind[0].foreign->family, family);
    cr_expect_eq(needs.blind[0].copy, copy, "%s: %d", program, needs.blind[0].copy);
    needs_free(&needs);
}

static void make_libuv(void)
{
    fixture_compile("libuv.so.1", UV, PUBLIC "-shared -fPIC");
}

/* ---- what a program has ---- */

Test(objects, program_without_such_libraries_needs_none)
{
    fixture_compile("plain", EMPTY_MAIN, "");
    expect_needs("./plain", 0);
    expect_needs("/no/such/program", 0);
}

Test(objects, library_is_known_by_its_file_wherever_it_is_linked)
{
    make_libuv();
    fixture_compile("direct", CALLING_MAIN, "./libuv.so.1");
    expect_needs("./direct", bit_of("libuv"));
    fixture_compile("libpart.so",
                    "void uv_timer_start(void);\nvoid part(void) { uv_timer_start(); }",
                    "-shared -fPIC ./libuv.so.1");
    fixture_compile("by_part", "void part(void);\nint main(void) { part(); return 0; }",
                    "-Wl,--unresolved-symbols=ignore-in-shared-libs ./libpart.so");
    expect_needs("./by_part", bit_of("libuv"));
}

/* Half of all programs are linked with libsystemd, and few of those have an event loop of it. */
Test(objects, library_that_has_much_else_counts_when_timers_are_made_with_it)
{
    fixture_compile("libsystemd.so.0", "void sd_notify(void) {}\nvoid sd_event_add_time(void) {}",
                    "-shared -fPIC");
    fixture_compile("tells", "void sd_notify(void);\nint main(void) { sd_notify(); return 0; }",
                    "./libsystemd.so.0");
    expect_needs("./tells", 0);
    fixture_compile(
        "times", "void sd_event_add_time(void);\nint main(void) { sd_event_add_time(); return 0; }",
        "./libsystemd.so.0");
    expect_needs("./times", bit_of("sd-event"));
}

Test(objects, names_that_are_alike_are_told_apart)
{
    static const struct {
        const char *file, *family;
    } files[] = {
        {"libuv.so.1", "libuv"},
        {"libev.so.4", "libev"},
        {"libevdev.so.2", NULL},
        {"libevent-2.1.so.7", "libevent"},
        {"libevent_core-2.1.so.7", "libevent"},
        {"libeventviews.so.5", NULL},
        {"libglib-2.0.so.0", "glib"},
        {"libglibmm-2.4.so.1", NULL},
        {"libsystemd.so.0", "sd-event"},
        {"libsystemd-shared-252.so", "sd-event"},
        {"libQt5Core.so.5", "qt"},
        {"libQt6Core.so.6", "qt"},
        {"libQt5CoreExtra.so.5", NULL},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        const struct foreign *foreign = foreign_of_file(files[i].file);
        cr_expect_eq(foreign, files[i].family ? foreign_named(files[i].family) : NULL, "%s",
                     files[i].file);
    }
}

Test(objects, plugin_that_is_named_in_the_program_counts)
{
    make_libuv();
    fixture_compile("plugin.so",
                    "void uv_timer_start(void);\nvoid plug(void) { uv_timer_start(); }",
                    "-shared -fPIC ./libuv.so.1");
    fixture_compile("host",
                    "#include <dlfcn.h>\n"
                    "int main(void) { return dlopen(\"./plugin.so\", RTLD_NOW) == 0; }",
                    "");
    expect_needs("./host", bit_of("libuv"));
    cr_assert_eq(unlink("plugin.so"), 0);
    expect_needs("./host", 0);
}

Test(objects, library_that_is_named_in_the_program_counts)
{
    make_libuv();
    fixture_compile("host",
                    "#include <dlfcn.h>\n"
                    "int main(void) { return dlopen(\"libuv.so.1\", RTLD_NOW) == 0; }",
                    "-Wl,-rpath,.");
    expect_needs("./host", bit_of("libuv"));
}

Test(objects, constants_that_are_no_names_of_libraries_are_left_alone)
{
    fixture_compile(
        "talks",
        "const char *const texts[] = {\"lib%s.so\", \"a.so b.so\", \".so\", \"a:b.so\",\n"
        "    \"liba.sorry\", \"see libb.so.\\n\", \"./x.so.1\", \"y.so\"};\n" EMPTY_MAIN,
        "");
    char *named = libraries_named("./talks");
    cr_assert_not_null(named);
    const char *loader = strchr(named, ':'); /* which stands in every program */
    cr_assert_not_null(loader);
    cr_expect_not_null(strstr(loader, ":./x.so.1:"));
    cr_expect_not_null(strstr(loader, ":y.so:"));
    cr_expect_eq(strlen(loader), strlen(":./x.so.1:y.so:"), "%s", named);
    free(named);
}

Test(objects, nothing_is_run)
{
    fixture_compile("plugin.so",
                    "#include <fcntl.h>\n"
                    "__attribute__((constructor)) void start(void) { creat(\"ran\", 0600); }\n",
                    "-shared -fPIC");
    fixture_compile("host", "const char *const name = \"./plugin.so\";\n" EMPTY_MAIN, "");
    expect_needs("./host", 0);
    cr_expect_neq(access("ran", F_OK), 0);
}

/* ---- copies ---- */

Test(objects, copy_that_a_library_exports_is_wrapped)
{
    fixture_compile("libown.so", UV, PUBLIC "-shared -fPIC");
    fixture_compile("owns", CALLING_MAIN, "./libown.so");
    expect_needs("./owns", bit_of("libuv"));
}

Test(objects, copy_whose_calls_are_bound_is_told)
{
    fixture_compile("libown.so", UV, PUBLIC "-shared -fPIC -Wl,-Bsymbolic");
    fixture_compile("owns", CALLING_MAIN, "./libown.so");
    expect_blind("./owns", "./libown.so", "libuv", COPY_BOUND, bit_of("libuv"));
}

/* It comes first, whoever calls. */
Test(objects, copy_that_a_program_exports_is_told)
{
    fixture_compile("owns", UV EMPTY_MAIN, PUBLIC "-rdynamic");
    expect_blind("./owns", "./owns", "libuv", COPY_EXPORTED, 0);
}

Test(objects, copy_that_is_hidden_is_told)
{
    fixture_compile("owns", UV EMPTY_MAIN, PUBLIC);
    expect_blind("./owns", "./owns", "libuv", COPY_HIDDEN, 0);
    fixture_compile("static", UV "int main(void) { uv_timer_start(); return 0; }\n",
                    "-DKIND='__attribute__((noipa)) static'");
    expect_blind("./static", "./static", "libuv", COPY_HIDDEN, 0);
    fixture_compile("libown.so", UV "void own(void) { uv_timer_start(); }\n",
                    PUBLIC "-shared -fPIC -fvisibility=hidden");
    fixture_compile("linked", EMPTY_MAIN, "-Wl,--no-as-needed ./libown.so");
    expect_blind("./linked", "./libown.so", "libuv", COPY_HIDDEN, 0);
}

Test(objects, copy_that_is_stripped_is_known_by_its_texts)
{
    fixture_compile("owns", TEXTS EMPTY_MAIN, "-s");
    expect_blind("./owns", "./owns", "libuv", COPY_HIDDEN, 0);
}

Test(objects, who_only_mentions_a_library_has_no_copy)
{
    fixture_compile("sets", "const char *const text = \"UV_THREADPOOL_SIZE\";\n" EMPTY_MAIN, "-s");
    expect_needs("./sets", 0);
    fixture_compile("explains",
                    "const char *const texts[] = {\"UV_THREADPOOL_SIZE is how many threads\",\n"
                    "    \"resolved protocol is unknown: a message of libuv\"};\n" EMPTY_MAIN,
                    "-s");
    expect_needs("./explains", 0);
    fixture_compile("adds", "void event_add(void) {}\n" EMPTY_MAIN, "");
    expect_needs("./adds", 0);
    make_libuv();
    fixture_compile("calls", CALLING_MAIN, "./libuv.so.1");
    expect_needs("./calls", bit_of("libuv"));
}

/* Whole archives of the real libraries, as Debian has them; what is not installed is passed over.
 */
Test(objects, copies_of_the_real_libraries_are_known_stripped_or_not, .timeout = 120)
{
    static const struct {
        const char *family, *call, *flags;
    } archives[] = {
        {"libuv", "uv_default_loop", "-l:libuv_a.a -lpthread -ldl -lrt"},
        {"libevent", "event_base_new", "-l:libevent_core.a"},
        {"libev", "ev_default_loop", "-l:libev.a -lm"},
        {"glib", "g_main_loop_run", "-l:libglib-2.0.a -lpcre2-8 -lm -lpthread"},
    };
    char source[256], flags[256];
    for (size_t i = 0; i < sizeof(archives) / sizeof(*archives); i++) {
        snprintf(source, sizeof(source), "int %s();\nint main(void) { return %s() != 0; }\n",
                 archives[i].call, archives[i].call);
        fixture_write("try.c", source, 0600);
        snprintf(flags, sizeof(flags), "cc -o try try.c %s 2>log", archives[i].flags);
        if (system(flags) != 0)
            continue;
        expect_blind("./try", "./try", archives[i].family, COPY_HIDDEN, 0);
        fixture_run("strip try");
        expect_blind("./try", "./try", archives[i].family, COPY_HIDDEN, 0);
    }
}

/* ---- what there is ---- */

Test(objects, those_beside_the_shim_are_there)
{
    char path[PATH_MAX];
    object_path(path, foreign_named("libuv"), "/opt/shim/libtimerleak.so");
    cr_expect_str_eq(path, "/opt/shim/libtimerleak-uv.so");
    cr_expect_eq(objects_present("./libtimerleak.so"), 0);
    fixture_write("libtimerleak-glib.so", "", 0600);
    cr_expect_eq(objects_present("./libtimerleak.so"), bit_of("glib"));
    cr_expect_str_eq(objects_list(bit_of("glib") | bit_of("libuv")).s, "libuv and glib");
}

Test(objects, list_asks_for_what_must_be_there)
{
    uint32_t objects;
    fixture_write("libtimerleak-uv.so", "", 0600);
    cr_expect(objects_of_list(&objects, "timerfd,libuv", "./libtimerleak.so"));
    cr_expect_eq(objects, bit_of("libuv"));
    cr_expect(objects_of_list(&objects, "timerfd", "./libtimerleak.so"));
    cr_expect_eq(objects, 0);
    cr_assert_not_null(freopen("err", "w", stderr));
    cr_expect_not(objects_of_list(&objects, "all", "./libtimerleak.so"));
    fflush(stderr);
    cr_expect_not_null(
        strstr(fixture_text("err"), "timers of libevent need libtimerleak-event.so"));
}

/* No answer is expected: none of these may crash, and the sanitizers watch. */
Test(objects, malformed_files_are_survived)
{
    enum copy copies[FOREIGN_FAMILIES];
    struct stat status;
    fixture_compile("good", UV TEXTS "const char *const plugin = \"./plugin.so\";\n" EMPTY_MAIN,
                    PUBLIC "-rdynamic");
    copies_read(copies, "good", true);
    cr_assert_eq(copies[0], COPY_EXPORTED);
    cr_assert_eq(stat("good", &status), 0);
    for (off_t size = 0; size < status.st_size; size += 199) {
        fixture_run("head -c %ld good >cut", (long)size);
        copies_read(copies, "cut", true);
        free(libraries_named("cut"));
    }
    for (off_t at = 0; at < status.st_size; at += 97) {
        fixture_run("cp good bad && printf '\\377\\377\\377' | "
                    "dd of=bad bs=1 seek=%ld conv=notrunc status=none",
                    (long)at);
        copies_read(copies, "bad", true);
        free(libraries_named("bad"));
    }
}
