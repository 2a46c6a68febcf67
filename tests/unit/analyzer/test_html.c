/* The page: what stands in it is what the profile says, and what a recording says stays text. */
#include "exports/exports.h"
#include "exports/html/page.h"
#include "exports/html/source.h"
#include "exports/html/stacks.h"
#include "loaded.h"
#include "profile/identity.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTILE "</script><script>alert(1)</script>\"'&\x01\xff"
#define CLEANED "</script><script>alert(1)</script>\"'&??"

static void add_sites(struct builder *builder)
{
    uint64_t loop[] = {0x1001, 0x2001, 0x1001}, plain[] = {0x3001, 0x2001};
    struct site_record *site = builder_site(builder, TLK_TIMERFD, HOSTILE, loop, 3);
    for (uint64_t i = 0; i < 3; i++)
        builder_create(builder, site, i * MINUTE);
    site = builder_site(builder, TLK_POSIX, "timer_create", plain, 2);
    struct timer_record *timer = builder_create(builder, site, MINUTE);
    builder_release(builder, timer, 2 * MINUTE);
    builder_create(builder, site, MINUTE);
}

static struct profile *sample(void)
{
    struct profile *profile = profile_new();
    struct builder *builder = builder_new(HOUR);
    profile->keep_histories = true;
    add_sites(builder);
    builder_started_as(builder, "/bin/<img src=x onerror=\"alert(1)\">",
                       "/bin/<img src=x onerror=\"alert(1)\">");
    loaded_add(profile, builder);
    fingerprints_set(profile);
    return profile;
}

static char *page_of(struct profile *profile, bool served)
{
    const struct html_options options = {.nonce = "5ec7e7", .served = served};
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    cr_expect(html_write(to, profile, &options));
    fclose(to);
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        count++;
    return count;
}

/* ---- text ---- */

Test(html, text_is_escaped)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    html_text(to, "<a href=\"x\">'&'</a>");
    fclose(to);
    cr_expect_str_eq(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    free(text);
}

Test(html, json_cannot_end_its_script_and_means_the_same)
{
    char *text;
    size_t size;
    json_t *json = json_pack("[ss]", "</script><!--", "a<b"), *read;
    FILE *to = open_memstream(&text, &size);
    cr_expect(html_json(to, json));
    fclose(to);
    cr_expect_null(strchr(text, '<'));
    read = json_loads(text, 0, NULL);
    cr_expect(json_equal(json, read));
    json_decref(json);
    json_decref(read);
    free(text);
}

/* ---- the page ---- */

static json_t *data_in(const char *page)
{
    json_error_t error;
    const char *start = strstr(page, "id=\"data\">") + strlen("id=\"data\">");
    json_t *data = json_loadb(start, (size_t)(strstr(start, "</script>") - start), 0, &error);
    cr_assert(data, "%s", error.text);
    return data;
}

Test(html, hostile_names_stay_text)
{
    struct profile *profile = sample();
    char *page = page_of(profile, false);
    json_t *data = data_in(page);
    cr_expect_eq(count_of(page, "<script"), 2);
    cr_expect_eq(count_of(page, "</script"), 2);
    cr_expect_eq(count_of(page, "<img"), 0);
    cr_expect_eq(count_of(page, "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"), 2);
    size_t found = 0, i;
    json_t *name;
    json_array_foreach(json_object_get(data, "names"), i, name) found +=
        strcmp(json_string_value(name), CLEANED) == 0;
    cr_expect_eq(found, 1);
    json_decref(data);
    free(page);
    profile_free(profile);
}

/* The same site in both; two of its timers are of the base, three of what is compared with it. */
Test(html, what_is_compared_is_text_and_told_apart)
{
    struct profile *profile = profile_new();
    struct builder *builder = builder_new(HOUR);
    const struct html_options options = {.nonce = "5ec7e7", .base = HOSTILE};
    uint64_t stack[] = {0x1001};
    char *page;
    size_t size;
    profile->keep_histories = true;
    add_sites(builder);
    loaded_add(profile, builder);
    builder = builder_new(2 * HOUR);
    struct site_record *site = builder_site(builder, TLK_POSIX, HOSTILE, stack, 1);
    builder_create(builder, site, MINUTE);
    builder_started_as(builder, "/bin/" HOSTILE, "/bin/" HOSTILE);
    profile->base = true;
    loaded_add(profile, builder);
    profile->base = false;
    FILE *to = open_memstream(&page, &size);
    cr_expect(html_write(to, profile, &options));
    fclose(to);
    json_t *data = data_in(page);
    cr_expect_eq(count_of(page, "<script"), 2);
    cr_expect_eq(count_of(page, "</script"), 2);
    cr_expect(strstr(page, "<p class=\"compared\">Compared with <code>&lt;/script&gt;"));
    cr_expect(strstr(page, "<b>1 live before, 4 after, +3</b>. Sites: 2 new, 0 grown, 0 shrunk, "
                           "1 gone, 0 same."));
    /* The run is that of what is compared, and so are the sites over time. */
    cr_expect_eq(json_integer_value(json_object_get(data, "duration")), (json_int_t)HOUR);
    cr_expect_eq(json_integer_value(json_object_get(data, "sites")), 2);
    json_decref(data);
    free(page);
    profile_free(profile);
}

Test(html, needs_nothing_else)
{
    struct profile *profile = sample();
    char *page = page_of(profile, false);
    cr_expect_eq(count_of(page, "src=\""), 0);
    cr_expect_eq(count_of(page, "@import"), 0);
    cr_expect_eq(count_of(page, "href=\"data:,\""), count_of(page, "href=\""));
    cr_expect(strstr(page, "connect-src 'none'"));
    cr_expect(strstr(page, "script-src 'nonce-5ec7e7'"));
    cr_expect_eq(count_of(page, "nonce=\"5ec7e7\""), 2);
    free(page);
    page = page_of(profile, true);
    cr_expect(strstr(page, "connect-src 'self'"));
    free(page);
    profile_free(profile);
}

Test(html, can_be_read_without_its_script)
{
    struct profile *profile = sample();
    char *page = page_of(profile, false);
    char *end = strstr(page, "id=\"data\">");
    cr_assert(end);
    *end = '\0';
    cr_expect(strstr(page, profile->sites[0]->finding.why));
    cr_expect_eq(count_of(page, "<tr class="), 2);
    cr_expect(count_of(page, "<code>timer_create</code>") >= 2);
    cr_expect(strstr(page, "<td class=\"number\" data-value=\"3\">3</td>"));
    free(page);
    profile_free(profile);
}

Test(html, nonces_differ)
{
    char one[HTML_NONCE_SIZE], other[HTML_NONCE_SIZE];
    cr_assert(html_nonce(one) && html_nonce(other));
    cr_expect_eq(strspn(one, "0123456789abcdef"), HTML_NONCE_SIZE - 1);
    cr_expect_str_neq(one, other);
}

Test(html, an_empty_recording_makes_a_page)
{
    struct profile *profile = profile_new();
    profile->keep_histories = true;
    loaded_add(profile, builder_new(HOUR));
    char *page = page_of(profile, false);
    cr_expect(strstr(page, "No timer was created."));
    json_decref(data_in(page));
    free(page);
    profile_free(profile);
}

/* ---- data ---- */

static const struct html_options plain = {.nonce = ""};

static json_int_t at(const json_t *data, const char *part, const char *column, size_t index)
{
    const json_t *values = json_object_get(json_object_get(data, part), column);
    const json_t *value = json_array_get(values, index);
    cr_assert(json_is_integer(value), "%s.%s[%zu]", part, column, index);
    return json_integer_value(value);
}

static json_int_t by_type(const json_t *data, const char *part, const char *column,
                          enum sample_type_id type, size_t index)
{
    const json_t *values = json_object_get(json_object_get(data, part), column);
    return json_integer_value(json_array_get(json_array_get(values, type), index));
}

static const char *name_of(const json_t *data, const char *part, size_t index)
{
    json_int_t number = at(data, part, "name", index);
    const json_t *names = json_object_get(data, "names");
    return number < 0 ? "" : json_string_value(json_array_get(names, (size_t)number));
}

static size_t function_named(const json_t *data, const char *name)
{
    const json_t *names = json_object_get(json_object_get(data, "functions"), "name");
    for (size_t i = 0; i < json_array_size(names); i++) {
        if (strcmp(name_of(data, "functions", i), name) == 0)
            return i;
    }
    cr_assert_fail("there is no %s", name);
    return 0;
}

Test(html, tree_holds_all_values)
{
    struct profile *profile = sample();
    json_t *data = html_data(profile, &plain);
    const json_t *parents = json_object_get(json_object_get(data, "tree"), "parent");
    json_int_t below[2] = {0, 0};
    cr_expect_eq(by_type(data, "tree", "values", SAMPLE_LIVE, 0), 4);
    cr_expect_eq(by_type(data, "tree", "values", SAMPLE_CREATED, 0), 5);
    for (size_t i = 1; i < json_array_size(parents); i++) {
        cr_expect(at(data, "tree", "parent", i) < (json_int_t)i);
        if (at(data, "tree", "parent", i) == 0) {
            below[0] += by_type(data, "tree", "values", SAMPLE_LIVE, i);
            below[1] += by_type(data, "tree", "values", SAMPLE_CREATED, i);
        }
    }
    cr_expect(below[0] == 4 && below[1] == 5);
    /* Root, three frames and a leaf, two frames and a leaf: roots differ. */
    cr_expect_eq(json_array_size(parents), 8);
    json_decref(data);
    profile_free(profile);
}

Test(html, functions_count_recursion_once)
{
    struct profile *profile = sample();
    json_t *data = html_data(profile, &plain);
    size_t leaf = function_named(data, "timer_create");
    size_t looping = function_named(data, "[unknown]+0x1000");
    size_t shared = function_named(data, "[unknown]+0x2000");
    cr_expect_eq(by_type(data, "functions", "flat", SAMPLE_CREATED, leaf), 2);
    cr_expect_eq(by_type(data, "functions", "cum", SAMPLE_CREATED, leaf), 2);
    cr_expect_eq(by_type(data, "functions", "flat", SAMPLE_CREATED, looping), 0);
    cr_expect_eq(by_type(data, "functions", "cum", SAMPLE_CREATED, looping), 3);
    cr_expect_eq(by_type(data, "functions", "cum", SAMPLE_CREATED, shared), 5);
    json_decref(data);
    profile_free(profile);
}

Test(html, graphs_are_there_for_what_there_is)
{
    struct profile *profile = sample();
    json_t *data = html_data(profile, &plain), *graphs = json_object_get(data, "graphs");
    const json_t *created = json_array_get(graphs, SAMPLE_CREATED);
    cr_expect_eq(json_array_size(graphs), SAMPLE_TYPES);
    cr_expect(json_is_null(json_array_get(graphs, SAMPLE_FIRED)));
    cr_expect_eq(json_array_size(json_object_get(created, "name")), 5);
    cr_expect_eq(json_array_size(json_object_get(created, "from")),
                 json_array_size(json_object_get(created, "weight")));
    json_decref(data);
    profile_free(profile);
}

/* ---- large profiles ---- */

/* As many stacks of one function each, with one live timer; the first has as many as all others. */
static void make_flat(struct stacks *stacks, size_t count)
{
    *stacks = (struct stacks){.list = calloc(count, sizeof(*stacks->list)), .count = count};
    for (size_t i = 0; i < count; i++) {
        struct stack *stack = &stacks->list[i];
        stack->functions = malloc(sizeof(*stack->functions));
        stack->functions[0] = (uint32_t)i;
        stack->depth = 1;
        stack->values[SAMPLE_LIVE] = i == 0 ? count - 1 : 1;
        stacks->totals[SAMPLE_LIVE] += stack->values[SAMPLE_LIVE];
    }
}

Test(html, what_is_too_small_is_summed_up)
{
    struct stacks stacks;
    struct tree tree;
    make_flat(&stacks, 2 * TREE_MOST);
    tree_make(&tree, &stacks);
    cr_expect_gt(tree.cut, 0);
    cr_assert_eq(tree.count, 3);
    cr_expect_eq(tree.nodes[1].function, 0);
    cr_expect_eq(tree.nodes[1].values[SAMPLE_LIVE], 2 * TREE_MOST - 1);
    cr_expect_eq(tree.nodes[2].function, TREE_OTHER);
    cr_expect_eq(tree.nodes[2].values[SAMPLE_LIVE], 2 * TREE_MOST - 1);
    tree_free(&tree);
    stacks_free(&stacks);
}

Test(html, nothing_is_summed_up_while_there_is_room)
{
    struct stacks stacks;
    struct tree tree;
    make_flat(&stacks, TREE_MOST - 1);
    tree_make(&tree, &stacks);
    cr_expect_eq(tree.cut, 0);
    cr_expect_eq(tree.count, TREE_MOST);
    tree_free(&tree);
    stacks_free(&stacks);
}

/* ---- source ---- */

static char *source_of(const char *file, int line)
{
    const struct source_paths paths = {0};
    const struct sources sources = {0};
    const struct stack_frame frame = {
        .name = "f", .file = file, .directory = "/tmp", .short_file = file, .line = line};
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    bool written = sources_write(to, &sources, &frame, &paths);
    fclose(to);
    cr_expect_eq(written, size > 0);
    return text;
}

Test(html, source_is_shown_around_the_line)
{
    char path[] = "/tmp/timerleak-test-XXXXXX.c", number[64];
    FILE *file = fdopen(mkstemps(path, 2), "w");
    for (int line = 1; line <= 20; line++)
        fprintf(file, "\tline%d(a < b);\x01\n", line);
    fclose(file);
    char *text = source_of(path, 10);
    for (int line = 1; line <= 20; line++) {
        snprintf(number, sizeof(number), "<code>    line%d(a &lt; b);?</code>", line);
        cr_expect_eq(strstr(text, number) != NULL, line >= 6 && line <= 14, "line %d", line);
    }
    cr_expect(strstr(text, "<tr class=\"here\">"));
    free(text);
    text = source_of(path, 21);
    cr_expect_str_empty(text);
    free(text);
    unlink(path);
}

Test(html, what_is_no_source_is_not_shown)
{
    const char *const files[] = {"/etc/passwd", "/proc/self/environ", "/nowhere.c", "/dev/zero"};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char *text = source_of(files[i], 1);
        cr_expect_str_empty(text, "%s is shown", files[i]);
        free(text);
    }
}
