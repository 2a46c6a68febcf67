/* The line by which a reader knows a site, where libraries of the system call the program back. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "preloaded.h"
#include "subject.h"

/* One line of main calls compare() by two functions of the C library, as main loops do. */
#define PROGRAM                                                                                    \
    "#include <search.h>\n"                                                                        \
    "#include <sys/timerfd.h>\n"                                                                   \
    "typedef void *search(const void *, void **, int (*)(const void *, const void *));\n"          \
    "static __attribute__((noipa)) int compare(const void *left, const void *right) {\n"           \
    "    volatile int timer = timerfd_create(1, 0);\n"                                             \
    "    return timer < 0 || left != right;\n"                                                     \
    "}\n"                                                                                          \
    "static search *const ways[] = {tsearch, (search *)tfind};\n"                                  \
    "int main(void) {\n"                                                                           \
    "    void *root = 0;\n"                                                                        \
    "    tsearch(\"\", &root, compare);\n"                                                         \
    "    for (int i = 0; i < 40; i++)\n"                                                           \
    "        ways[i % 2](\"\", &root, compare);\n"                                                 \
    "    return 0;\n"                                                                              \
    "}\n"

Test(headline, is_not_mains_where_libraries_call_the_same_code_in_two_ways, .timeout = 60)
{
    char *folder = directory_make(), *timerleak = built("timerleak"), *said;

    need("cc");
    said = output_of(text_make("cd '%s' && cc -g -O1 -xc -o searches - <<'END' && "
                               "'%s' record -o r.tlk ./searches && '%s' growth r.tlk\n%sEND\n",
                               folder, timerleak, timerleak, PROGRAM));
    expect_part(said, "timerfd  compare  <stdin>:5\n");
    cr_expect_null(strstr(said, "  main  "), "%s", said);
    free(said);
    free(timerleak);
    directory_remove(folder);
}
