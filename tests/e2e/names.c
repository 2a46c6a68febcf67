/* C++ names: what reports show of them, what exports do, and what pprof shows of the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "command.h"
#include "preloaded.h"
#include "recordings.h"
#include "subject.h"

#define PROGRAM "cxx_names"
#define STRING "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"

/* What our view of that name prints of the program. */
static char *shown(const struct subject *subject, const char *view)
{
    return output_of(text_make("'%s' %s '%s'", subject->timerleak, view, subject->recording));
}

static void expect_none(const char *text, const char *part)
{
    cr_expect_null(strstr(text, part), "\"%s\" is in:\n%s", part, text);
}

Test(names, a_report_is_short_and_folded, .timeout = 60)
{
    struct subject subject = subject_make(PROGRAM);
    char *report = shown(&subject, "report"), *whole = shown(&subject, "report --names=full");

    expect_part(report, "net::Pool<std::map<...>>::add  tests/programs/cxx_names.cpp:38\n");
    expect_part(report,
                " net::Pool<int>::add(std::string const&)  tests/programs/cxx_names.cpp:29\n");
    /* Two instances are one place. */
    expect_part(report, " net::Pool<...>::add ");
    /* What linkers have no name for is told apart by debug information. */
    expect_part(report, " start(int)  tests/");
    expect_part(report, " start(char const*)  tests/");
    expect_part(report, " main::{lambda:72}::operator()");
    expect_part(report, " main::{lambda:72}::{lambda:74}::operator()");
    expect_part(report, "frames of the runtime\n");
    expect_none(report, "__cxx11");
    expect_none(report, "std::thread::_");
    expect_none(report, "start_thread");
    expect_none(report, "libstdc++"); /* stripped or not: all that is of it is folded */
    expect_part(whole, "net::Pool<int>::add(" STRING " const&)");
    expect_part(whole, "frames of the runtime\n");
    free(report);
    free(whole);
    subject_forget(&subject);
}

Test(names, exports_have_them_whole, .timeout = 60)
{
    struct subject subject = subject_make(PROGRAM);
    static const char *const exports[] = {"report --json", "export --collapsed", "export --csv",
                                          "export --speedscope"};

    for (size_t i = 0; i < sizeof(exports) / sizeof(*exports); i++) {
        char *text = shown(&subject, exports[i]);
        expect_part(text, "net::Pool<" STRING " >::add");
        expect_part(text, "std::thread::_State_impl<");
        expect_part(text, "_start");
        expect_none(text, "<...>");
        expect_none(text, "frames of the");
        free(text);
    }
    char *json = shown(&subject, "report --json");
    expect_part(json, "\"signature\": \"net::Pool<int>::add(" STRING " const&)\"");
    free(json);
    subject_forget(&subject);
}

/* Without what is in brackets, as pprof simplifies names; operators keep theirs in ours alone. */
static void reduce(char *line)
{
    char *out = line;
    int depth = 0;

    for (char *in = line; *in; in++) {
        depth += *in == '<' || *in == '(';
        if (depth == 0)
            *out++ = *in;
        depth -= *in == '>' || *in == ')';
    }
    *out = '\0';
}

/* The names in pprof's top, which ours has too. */
Test(names, are_those_of_pprof_and_what_tells_them_apart, .timeout = 120)
{
    need("go");
    struct subject subject = subject_make(PROGRAM);
    char *ours = shown(&subject, "top"), *rest;
    char *theirs = output_of(text_make("PPROF_TMPDIR='%s' go tool pprof -top '%s' 2>/dev/null",
                                       subject.folder, subject.profile));
    size_t found = 0;

    /* From the line that names the columns to what is said of modules without names. */
    strtok_r((char *)from(ours, "      flat"), "\n", &rest);
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) && *line == ' ';) {
        char *name = line + strlen("         0     0%   100%        240   100%  ");
        char *mark = strstr(name, " (inline)");
        /* Ours says where a lambda is, too. */
        if (strstr(name, "{lambda"))
            continue;
        if (mark)
            *mark = '\0';
        char *wanted = text_make("  %s", name);
        reduce(wanted);
        expect_part(theirs, wanted);
        free(wanted);
        found++;
    }
    cr_expect_geq(found, 10);
    free(ours);
    free(theirs);
    subject_forget(&subject);
}

Test(names, filters_find_by_both, .timeout = 60)
{
    struct subject subject = subject_make(PROGRAM);
    static const char *const filters[] = {
        "top --focus='net::Pool::add'", "top --focus='net::Pool<int>::add'",
        "peek 'net::Pool<std::map<...>>::add'", "peek 'Pool<std::map<std::__cxx11'"};

    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        char *text = shown(&subject, filters[i]);
        expect_part(text, "net::Pool<");
        free(text);
    }
    subject_forget(&subject);
}

Test(names, a_picture_is_short_and_tells_the_whole_when_pointed_at, .timeout = 60)
{
    struct subject subject = subject_make(PROGRAM);
    char *dot = shown(&subject, "export --dot");

    expect_part(dot, "[label=\"net::Pool<std::map<...>>::add\\n");
    expect_part(dot, "tooltip=\"net::Pool<std::map<" STRING);
    expect_part(dot, " >::add (60)\"]");
    free(dot);
    subject_forget(&subject);
}

/* ---- in the page ---- */

static void expect_in(struct browser *browser, const char *expression, long long expected)
{
    long long value = browser_number(browser, expression);

    cr_expect_eq(value, expected, "%s is %lld, and not %lld", expression, value, expected);
}

#define HEADS "[...document.querySelectorAll('#findings article:not([hidden]) h3 code')]"
#define FOLDED "[...document.querySelectorAll('#findings .stack details')]"

static void check_page(struct browser *browser, size_t frames)
{
    expect_in(browser, HEADS ".filter(code => /__cxx11/.test(code.textContent)).length", 0);
    expect_in(browser, HEADS ".filter(code => /__cxx11/.test(code.title)).length", 2);
    /* All frames are there, those that are folded too. */
    expect_in(browser,
              "document.querySelectorAll('#findings .stack li:not(:has(details)) code').length",
              (long long)frames);
    expect_in(browser,
              FOLDED ".filter(each => each.open || each.querySelector('summary').textContent.match("
                     "/[0-9]+/)[0] != each.querySelectorAll('li').length).length",
              0);
    expect_in(browser, "document.querySelectorAll('#findings .stack .own').length", 6);
    browser_click(browser, "#findings .stack summary");
    expect_in(browser, FOLDED ".filter(each => each.open).length", 1);
    browser_key(browser, "/");
    browser_type(browser, "map<std::__cxx11");
    expect_in(browser, HEADS ".length", 1);
    expect_in(browser, HEADS "[0].textContent === 'net::Pool<std::map<...>>::add' ? 1 : 0", 1);
    browser_click(browser, "#tab-flame");
    expect_in(browser, "document.querySelectorAll('.frame.match').length > 0 ? 1 : 0", 1);
    expect_in(browser, "/__cxx11/.test(document.querySelector('#flame').textContent) ? 1 : 0", 0);
}

Test(names, the_page_is_short_finds_by_the_whole_and_unfolds, .timeout = 120)
{
    struct subject subject = subject_make(PROGRAM);
    char *url = text_make("file://%s/names.html", subject.folder), *error = NULL;
    json_t *report = report_read(subject.recording, &error);
    size_t i, frames = 0;
    const json_t *site;

    /* The program's pacer is released: that is no finding. */
    json_array_foreach(json_object_get(report, "sites"), i, site)
    {
        if (strcmp(text_of(site, "verdict"), "clean"))
            frames += json_array_size(json_object_get(site, "stack"));
    }
    free(output_of(text_make("'%s' html -o '%s' '%s'", subject.timerleak, url + strlen("file://"),
                             subject.recording)));
    struct browser *browser = browser_open(subject.folder);
    if (!browser)
        cr_skip_test(NO_BROWSER);
    browser_visit(browser, url);
    check_page(browser, frames);
    cr_expect_str_empty(browser_errors(browser));
    browser_close(browser);
    json_decref(report);
    free(url);
    subject_forget(&subject);
}
