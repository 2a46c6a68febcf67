/* html.c - the report as one page, put together from its template. */
#include "exports/exports.h"
#include "exports/html/page.h"
#include "profile/identity.h"
#include "profile/process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- the files of exports/html/page/, as they are built into the program ---- */

/* NUL-terminated. The template has @NAME@ where something is filled in. */
extern const char html_template[], html_style[], html_script[];

/* Paths are those seen from where make runs. The Makefile says that this file depends on them. */
#define HERE "analyzer/exports/html/page/"
#define ASSET(name, ...)                                                                           \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n" __VA_ARGS__ ".byte 0\n"                              \
            ".previous\n")
#define FILE_OF(path) ".incbin \"" HERE path "\"\n"

ASSET(html_template, FILE_OF("page.html"));
ASSET(html_style, FILE_OF("style.css"));
/* One module: its files share their names with each other, and with nothing else. */
ASSET(html_script,
      FILE_OF("values.js") FILE_OF("comparison.js") FILE_OF("state.js") FILE_OF("scope.js")
          FILE_OF("tables.js") FILE_OF("copy.js") FILE_OF("timers.js") FILE_OF("colours.js")
              FILE_OF("flame.js") FILE_OF("stacked.js") FILE_OF("timeline.js") FILE_OF("layout.js")
                  FILE_OF("graph.js") FILE_OF("script.js"));

/* ---- the page ---- */

struct page {
    struct profile *profile;
    const struct html_options *options;
    const struct diff *diff; /* of a comparison, live timers; else NULL */
};

bool html_nonce(char nonce[HTML_NONCE_SIZE])
{
    unsigned char bytes[(HTML_NONCE_SIZE - 1) / 2];
    /* Of so few bytes the kernel gives all or none. */
    if (getrandom(bytes, sizeof(bytes), 0) < 0)
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static void fill_title(FILE *to, const struct page *page)
{
    const struct profile *profile = page->profile;
    html_text(to, profile->processes[0]->name);
    if (process_count_own(profile) == 1)
        fprintf(to, " (pid %d)", profile->processes[0]->pid);
    else
        fprintf(to, " and %zu more", process_count_own(profile) - 1);
}

static void fill_nonce(FILE *to, const struct page *page)
{
    fputs(page->options->nonce, to);
}

static void fill_served(FILE *to, const struct page *page)
{
    fputs(page->options->served ? "yes" : "no", to);
}

/* Where the page may fetch from: itself, if it was served. */
static void fill_connect(FILE *to, const struct page *page)
{
    fputs(page->options->served ? "'self'" : "'none'", to);
}

static void fill_style(FILE *to, const struct page *page)
{
    (void)page;
    fputs(html_style, to);
}

static void fill_script(FILE *to, const struct page *page)
{
    (void)page;
    fputs(html_script, to);
}

static void fill_summary(FILE *to, const struct page *page)
{
    html_summary(to, page->profile);
}

static void fill_files(FILE *to, const struct page *page)
{
    html_files(to, page->options);
}

static void fill_findings(FILE *to, const struct page *page)
{
    if (page->diff)
        html_comparison(to, page->profile, page->diff, page->options->base);
    html_findings(to, page->profile, page->diff, &page->options->paths);
}

static void fill_sites(FILE *to, const struct page *page)
{
    html_sites(to, page->profile, page->diff);
}

static void fill_data(FILE *to, const struct page *page)
{
    json_t *data = html_data(page->profile, page->options);
    html_json(to, data);
    json_decref(data);
}

struct slot {
    const char *name;
    void (*write)(FILE *to, const struct page *page);
};

static const struct slot slots[] = {
    {"TITLE", fill_title},     {"NONCE", fill_nonce},       {"SERVED", fill_served},
    {"CONNECT", fill_connect}, {"STYLE", fill_style},       {"SCRIPT", fill_script},
    {"SUMMARY", fill_summary}, {"FINDINGS", fill_findings}, {"SITES", fill_sites},
    {"DATA", fill_data},       {"FILES", fill_files},
};

/* The slot whose @NAME@ begins there, NULL if it is a plain '@'. */
static const struct slot *slot_at(const char *at)
{
    for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++) {
        size_t length = strlen(slots[i].name);
        if (strncmp(at + 1, slots[i].name, length) == 0 && at[length + 1] == '@')
            return &slots[i];
    }
    return NULL;
}

static void page_write(FILE *to, const struct page *page)
{
    const char *text = html_template;
    while (*text) {
        size_t plain = strcspn(text, "@");
        fwrite(text, 1, plain, to);
        text += plain;
        const struct slot *slot = *text ? slot_at(text) : NULL;
        if (slot) {
            slot->write(to, page);
            text += strlen(slot->name) + 2;
        } else if (*text) {
            fputc(*text++, to);
        }
    }
}

/* All samples: there is no expression that could be wrong. */
static bool page_compare(struct page *page, struct diff *diff)
{
    const struct selection_options live = {.type = sample_at(SAMPLE_LIVE), .zeros = true};
    struct selection selection;
    char error[ERROR_SIZE];
    if (selection_make(&selection, page->profile, &live, NULL, error)) {
        diff_make(diff, &selection);
        page->diff = diff;
    }
    selection_free(&selection);
    return page->diff;
}

bool html_write(FILE *to, struct profile *profile, const struct html_options *options)
{
    struct page page = {.profile = profile, .options = options};
    struct diff diff = {0};
    fingerprints_set(profile);
    if (options->base && !page_compare(&page, &diff))
        return false;
    page_write(to, &page);
    free(diff.list);
    return !ferror(to);
}
