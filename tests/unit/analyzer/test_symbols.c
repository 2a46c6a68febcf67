/* Symbols of this very binary, and of files that are gone, changed or no ELF. */
#include "self.h"
#include "symbols/symbols.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

__attribute__((noinline)) static uintptr_t caller(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

enum { INNER_LINE = __LINE__ + 3 };
__attribute__((always_inline)) static inline uintptr_t inner(void)
{
    volatile uintptr_t address = caller();
    return address;
}

enum { OUTER_LINE = __LINE__ + 3 };
__attribute__((noinline)) static uintptr_t outer(void)
{
    volatile uintptr_t address = inner();
    return address;
}

static struct symbol_file *own_file(struct symbols *symbols, const struct self *self)
{
    return symbols_file(symbols, self->path, self->build_id, self->build_id_size, 0);
}

Test(symbols, inlined_functions_have_symbols_of_their_own)
{
    struct self self = self_make();
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    const struct symbol_list *list =
        symbols_look_up(own_file(symbols, &self), outer() - self.bias - 1);
    cr_assert_eq(list->count, 2, "%zu symbols", list->count);
    cr_expect_str_eq(list->symbols[0].function, "inner");
    cr_expect(list->symbols[0].inlined);
    cr_expect_eq(list->symbols[0].line, INNER_LINE);
    cr_expect_str_eq(list->symbols[1].function, "outer");
    cr_expect_not(list->symbols[1].inlined);
    cr_expect_eq(list->symbols[1].line, OUTER_LINE);
    cr_expect_eq(list->symbols[0].file[0], '/');
    cr_expect(strstr(list->symbols[1].file, "/tests/unit/analyzer/test_symbols.c"));
    symbols_free(symbols);
    strings_free(strings);
}

Test(symbols, files_and_names_are_kept_once)
{
    struct self self = self_make();
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file = own_file(symbols, &self);
    cr_expect_eq(file, own_file(symbols, &self));
    uint64_t address = outer() - self.bias - 1;
    const char *first = symbols_look_up(file, address)->symbols[0].function;
    symbols_look_up(file, 1);
    cr_expect_eq(symbols_look_up(file, address)->symbols[0].function, first);
    symbols_free(symbols);
    strings_free(strings);
}

Test(symbols, an_address_of_nothing)
{
    struct self self = self_make();
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    cr_expect_eq(symbols_look_up(own_file(symbols, &self), 1)->count, 0);
    cr_expect_eq(symbols_look_up(own_file(symbols, &self), UINT64_MAX)->count, 0);
    symbols_free(symbols);
    strings_free(strings);
}

static volatile uintptr_t handler_returns_to;

static void note_return(int number)
{
    (void)number;
    handler_returns_to = (uintptr_t)__builtin_return_address(0);
}

Test(symbols, what_a_signal_handler_returns_to_is_called_as_gdb_calls_it)
{
    signal(SIGUSR1, note_return);
    raise(SIGUSR1);
    struct self library = self_library(handler_returns_to);
    if (access(library.path, F_OK) != 0)
        cr_skip_test("the kernel brings it, in no file");
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    const struct symbol_list *list =
        symbols_look_up(own_file(symbols, &library), handler_returns_to - library.bias - 1);
    cr_assert_eq(list->count, 1, "%zu symbols", list->count);
    cr_expect_str_eq(list->symbols[0].function, "<signal handler called>");
    symbols_free(symbols);
    strings_free(strings);
}

static void expect_problem(const char *path, const void *build_id, size_t size, uint64_t used,
                           const char *problem)
{
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file = symbols_file(symbols, path, build_id, size, used);
    cr_expect_null(symbols_problem(file), "opened before it was asked for");
    cr_expect_eq(symbols_look_up(file, 0x1000)->count, 0);
    cr_assert(symbols_problem(file));
    cr_expect_str_eq(symbols_problem(file), problem);
    symbols_free(symbols);
    strings_free(strings);
}

Test(symbols, files_that_cannot_be_used)
{
    struct self self = self_make();
    self.build_id[0] ^= 1;
    expect_problem("/nowhere/libgone.so", "\1\2\3\4", 4, 0, "is gone");
    expect_problem(self.path, self.build_id, self.build_id_size, 0, "has changed since");
    self.build_id[0] ^= 1;
    expect_problem(self.path, self.build_id, self.build_id_size - 1, 0, "has changed since");
    expect_problem("/etc/passwd", "\1\2\3\4", 4, 0, "is no ELF file any more");
    expect_problem("/dev/zero", "\1\2\3\4", 4, 0, "is no ELF file any more");
    expect_problem("", "\1\2\3\4", 4, 0, "is gone");
}

/* A build-id that was not recorded, but is there, belongs to another file. */
Test(symbols, a_file_that_got_a_build_id)
{
    struct self self = self_make();
    expect_problem(self.path, "", 0, UINT64_MAX, "has changed since");
}

/* Another version of a library is another file, and so is what has no build-id. */
Test(symbols, a_file_is_one_by_its_path_and_build_id)
{
    struct self self = self_make();
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_file *file = own_file(symbols, &self);
    cr_expect_neq(symbols_file(symbols, "/nowhere", self.build_id, self.build_id_size, 0), file);
    cr_expect_neq(symbols_file(symbols, self.path, NULL, 0, 0), file);
    self.build_id[self.build_id_size - 1] ^= 1;
    cr_expect_neq(own_file(symbols, &self), file);
    symbols_free(symbols);
    strings_free(strings);
}

/* The executable segments of the program itself: the loader names it first. */
static int find_code(struct dl_phdr_info *info, size_t size, void *found)
{
    struct symbol_code *code = found;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && header->p_flags & PF_X)
            *code = (struct symbol_code){header->p_vaddr, header->p_vaddr + header->p_memsz,
                                         header->p_offset};
    }
    return 1;
}

Test(symbols, code_lies_where_the_loader_has_put_it)
{
    struct self self = self_make();
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    struct symbol_code code, loaded = {0};
    dl_iterate_phdr(find_code, &loaded);
    cr_assert(symbols_code(own_file(symbols, &self), &code));
    cr_expect_eq(code.start, loaded.start);
    cr_expect_eq(code.end, loaded.end);
    cr_expect_eq(code.offset, loaded.offset);
    symbols_free(symbols);
    strings_free(strings);
}

/* `Box` is in no other file's reach: compilers give it no mangled name. */
static const char program[] = "namespace net { template <class T> struct Pool {\n"
                              "__attribute__((noinline)) void grow(int by, T *to) { *to += by; }\n"
                              "}; }\n"
                              "namespace { struct Box {\n"
                              "__attribute__((noinline)) void hide(int *to) { *to *= 2; }\n"
                              "}; }\n"
                              "int main() { int n = 0; net::Pool<int>().grow(3, &n);\n"
                              "Box().hide(&n); return n; }\n";

static void run(const char *format, const char *directory)
{
    char command[512];
    snprintf(command, sizeof(command), format, directory);
    cr_assert_eq(system(command), 0, "%s", command);
}

static uint64_t address_of(const char *directory, const char *name)
{
    char command[256];
    unsigned long address = 0;
    snprintf(command, sizeof(command), "nm %s/full | grep '%s'", directory, name);
    FILE *pipe = popen(command, "r");
    cr_assert_eq(fscanf(pipe, "%lx", &address), 1);
    pclose(pipe);
    return address;
}

static void expect_function(const char *directory, const char *name, uint64_t address,
                            const char *function, int line)
{
    char path[128];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, NULL, 0, UINT64_MAX);
    const struct symbol_list *list = symbols_look_up(file, address);
    cr_expect_null(symbols_problem(file), "%s %s", path, symbols_problem(file));
    cr_assert_eq(list->count, 1);
    cr_expect_str_eq(list->symbols[0].function, function);
    cr_expect_eq(list->symbols[0].line, line);
    symbols_free(symbols);
    strings_free(strings);
}

static void expect_nothing(const char *directory, const char *name, uint64_t address)
{
    char path[128];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    cr_expect_eq(symbols_look_up(symbols_file(symbols, path, NULL, 0, UINT64_MAX), address)->count,
                 0, "%s", name);
    symbols_free(symbols);
    strings_free(strings);
}

/* Compiled without a build-id, by both compilers: clang's files have no .debug_aranges. */
static void check_compiler(const char *compile, const char *directory)
{
    static const char grow[] = "net::Pool<int>::grow";
    run(compile, directory);
    uint64_t address = address_of(directory, "Pool.*grow");
    expect_function(directory, "full", address, grow, 2);
    expect_function(directory, "full", address_of(directory, "Box4hide"),
                    "(anonymous namespace)::Box::hide", 5);
    run("cd %s && objcopy --only-keep-debug full full.debug && strip -o stripped full && "
        "objcopy --add-gnu-debuglink=full.debug stripped linked && "
        "objcopy --strip-debug full symbols",
        directory);
    expect_function(directory, "linked", address, grow, 2);
    expect_function(directory, "symbols", address, grow, 0);
}

/* They have no name for linkers; what stands before them in the file does not hold them. */
static const char scopes[] =
    "namespace { namespace two { struct First { struct Deep {\n"
    "__attribute__((noinline)) int first(int n) { __asm__(\"\"); return n * 3; } }; }; }\n"
    "struct Second {\n"
    "__attribute__((noinline)) int second(int n) { __asm__(\"\"); return n * 5; } };\n"
    "__attribute__((noinline)) int third(int n) { __asm__(\"\"); return n * 7; } }\n"
    "int main(int n, char **) { return two::First::Deep().first(n) + Second().second(n) +\n"
    "third(n); }\n";

Test(symbols, functions_stand_in_their_scopes)
{
    char directory[] = "/tmp/timerleak-test-XXXXXX", path[64];
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/program.cpp", directory);
    FILE *file = fopen(path, "w");
    fputs(scopes, file);
    fclose(file);
    run("cd %s && g++ -g -O1 -Wl,--build-id=none -o full program.cpp", directory);
    expect_function(directory, "full", address_of(directory, "Deep5first"),
                    "(anonymous namespace)::two::First::Deep::first", 2);
    expect_function(directory, "full", address_of(directory, "Second6second"),
                    "(anonymous namespace)::Second::second", 4);
    expect_function(directory, "full", address_of(directory, "5third"),
                    "(anonymous namespace)::third", 5);
    run("rm -r %s", directory);
}

Test(symbols, cplusplus_and_separate_debug_files)
{
    char directory[] = "/tmp/timerleak-test-XXXXXX", path[64];
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/program.cpp", directory);
    FILE *file = fopen(path, "w");
    fputs(program, file);
    fclose(file);
    check_compiler("cd %s && g++ -g -O1 -Wl,--build-id=none -o full program.cpp", directory);
    if (system("clang++ --version >/dev/null 2>&1") == 0)
        check_compiler("cd %s && clang++ -g -O1 -Wl,--build-id=none -o full program.cpp",
                       directory);
    run("rm -r %s", directory);
}

static void expect_unfit(const char *directory, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    expect_problem(path, NULL, 0, UINT64_MAX, "is no ELF file any more");
}

/* Seven megabytes were unpacked to more than one gigabyte. */
Test(symbols, what_unpacks_to_many_times_its_size_is_not_opened)
{
    char directory[] = "/tmp/timerleak-test-XXXXXX", path[64];
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/program.cpp", directory);
    FILE *file = fopen(path, "w");
    fputs(program, file);
    fclose(file);
    run("cd %s && g++ -g -O1 -Wl,--build-id=none -o full program.cpp && gzip -c full >packed && "
        "head -c 99000000 /dev/zero >zeros && objcopy --add-section .debug_zeros=zeros full large "
        "&& "
        "objcopy --compress-debug-sections large bomb && "
        "objcopy --compress-debug-sections=zlib-gnu large old_bomb && "
        "objcopy --compress-debug-sections full usual",
        directory);
    run("cd %s && strip -o stripped full && objcopy --add-gnu-debuglink=packed stripped to_packed "
        "&& "
        "objcopy --add-gnu-debuglink=bomb stripped to_bomb && "
        "objcopy --add-gnu-debuglink=usual stripped to_usual",
        directory);
    uint64_t address = address_of(directory, "Pool.*grow");
    expect_unfit(directory, "packed");
    expect_unfit(directory, "bomb");
    expect_unfit(directory, "old_bomb");
    expect_function(directory, "large", address, "net::Pool<int>::grow", 2);
    expect_function(directory, "usual", address, "net::Pool<int>::grow", 2);
    expect_function(directory, "to_usual", address, "net::Pool<int>::grow", 2);
    expect_nothing(directory, "to_packed", address);
    expect_nothing(directory, "to_bomb", address);
    run("rm -r %s", directory);
}

static const char gaps[] = "__attribute__((noinline)) int first(int n) { return n * 3; }\n"
                           "__attribute__((noinline)) int second(int n) { return n * 5; }\n"
                           "int main(int argc, char **argv) {\n"
                           "(void)argv; return first(argc) + second(argc); }\n";

static void check_end(const char *directory, const char *name, const char *function)
{
    char path[128], command[192];
    unsigned long address = 0, size = 0;
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(command, sizeof(command), "nm -S %s/full | grep ' %s$'", directory, function);
    FILE *pipe = popen(command, "r");
    cr_assert_eq(fscanf(pipe, "%lx %lx", &address, &size), 2);
    pclose(pipe);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, NULL, 0, UINT64_MAX);
    const struct symbol_list *list = symbols_look_up(file, address + size - 1);
    struct symbol_code code;
    cr_assert_eq(list->count, 1);
    cr_expect_str_eq(list->symbols[0].function, function);
    snprintf(path, sizeof(path), "%s/gaps.c", directory);
    cr_expect(!list->symbols[0].file || strcmp(list->symbols[0].file, path) == 0, "%s",
              list->symbols[0].file);
    cr_expect_eq(symbols_look_up(file, address + size)->count, 0, "%s in %s", function, name);
    cr_expect(symbols_code(file, &code));
    cr_expect_lt(code.offset, code.start, "where it is loaded is not where it lies in the file");
    symbols_free(symbols);
    strings_free(strings);
}

/* No unit has it, so nothing is known of its source; but the symbol table may name it. */
static void check_behind(const char *directory, const char *name)
{
    char path[128];
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct symbol_file *file = symbols_file(symbols, path, NULL, 0, UINT64_MAX);
    const struct symbol_list *list = symbols_look_up(file, address_of(directory, " _fini$"));
    cr_assert_eq(list->count, 1);
    cr_expect_str_eq(list->symbols[0].function, "_fini");
    cr_expect_null(list->symbols[0].file, "%s", list->symbols[0].file);
    cr_expect_null(list->symbols[0].directory, "%s", list->symbols[0].directory);
    cr_expect_eq(list->symbols[0].line, 0);
    symbols_free(symbols);
    strings_free(strings);
}

/* Nor does the symbol table say so, where there is no more. */
Test(symbols, what_lies_between_two_functions_or_behind_the_last_is_in_neither)
{
    static const char *const files[] = {"full", "symbols"};
    char directory[] = "/tmp/timerleak-test-XXXXXX", path[64];
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/gaps.c", directory);
    FILE *file = fopen(path, "w");
    fputs(gaps, file);
    fclose(file);
    run("cd %s && mkdir sub && cd sub && "
        "cc -no-pie -g -O1 -falign-functions=256 -Wl,--build-id=none -o ../full ../gaps.c && "
        "cd .. && objcopy --strip-debug full symbols",
        directory);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        check_end(directory, files[i], "first");
        check_end(directory, files[i], "main");
        check_behind(directory, files[i]);
    }
    run("rm -r %s", directory);
}

/* ---- debug files by their build-id ---- */

#define DEBUG_DIRECTORY "/usr/lib/debug"

static const uint8_t id[] = {0xaa, 0xbb, 0xcc, 0xdd};

/* For this test alone the directory of debug files is empty, and may be written to. */
static void empty_debug_directory(void)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", DEBUG_DIRECTORY, "tmpfs", 0, NULL) != 0)
        cr_skip_test("nothing can be mounted on " DEBUG_DIRECTORY ": %s", strerror(errno));
}

/* A stripped program; its debug file goes to where that of `id` is looked for. */
static void compile_stripped(const char *directory, const char *name, const char *function,
                             const char *build_id)
{
    char command[512];
    snprintf(command, sizeof(command),
             "cd %s && echo 'int %s(int n) { return n * 3; } int main(void) { return 0; }' >%s.c &&"
             "cc -no-pie -g -Wl,--build-id=0x%s -o full %s.c && strip -o %s full && "
             "mkdir -p " DEBUG_DIRECTORY "/.build-id/aa && "
             "objcopy --only-keep-debug full " DEBUG_DIRECTORY "/.build-id/aa/bbccdd.debug",
             directory, function, name, build_id, name, name);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* At that address in the file of that build-id; NULL if it is not known. */
static const char *function_in(struct symbols *symbols, const char *directory, const char *name,
                               uint64_t address)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    const struct symbol_list *list =
        symbols_look_up(symbols_file(symbols, path, id, sizeof(id), 0), address);
    return list->count > 0 ? list->symbols[0].function : NULL;
}

Test(symbols, a_debug_file_tells_of_a_stripped_one_also_when_that_is_gone)
{
    char directory[] = "/tmp/timerleak-test-XXXXXX";
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    empty_debug_directory();
    cr_assert(mkdtemp(directory));
    compile_stripped(directory, "stripped", "right", "aabbccdd");
    uint64_t address = address_of(directory, " right$");
    cr_expect_str_eq(function_in(symbols, directory, "stripped", address), "right");
    cr_expect_str_eq(function_in(symbols, directory, "gone", address), "right");
    symbols_free(symbols);
    strings_free(strings);
    run("rm -r %s", directory);
}

/* It lies where the right one would. */
Test(symbols, a_debug_file_of_another_build_tells_nothing)
{
    char directory[] = "/tmp/timerleak-test-XXXXXX";
    struct strings *strings = strings_new();
    struct symbols *symbols = symbols_new(strings);
    empty_debug_directory();
    cr_assert(mkdtemp(directory));
    compile_stripped(directory, "stripped", "right", "aabbccdd");
    compile_stripped(directory, "another", "wrong", "00112233");
    uint64_t address = address_of(directory, " wrong$");
    cr_expect_null(function_in(symbols, directory, "stripped", address));
    cr_expect_null(function_in(symbols, directory, "gone", address));
    symbols_free(symbols);
    strings_free(strings);
    run("rm -r %s", directory);
}
