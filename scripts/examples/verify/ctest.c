/*
 * timerleak_verify.h without a framework: one test of CTest, by its exit status (CMakeLists.txt).
 */
#include <stdio.h>
#include <string.h>
#include <timerleak_verify.h>

#include "upload.h"

enum { PASSED, FAILED, SKIPPED = 77 };

int main(int argc, char **argv)
{
    static const int status[] = {
        [TIMERLEAK_NONE_LEFT] = PASSED,
        [TIMERLEAK_LEFT] = FAILED,
        [TIMERLEAK_NOT_CHECKED] = SKIPPED,
    };
    struct timerleak_mark mark = timerleak_mark_now();

    upload(argc > 1 && strcmp(argv[1], "refused") == 0);
    timerleak_none_left(&mark, NULL);
    puts(mark.text);
    return status[mark.answer];
}
