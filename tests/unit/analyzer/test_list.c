/* list: the source of a function of this very program, with values at its lines. */
#include "loaded.h"
#include "self.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const void *where;

__attribute__((noinline)) static void create_here(void)
{
    where = __builtin_return_address(0);
}

/* Its line is the one that must show a value. */
static void caller_of_it(void)
{
    create_here(); /* this line creates */
    __asm__ volatile("");
}

static struct builder *recording(void)
{
    struct self self = self_make();
    struct builder *builder = builder_new(SECOND);
    uint32_t module = builder_module(builder, self.path, self.build_id, self.build_id_size);
    caller_of_it();
    uint64_t frames[] = {TLK_FRAME(module, (uintptr_t)where - self.bias)};
    struct site_record *site = builder_site(builder, TLK_POSIX, "timer_create", frames, 1);
    builder_create(builder, site, 0);
    builder_create(builder, site, 0);
    return builder;
}

static char *list(const char *regex, bool *found)
{
    struct pattern symbol;
    char error[ERROR_SIZE], *text;
    size_t size;
    struct selection selection;
    struct profile *profile = loaded(recording());
    struct selection_options options = {.type = sample_find(NULL),
                                        .granularity = GRANULARITY_LINES};
    cr_assert(pattern_compile(&symbol, "list", regex, error), "%s", error);
    cr_assert(selection_make(&selection, profile, &options, NULL, error), "%s", error);
    FILE *to = open_memstream(&text, &size);
    *found = view_list(
        to, &(struct view){.selection = &selection, .unit = "minimum", .symbol = &symbol});
    fclose(to);
    selection_free(&selection);
    pattern_free(&symbol);
    profile_free(profile);
    return text;
}

static const char *line_with(const char *text, const char *what)
{
    static char line[300];
    const char *at = strstr(text, what);
    cr_assert(at, "there is no \"%s\" in\n%s", what, text);
    while (at > text && at[-1] != '\n')
        at--;
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

Test(list, source_with_values)
{
    bool found;
    char *text = list("caller_of_it", &found);
    cr_expect(found);
    cr_expect_eq(strncmp(text, "Total: 2\n", 9), 0);
    cr_expect_not_null(strstr(text, "= caller_of_it in "));
    cr_expect_not_null(strstr(text, "         0          2 (flat, cum)   100% of Total\n"));
    cr_expect_eq(strncmp(line_with(text, "/* this line creates */"), "         .          2 ", 22),
                 0, "%s", text);
    cr_expect_eq(strncmp(line_with(text, "__asm__ volatile"), "         .          . ", 22), 0);
    free(text);
}

Test(list, of_a_function_without_source)
{
    bool found;
    char *text = list("timer_create", &found);
    cr_expect(found);
    cr_expect_str_eq(text, "Total: 2\nNo source information for timer_create\n");
    free(text);
}

Test(list, of_nothing)
{
    bool found;
    char *text = list("nowhere to be found", &found);
    cr_expect_not(found);
    cr_expect_str_empty(text);
    free(text);
}
