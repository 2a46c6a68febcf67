/* The file of what is known: read with suspicion, written the same way every time, never lost. */
#include "base/replace.h"
#include "gated.h"
#include "profile/identity.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const first[] = {"timerfd_create", "accept_client", "main"};
static const char *const second[] = {"timerfd_create", "on \"quoted\" [T]", "main"};

static char *text_of(struct baseline *baseline)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    baseline_write(to, baseline);
    fclose(to);
    return text;
}

static void add_first(struct baseline *baseline)
{
    baseline_add(baseline, "000000000000000f", "timerfd", first, 3);
}

static void add_second(struct baseline *baseline)
{
    baseline_add(baseline, "0000000000000001", "timerfd", second, 3);
}

static const char *fingerprint_of(char fingerprint[FINGERPRINT_SIZE], const char *const *functions,
                                  size_t count)
{
    snprintf(fingerprint, FINGERPRINT_SIZE, "%016" PRIx64,
             identity_hash("timerfd", functions, count));
    return fingerprint;
}

static struct baseline *read_text(const char *text, char error[ERROR_SIZE])
{
    char *path = file_of(text);
    struct baseline *baseline = baseline_read(path, false, error);
    unlink(path);
    free(path);
    return baseline;
}

Test(baseline, is_for_people_too)
{
    struct baseline *baseline = baseline_new();
    add_first(baseline);
    char *text = text_of(baseline);
    cr_expect_str_eq(text, "{\n"
                           "  \"schema\": \"timerleak-baseline/1\",\n"
                           "  \"sites\": [\n"
                           "    {\n"
                           "      \"fingerprint\": \"000000000000000f\",\n"
                           "      \"family\": \"timerfd\",\n"
                           "      \"functions\": [\n"
                           "        \"timerfd_create\",\n"
                           "        \"accept_client\",\n"
                           "        \"main\"\n"
                           "      ]\n"
                           "    }\n"
                           "  ]\n"
                           "}\n");
    free(text);
    baseline_free(baseline);
}

Test(baseline, is_the_same_in_whatever_order_sites_come)
{
    struct baseline *one = baseline_new(), *other = baseline_new();
    add_first(one);
    add_second(one);
    add_second(other);
    add_first(other);
    add_second(other);
    char *a = text_of(one), *b = text_of(other);
    cr_expect_str_eq(a, b);
    free(a);
    free(b);
    baseline_free(one);
    baseline_free(other);
}

Test(baseline, is_read_as_it_was_written)
{
    char error[ERROR_SIZE];
    char fingerprint[FINGERPRINT_SIZE];
    struct baseline *baseline = baseline_new();
    baseline_add(baseline, fingerprint_of(fingerprint, first, 3), "timerfd", first, 3);
    baseline_add(baseline, fingerprint_of(fingerprint, second, 3), "timerfd", second, 3);
    char *text = text_of(baseline);
    struct baseline *back = read_text(text, error);
    cr_assert(back, "%s", error);
    char *again = text_of(back);
    cr_expect_str_eq(again, text);
    cr_expect_str_eq(baseline_find(back, fingerprint)->functions[1], second[1]);
    cr_expect_not_null(baseline_find(back, fingerprint_of(fingerprint, first, 3)));
    cr_expect_null(baseline_find(back, fingerprint_of(fingerprint, first, 2)));
    free(text);
    free(again);
    baseline_free(baseline);
    baseline_free(back);
}

/* Older ones are of the state too; a function may have been renamed by hand. */
Test(baseline, fingerprints_are_computed_anew)
{
#define SITE(fingerprint, state)                                                                   \
    "{\"fingerprint\": \"" fingerprint "\", \"family\": \"timerfd\", \"state\": \"" state          \
    "\", \"functions\": [\"timerfd_create\", \"accept_client\", \"main\"]}"
    char error[ERROR_SIZE], fingerprint[FINGERPRINT_SIZE];
    struct baseline *baseline = read_text(
        "{\"schema\": \"timerleak-baseline/1\", \"sites\": [" SITE("ab", "never-fired") ", " SITE(
            "ab-2", "never-fired") ", " SITE("cd", "never-released") "]}",
        error);
    cr_assert(baseline, "%s", error);
    cr_expect_eq(baseline->count, 2);
    fingerprint_of(fingerprint, first, 3);
    cr_expect_not_null(baseline_find(baseline, fingerprint));
    cr_expect_not_null(baseline_find(baseline, strcat(fingerprint, "-2")));
    cr_expect_null(baseline_find(baseline, "ab"));
    baseline_free(baseline);
}

/* Older ones have an entry for each instance of a template. */
Test(baseline, instances_of_a_template_are_one)
{
    static const char *const plain[] = {"timerfd_create", "Pool::add", "main"};
    char error[ERROR_SIZE], fingerprint[FINGERPRINT_SIZE];
    struct baseline *baseline = read_text(
        "{\"schema\": \"timerleak-baseline/1\", \"sites\": [{\"fingerprint\": \"ab\", "
        "\"family\": \"timerfd\", \"functions\": [\"timerfd_create\", \"Pool<char>::add\", "
        "\"Pool<int>::add\", \"main\"]}]}",
        error);
    cr_assert(baseline, "%s", error);
    cr_expect_not_null(baseline_find(baseline, fingerprint_of(fingerprint, plain, 3)));
    baseline_free(baseline);
}

Test(baseline, what_people_leave_out_is_no_harm)
{
    char error[ERROR_SIZE];
    struct baseline *baseline =
        read_text("{\"schema\": \"timerleak-baseline/1\", \"why\": 1, \"sites\": "
                  "[{\"fingerprint\": \"ab\", \"functions\": [1, \"x\"], \"ticket\": 7}]}",
                  error);
    cr_assert(baseline, "%s", error);
    cr_expect_not_null(baseline_find(baseline, "ab"));
    baseline_free(baseline);
}

Test(baseline, what_is_none_is_refused_in_words)
{
    static const char *const wrong[][2] = {
        {"", ":1: "},
        {"{\"schema\": \"timerleak-baseline/1\", \"sites\": [", ":1: "},
        {"[]", "is no baseline"},
        {"{\"schema\": \"timerleak/1\", \"sites\": []}", "is no baseline"},
        {"{\"schema\": \"timerleak-baseline/1\", \"sites\": {}}", "is no baseline"},
        {"{\"schema\": \"timerleak-baseline/1\", \"sites\": [{\"fingerprint\": \"a\"}, 3]}",
         "site 2 has no fingerprint"},
        {"{\"schema\": \"timerleak-baseline/1\", \"sites\": [{\"fingerprint\": \"\"}]}",
         "site 1 has no fingerprint"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char error[ERROR_SIZE] = "";
        cr_expect_null(read_text(wrong[i][0], error), "taken: %s", wrong[i][0]);
        cr_expect(strstr(error, wrong[i][1]), "%s: %s", wrong[i][0], error);
    }
}

Test(baseline, may_be_missing_only_when_it_is_to_be_made)
{
    char error[ERROR_SIZE] = "";
    cr_expect_null(baseline_read("/nowhere/baseline.json", false, error));
    cr_expect(strstr(error, "--update-baseline"), "%s", error);
    struct baseline *baseline = baseline_read("/nowhere/baseline.json", true, error);
    cr_assert_not_null(baseline);
    cr_expect_eq(baseline->count, 0);
    baseline_free(baseline);
    cr_expect_null(baseline_read("/", true, error));
}

/* ---- replacing a file ---- */

static char *content_of(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *from = fopen(path, "r");
    cr_assert(from, "%s: %s", path, strerror(errno));
    cr_assert_geq(getdelim(&text, &size, '\0', from), 0);
    fclose(from);
    return text;
}

static void expect_content(const char *path, const char *expected)
{
    char *text = content_of(path);
    cr_expect_str_eq(text, expected);
    free(text);
}

Test(replace, shows_the_old_file_until_the_new_one_is_complete)
{
    struct replacement replacement;
    struct stat status;
    char *path = file_of("old");
    chmod(path, 0640);
    cr_assert(replace_begin(&replacement, path, REPLACE_PUBLIC));
    fputs("new", replacement.to);
    fflush(replacement.to);
    expect_content(path, "old");
    cr_expect(replace_end(&replacement));
    expect_content(path, "new");
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0640);
    unlink(path);
    free(path);
}

/* Of a command that is killed meanwhile nothing stays. */
Test(replace, has_no_name_until_it_is_complete)
{
    struct replacement replacement;
    struct dirent **entries;
    char folder[] = "/tmp/timerleak-replace-XXXXXX", path[64];
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/out", folder);
    cr_assert(replace_begin(&replacement, path, REPLACE_PUBLIC));
    if (!replacement.nameless)
        cr_skip_test("the file system has no files without a name");
    fputs("new", replacement.to);
    fflush(replacement.to);
    int there = scandir(folder, &entries, NULL, NULL);
    cr_expect_eq(there, 2, "more than \".\" and \"..\": %d", there);
    cr_expect(replace_end(&replacement));
    expect_content(path, "new");
    unlink(path);
    cr_expect_eq(rmdir(folder), 0);
    while (there-- > 0)
        free(entries[there]);
    free(entries);
}

Test(replace, leaves_the_old_file_when_writing_fails)
{
    struct replacement replacement;
    char *path = file_of("old"), partial[64];
    cr_assert(replace_begin(&replacement, path, REPLACE_PUBLIC));
    snprintf(partial, sizeof(partial), "%s", replacement.partial);
    /* From here on, as on a full disk. */
    cr_assert_not_null(freopen("/dev/full", "w", replacement.to));
    fputs("new", replacement.to);
    cr_expect_not(replace_end(&replacement));
    cr_expect_eq(errno, ENOSPC);
    expect_content(path, "old");
    cr_expect_neq(access(partial, F_OK), 0);
    unlink(path);
    free(path);
}

Test(replace, follows_a_link_and_leaves_it)
{
    struct replacement replacement;
    struct stat status;
    char *path = file_of("old"), link[64];
    snprintf(link, sizeof(link), "%s.link", path);
    cr_assert_eq(symlink(path, link), 0);
    cr_assert(replace_begin(&replacement, link, REPLACE_PUBLIC));
    fputs("new", replacement.to);
    cr_expect(replace_end(&replacement));
    cr_assert_eq(lstat(link, &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    expect_content(path, "new");
    unlink(link);
    unlink(path);
    free(path);
}

Test(replace, leaves_the_old_file_when_told_to)
{
    struct replacement replacement;
    char *path = file_of("old"), partial[64];
    cr_assert(replace_begin(&replacement, path, REPLACE_PUBLIC));
    snprintf(partial, sizeof(partial), "%s", replacement.partial);
    fputs("new", replacement.to);
    replace_abandon(&replacement);
    expect_content(path, "old");
    cr_expect_neq(access(partial, F_OK), 0);
    unlink(path);
    free(path);
}

Test(replace, a_new_file_can_be_its_owners_alone)
{
    struct replacement replacement;
    struct stat status;
    char *path = file_of("old");
    unlink(path);
    cr_assert(replace_begin(&replacement, path, REPLACE_PRIVATE));
    cr_expect(replace_end(&replacement));
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    unlink(path);
    free(path);
}

Test(replace, writes_to_what_is_no_file)
{
    struct replacement replacement;
    cr_assert(replace_begin(&replacement, "/dev/null", REPLACE_PUBLIC));
    fputs("new", replacement.to);
    cr_expect(replace_end(&replacement));
    cr_expect_not(replace_begin(&replacement, "/nowhere/file", REPLACE_PUBLIC));
    cr_expect_eq(errno, ENOENT);
}

/* Entries come in the worst order for a list that is kept sorted. */
Test(baseline, many_entries_are_read_in_linear_time, .timeout = 60)
{
    char *text, error[ERROR_SIZE], fingerprint[FINGERPRINT_SIZE], name[8];
    size_t size;
    const unsigned many = 200000;
    FILE *to = open_memstream(&text, &size);
    fprintf(to, "{\"schema\": \"timerleak-baseline/1\", \"sites\": [");
    for (unsigned i = many; i > 0; i--)
        fprintf(
            to,
            "%s{\"fingerprint\": \"%016x\", \"family\": \"timerfd\", \"functions\": [\"f%06u\"]}",
            i < many ? "," : "", i, i);
    fprintf(to, "]}");
    fclose(to);
    struct baseline *baseline = read_text(text, error);
    free(text);
    cr_assert(baseline, "%s", error);
    cr_expect_eq(baseline->count, many);
    cr_expect_str_eq(baseline->list[0].functions[0], "f000001");
    for (unsigned i = 1; i <= many; i++) {
        const char *const functions[] = {name};
        snprintf(name, sizeof(name), "f%06u", i);
        const struct known *known =
            baseline_find(baseline, fingerprint_of(fingerprint, functions, 1));
        cr_assert(known, "%s is not found", name);
        cr_assert_str_eq(known->functions[0], name);
    }
    baseline_free(baseline);
}

Test(baseline, what_is_no_file_is_not_waited_for, .timeout = 20)
{
    char folder[] = "/tmp/timerleak-test-XXXXXX", path[64], error[ERROR_SIZE];
    char words[ERROR_SIZE];
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/fifo", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_null(baseline_read(path, true, error));
    cr_expect(strstr(error, "not a regular file"), "%s", error);
    cr_expect_null(suppressions_read(path, words));
    cr_expect(strstr(words, "not a regular file"), "%s", words);
    cr_expect_null(baseline_read("/dev/zero", true, error));
    cr_expect_null(suppressions_read("/proc/version", words));
    unlink(path);
    rmdir(folder);
}
