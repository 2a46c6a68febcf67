/* What functions are called where people read. */
#include "gated.h"
#include "golden.h"
#include "profile/naming.h"
#include "profile/shortening.h"
#include "symbols/demangled.h"
#include "views/views.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- one name ---- */

static void expect_short(const char *whole, size_t depth, const char *expected)
{
    bool cut;
    char *text = shortened(whole, depth, &cut);
    cr_expect_str_eq(text, expected, "%s, at depth %zu: %s, not %s", whole, depth, text, expected);
    free(text);
}

#define STRING "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"
#define MAP                                                                                        \
    "std::map<" STRING ", int, std::less<" STRING " >, std::allocator<std::pair<" STRING           \
    " const, int> > >"

Test(naming, short_names)
{
    static const struct {
        const char *whole, *expected;
    } names[] = {
        {"main", "main"},
        {"net::Pool<" MAP " >::add", "net::Pool::add"},
        {STRING "::append", "std::string::append"},
        {"std::__1::basic_string<wchar_t, std::__1::char_traits<wchar_t>, "
         "std::__1::allocator<wchar_t> >::append",
         "std::wstring::append"},
        {"std::basic_string_view<char, std::char_traits<char> >::find", "std::string_view::find"},
        {"std::basic_string<char, my::traits, std::allocator<char> >::append",
         "std::basic_string::append"},
        {"std::filesystem::__cxx11::path::path", "std::filesystem::path::path"},
        {"std::chrono::_V2::steady_clock::now", "std::chrono::steady_clock::now"},
        {"read[abi:cxx11]", "read"},
        {"serve(int)::{lambda(std::vector<int>)#2}::operator()", "serve::{lambda#2}::operator()"},
        {"A::run() const::{lambda()#1}::operator()() const", "A::run::{lambda#1}::operator()"},
        {"(anonymous namespace)::<lambda(int)>::operator()",
         "(anonymous namespace)::{lambda}::operator()"},
        {"non-virtual thunk to Foo::bar()", "non-virtual thunk to Foo::bar"},
        /* Operators are no brackets. */
        {"net::Pool<int>::operator<", "net::Pool::operator<"},
        {"net::Pool<int>::operator< <char>", "net::Pool::operator<"},
        {"A::operator<=><int>", "A::operator<=>"},
        {"A::operator-><int>", "A::operator->"},
        {"A::operator>><int>", "A::operator>>"},
        {"A<(1)>(2)>::f", "A<(1)>(2)>::f"},
        {"A<((1)>(2))>::f", "A::f"},
        {"operator()<int>", "operator()"},
        {"A::operator&<int>", "A::operator&"},
        {"A<int>::operator std::vector<int, std::allocator<int> >", "A::operator std::vector"},
        {"operatorless<int>", "operatorless"},
        /* Other languages. */
        {"core::ptr::drop_in_place<alloc::vec::Vec<u8>>", "core::ptr::drop_in_place"},
        {"<alloc::vec::Vec<T> as core::ops::Drop>::drop",
         "<alloc::vec::Vec as core::ops::Drop>::drop"},
        {"core::fmt::num::<impl core::fmt::Debug for u32>::fmt",
         "core::fmt::num::<impl core::fmt::Debug for u32>::fmt"},
        {"mycrate::run::h0123456789abcdef", "mycrate::run::h0123456789abcdef"},
        {"mycrate::run::{{closure}}", "mycrate::run::{{closure}}"},
        {"net/http.(*conn).serve.func1", "net/http.(*conn).serve.func1"},
        {"main.Map[go.shape.int,go.shape.string]", "main.Map[go.shape.int,go.shape.string]"},
        {"_D4core6thread5entryFPvZQd", "_D4core6thread5entryFPvZQd"},
        {"py::<module>:/srv/leak.py", "py::<module>:/srv/leak.py"},
        {"py::run.<locals>.<lambda>:/srv/leak.py", "py::run.<locals>.<lambda>:/srv/leak.py"},
        {"<signature handler called>", "<signature handler called>"},
        /* What can't be read stays as it is. */
        {"a<b", "a<b"},
        {"a>b<", "a>b<"},
        {"f(", "f("},
        {")", ")"},
        {"", ""},
        {"f<int>(", "f<int>("},
        {"{lambda(", "{lambda("},
        {"std::basic_string<char, std::char_traits<char>",
         "std::basic_string<char, std::char_traits<char>"},
    };
    for (size_t i = 0; i < COUNT(names); i++)
        expect_short(names[i].whole, 0, names[i].expected);
}

Test(naming, more_of_a_name_is_shown_from_outside_in)
{
    const char *pool = "net::Pool<std::vector<" MAP ", std::allocator<" MAP " > > >::add";
    expect_short(pool, 1, "net::Pool<std::vector<...>>::add");
    expect_short(pool, 2, "net::Pool<std::vector<std::map<...>>>::add");
    expect_short(pool, 3, "net::Pool<std::vector<std::map<std::string, int>>>::add");
    expect_short(pool, SHORTENED_GENERIC, "net::Pool<...>::add");
    expect_short("f(int, A<int>)::{lambda(A<int>)#1}::operator()", 1,
                 "f(int, A<...>)::{lambda(A<...>)#1}::operator()");
    expect_short("std::unique_ptr<A, std::default_delete<A> >::reset", 1,
                 "std::unique_ptr<A>::reset");
    expect_short("mine::unique_ptr<A, std::default_delete<A> >::reset", 1,
                 "mine::unique_ptr<A, std::default_delete<...>>::reset");
    expect_short("std::unique_ptr<A, Closer>::reset", 1, "std::unique_ptr<A, Closer>::reset");
}

static void expect_parameters(const char *signature, const char *expected)
{
    bool cut;
    char *text = shortened_parameters(signature, 1, &cut);
    cr_expect_str_eq(text ? text : "none", expected, "%s: %s", signature, text);
    free(text);
}

Test(naming, parameters_of_a_signature)
{
    expect_parameters("add(int)", "(int)");
    expect_parameters("long net::Pool<int>::get<long>(" STRING " const&) const",
                      "(std::string const&) const");
    expect_parameters("A::operator()(" MAP ") &&", "(std::map<...>) &&");
    expect_parameters("A::operator()() const", "() const");
    expect_parameters("A::operator()", "none");
    expect_parameters("(anonymous namespace)::f", "none");
    expect_parameters("f(int)::{lambda(char)#1}::operator()(char) const", "(char) const");
    expect_parameters("void (*retfp<int>(int))(char)", "none");
    expect_parameters("f(void (*)(int), A<int (char)>)", "(void (*)(int), A<...>)");
    expect_parameters("f(", "none");
}

/* ---- several ---- */

struct expected {
    const char *linkage, *shown;
};

/* In that order, or the other way round. */
static void expect_shown(const struct expected *functions, size_t count, bool backwards)
{
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    struct called **called = memory_new(count, sizeof(*called));
    for (size_t i = 0; i < count; i++) {
        size_t index = backwards ? count - 1 - i : i;
        struct demangled function = demangled(strings, functions[index].linkage);
        called[index] = called_new(naming);
        called_add(called[index], function.name, function.signature);
    }
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(called_shown(called[i]), functions[i].shown, "%s: %s, not %s",
                         functions[i].linkage, called_shown(called[i]), functions[i].shown);
    free(called);
    naming_free(naming);
    strings_free(strings);
}

static void expect_all_shown(const struct expected *functions, size_t count)
{
    expect_shown(functions, count, false);
    expect_shown(functions, count, true);
}

Test(naming, one_alone_is_short)
{
    const struct expected functions[] = {{"_ZN3net4PoolIiE3addEi", "net::Pool::add"},
                                         {"main", "main"},
                                         {"_ZN3net5closeEv", "net::close"}};
    expect_all_shown(functions, COUNT(functions));
}

Test(naming, two_that_differ_stay_different)
{
    const struct expected functions[] = {
        {"_ZN3net4PoolIiE3addEi", "net::Pool<int>::add"},
        {"_ZN3net4PoolISt3mapIiiSt4lessIiESaISt4pairIKiiEEEE3addES7_",
         "net::Pool<std::map<...>>::add"},
        /* They differ where a first look does not tell. */
        {"_ZN3net5CacheISt6vectorIiSaIiEEE3addEv", "net::Cache<std::vector<int>>::add"},
        {"_ZN3net5CacheISt6vectorIcSaIcEEE3addEv", "net::Cache<std::vector<char>>::add"},
        /* A C function is one, too. */
        {"add", "add"},
        {"_Z3addv", "add()"}};
    expect_all_shown(functions, COUNT(functions));
}

Test(naming, overloads_have_their_parameters)
{
    const struct expected functions[] = {
        {"_Z3addi", "add(int)"},
        {"_Z3addNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "add(std::string)"},
        {"_Z3addRKSt6vectorIiSaIiEE", "add(std::vector<int> const&)"},
        {"_Z3addRKSt6vectorIcSaIcEE", "add(std::vector<char> const&)"},
        {"_ZN1A5beginEv", "A::begin()"},
        {"_ZNK1A5beginEv", "A::begin() const"},
        {"_ZN3net4PoolIiE3addEi", "net::Pool<int>::add(int)"},
        {"_ZN3net4PoolIiE3addEc", "net::Pool<int>::add(char)"},
        {"_ZN3net4PoolIcE3addEi", "net::Pool<char>::add"}};
    expect_all_shown(functions, COUNT(functions));
}

/* What the short form takes for the same, all of the name tells apart. */
Test(naming, where_only_the_whole_tells_that_is_shown)
{
    const struct expected functions[] = {
        {"_Z1fNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "f(" STRING ")"},
        {"_Z1fSs", "f(std::string)"},
        {"_Z1gIiEiT_", "int g<int>(int)"},
        {"_Z1gIiEcT_", "char g<int>(int)"}};
    expect_all_shown(functions, COUNT(functions));
}

Test(naming, parts_and_copies_of_a_function_are_that_function)
{
    const struct expected functions[] = {
        {"_ZN3FooC1Ei", "Foo::Foo"},
        {"_ZN3FooC2Ei", "Foo::Foo"},
        {"_ZN3FooD0Ev", "Foo::~Foo"},
        {"_ZN3FooD1Ev", "Foo::~Foo"},
        {"_Z3runi", "run"},
        {"_Z3runi.cold", "run"},
        {"_Z3runi.constprop.0", "run"},
        {"_Z4workv.isra.0.cold", "work"},
        {"_Z4openv@@MINE_1.0", "open"},
    };
    expect_all_shown(functions, COUNT(functions));
}

static const char *show(struct called *called, struct strings *strings, const char *linkage)
{
    struct demangled function = demangled(strings, linkage);
    called_add(called, function.name, function.signature);
    return called_shown(called);
}

Test(naming, what_comes_late_neither_changes_nor_repeats_what_is_shown)
{
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    struct called *first = called_new(naming);
    cr_expect_str_eq(show(first, strings, "_ZN3net4PoolIiE3addEi"), "net::Pool::add");
    cr_expect_str_eq(show(called_new(naming), strings, "_ZN3net4PoolIcE3addEi"),
                     "net::Pool<char>::add");
    cr_expect_str_eq(show(called_new(naming), strings, "_ZN3net4PoolIiE3addEc"),
                     "net::Pool::add(char)");
    cr_expect_str_eq(show(called_new(naming), strings, "net::Pool::add"), "net::Pool::add #2");
    cr_expect_str_eq(called_shown(first), "net::Pool::add");
    naming_free(naming);
    strings_free(strings);
}

Test(naming, what_stands_for_several_bears_a_mark)
{
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    struct called *instances = called_new(naming), *overloads = called_new(naming);
    struct called *again = called_new(naming);
    called_add(overloads, strings_add(strings, "add"), strings_add(strings, "add(int)"));
    cr_expect_str_eq(show(overloads, strings, "_Z3addc"), "add(...)");
    cr_expect_str_eq(naming_shown(naming, strings_add(strings, "add")), "add(...)");
    show(instances, strings, "_ZN3net4PoolIiE3addEi");
    cr_expect_str_eq(show(instances, strings, "_ZN3net4PoolIcE3addEc"), "net::Pool<...>::add");
    called_add(again, strings_add(strings, "add"), strings_add(strings, "add(int)"));
    cr_expect_str_eq(called_shown(again), "add(int)");
    naming_free(naming);
    strings_free(strings);
}

Test(naming, the_whole_on_demand)
{
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    struct called *called = called_new(naming);
    const char *name = strings_add(strings, "net::Pool<int>::add");
    show(called, strings, "_ZN3net4PoolIiE3addEi");
    cr_expect_str_eq(called_whole(called), "net::Pool<int>::add(int)");
    cr_expect_str_eq(naming_shown(naming, name), "net::Pool::add");
    naming_show_whole(naming, true);
    cr_expect_str_eq(called_shown(called), "net::Pool<int>::add(int)");
    cr_expect_str_eq(naming_shown(naming, name), "net::Pool<int>::add(int)");
    show(called, strings, "_ZN3net4PoolIiE3addEc");
    cr_expect_str_eq(called_shown(called), "net::Pool<int>::add(...)");
    naming_show_whole(naming, false);
    cr_expect_str_eq(called_shown(called), "net::Pool::add(...)");
    naming_free(naming);
    strings_free(strings);
}

/* ---- all functions of a library ---- */

struct listed {
    char *whole; /* as c++filt has it, without the marks of clones */
    const char *shown;
    struct called *called;
};

struct listing {
    struct listed *list;
    size_t count, room;
};

#define NAMES                                                                                      \
    "nm -D --defined-only '%s' 2>/dev/null | sed -n 's/^[0-9a-f]* [TWi] \\(_Z[^@]*\\).*/\\1/p'"

static FILE *stream_of(const char *library, const char *filter)
{
    char command[1024];
    snprintf(command, sizeof(command), NAMES "%s", library, filter);
    return popen(command, "r");
}

static void list_functions(struct listing *listing, struct strings *strings, struct naming *naming,
                           const char *library)
{
    FILE *linkages = stream_of(library, ""), *wholes = stream_of(library, " | c++filt");
    char *linkage = NULL, *whole = NULL;
    size_t rooms[2] = {0, 0};
    cr_assert(linkages && wholes);
    while (getline(&linkage, &rooms[0], linkages) > 0 && getline(&whole, &rooms[1], wholes) > 0) {
        char *clone = strstr(whole, " [clone ");
        linkage[strcspn(linkage, "\n")] = '\0';
        whole[clone ? (size_t)(clone - whole) : strcspn(whole, "\n")] = '\0';
        struct demangled function = demangled(strings, linkage);
        struct listed listed = {.whole = strdup(whole), .called = called_new(naming)};
        called_add(listed.called, function.name, function.signature);
        listing->list = memory_grow(listing->list, listing->count, &listing->room, sizeof(listed));
        listing->list[listing->count++] = listed;
    }
    free(linkage);
    free(whole);
    pclose(linkages);
    pclose(wholes);
}

static int by_shown(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    int order = strcmp(a->shown, b->shown);
    return order ? order : strcmp(a->whole, b->whole);
}

/* No two functions have one name, and no function two. */
static void expect_told_apart(struct listing *listing)
{
    size_t same = 0;
    for (size_t i = 0; i < listing->count; i++)
        listing->list[i].shown = called_shown(listing->list[i].called);
    qsort(listing->list, listing->count, sizeof(*listing->list), by_shown);
    for (size_t i = 1; i < listing->count; i++) {
        const struct listed *a = &listing->list[i - 1], *b = &listing->list[i];
        if (strcmp(a->shown, b->shown) != 0 || strcmp(a->whole, b->whole) == 0)
            continue;
        cr_expect(same++ > 9, "%s is\n  %s and\n  %s", a->shown, a->whole, b->whole);
    }
}

static void expect_library(const char *library, size_t least)
{
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    struct listing listing = {0};
    size_t shown = 0, whole = 0;
    list_functions(&listing, strings, naming, library);
    expect_told_apart(&listing);
    for (size_t i = 0; i < listing.count; i++) {
        shown += strlen(listing.list[i].shown);
        whole += strlen(listing.list[i].whole);
        cr_expect_null(strstr(listing.list[i].shown, " #"), "%s", listing.list[i].shown);
        free(listing.list[i].whole);
    }
    if (listing.count > 0)
        cr_expect_lt(shown * 10, whole * 8, "%s: %zu of %zu letters", library, shown, whole);
    cr_expect_geq(listing.count, least, "%s: %zu functions", library, listing.count);
    free(listing.list);
    naming_free(naming);
    strings_free(strings);
}

Test(naming, no_two_functions_of_a_library_read_the_same, .timeout = 60)
{
    char path[1024] = "";
    FILE *asked = popen("${CXX:-c++} -print-file-name=libstdc++.so.6", "r");
    if (asked && fgets(path, sizeof(path), asked))
        path[strcspn(path, "\n")] = '\0';
    if (asked)
        pclose(asked);
    if (*path != '/')
        cr_skip_test("the compiler has no libstdc++.so.6");
    expect_library(path, 1000);
}

/* ---- what nobody would call a function ---- */

Test(naming, any_text_is_a_name, .timeout = 60)
{
    static const char *const pieces[] = {
        "<",        ">",        "(",     ")",      "{lambda(",
        "}",        "operator", "std::", "::",     ", ",
        "a",        "[abi:",    "]",     " const", "basic_string<char, std::char_traits<char>",
        "<lambda(", "#1}",      "->",    " >",     "\xc3\xa9"};
    struct strings *strings = strings_new();
    struct naming *naming = naming_new(strings);
    unsigned state = 1;
    for (size_t turn = 0; turn < 20000; turn++) {
        char text[4200] = "";
        size_t length = 0, most = turn % 100 == 0 ? 4096 : 80;
        while (length < most) {
            state = state * 1103515245 + 12345;
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s",
                                       pieces[(state >> 16) % COUNT(pieces)]);
        }
        struct called *called = called_new(naming);
        called_add(called, strings_add(strings, text),
                   turn % 3 ? NULL : strings_add(strings, text + 9));
        for (size_t depth = 0; depth < 3; depth++) {
            bool cut;
            free(shortened(text, depth, &cut));
            free(shortened_parameters(text, depth, &cut));
        }
        cr_assert(*called_shown(called));
        cr_assert(*called_whole(called));
    }
    naming_free(naming);
    strings_free(strings);
}

static char *repeated(const char *piece, size_t times)
{
    char *text = memory_new(times, strlen(piece) + 1), *end = text;
    for (size_t i = 0; i < times; i++)
        end = stpcpy(end, piece);
    return text;
}

Test(naming, names_without_end_are_names, .timeout = 60)
{
    static const char *const pieces[] = {"<", "(", "a<", "operator<", "{lambda(", "a::", "f()"};
    static const size_t times[] = {300, 8000, 100000};
    for (size_t i = 0; i < COUNT(pieces) * COUNT(times); i++) {
        bool cut;
        char *text = repeated(pieces[i % COUNT(pieces)], times[i / COUNT(pieces)]);
        free(shortened(text, 0, &cut));
        free(shortened(text, 1, &cut));
        free(shortened_parameters(text, 1, &cut));
        free(text);
    }
}

/* ---- in the report ---- */

#define POOL_ADD(of, parameters) "_ZN3net4PoolI" of "E3addE" parameters
#define MANGLED_STRING "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
#define MANGLED_MAP "St3mapI" MANGLED_STRING "iSt4lessIS6_ESaISt4pairIKS6_iEEE"
#define LIBC "/usr/lib/x86_64-linux-gnu/libc.so.6"

static void report(FILE *to, struct profile *profile)
{
    report_print(to, profile, -1);
}

Test(naming, a_report_of_long_names)
{
    const struct made sites[] = {
        {.live = MANY,
         .frames = {{POOL_ADD(MANGLED_MAP, "i"), "/src/net.cpp", 12, NULL},
                    {"_ZSt13__invoke_implIvRZ4mainEUliE_JiEET_St14__invoke_otherOT0_DpOT1_",
                     "/usr/include/c++/12/bits/invoke.h", 61, NULL},
                    {"_ZNKSt8functionIFviEEclEi", "/usr/include/c++/12/bits/std_function.h", 591,
                     NULL},
                    {"_ZZ4mainENKUliE_clEi", "/src/main.cpp", 20, NULL},
                    {"start_thread", NULL, 0, LIBC},
                    {"clone3", NULL, 0, LIBC}}},
        {.live = MANY + 1,
         .frames = {{POOL_ADD("i", "i"), "/src/net.cpp", 14, NULL},
                    {"main", "/src/main.cpp", 30, NULL},
                    {"__libc_start_call_main", NULL, 0, LIBC},
                    {"__libc_start_main_impl", NULL, 0, LIBC},
                    {"_start", NULL, 0, NULL}}},
        {.live = MANY + 2,
         .frames = {{POOL_ADD("i", MANGLED_STRING), "/src/net.cpp", 16, NULL},
                    {"main", "/src/main.cpp", 31, NULL}}},
    };
    struct profile *profile = made_profile(sites, COUNT(sites));
    char *text = printed(report, profile);
    expect_golden("report_of_long_names", text);
    for (const char *line = text; *line; line += *line == '\n') {
        size_t width = strcspn(line, "\n");
        if (strncmp(line, "         ", 9) == 0)
            cr_expect_leq(width, 80, "%zu columns: %.*s", width, (int)width, line);
        line += width;
    }
    free(text);
    profile_free(profile);
}
