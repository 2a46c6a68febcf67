/*
 * annotations.h - what a test program says in its comments about its own recording.
 *
 * Among the first lines of a file:
 *     // with: FILE             FILE, of the same directory, is annotated too
 *     // needs: root            only root can run it
 *     // expect-no-recording
 *     // needs: clean end: WHY  its recording is right only after one
 *     // library: pc:NAME        it is built where pkg-config knows NAME; or HEADER: where there is
 * one
 *     // family: FAMILY          what wraps that library is preloaded beside the shim
 *
 * On lines of their own, right above the line of code that they speak of, and continued on the
 * comment lines that follow:
 *     // expect[@PROCESS]: FAMILY VERDICT [CHECK…]
 *         the site of FAMILY whose first frame below the wrapped function is at that line
 *     // expect-caller[@PROCESS]: FAMILY VERDICT [CHECK…]
 *         the site whose second frame is at that line
 *     // expect-BUILD: FAMILY VERDICT [CHECK…]
 *         the site of the annotation above it, in programs with "-BUILD" in their name: "-1.23"
 *     // expect-process[@PROCESS]: CHECK…
 *         the totals of a process, wherever it stands
 *
 * FAMILY may be FAMILY/KIND, as the report says it: gotime/after.
 *
 * CHECK is KEY=NUMBER, KEY>=NUMBER or KEY<=NUMBER, where KEY is a key of the JSON report with '-'
 * for '_'. A state or flag that is not named must be 0. Besides: end=HOW[:STATUS]; of the first
 * frame, inlined=yes or =no, tail-call=yes or =no; set-by=FUNCTION and duplicated-by=FUNCTION, of
 * most of a site's live timers.
 * PROCESS is a name as in recordings.h, or "together" for all of them in one report; without one it
 * is "main".
 */
#ifndef E2E_ANNOTATIONS_H
#define E2E_ANNOTATIONS_H

#include <stdbool.h>
#include <stddef.h>

enum annotated { SUBJECT_SITE, SUBJECT_CALLER, SUBJECT_PROCESS };

struct check {
    char key[24];
    char relation[3]; /* "=", ">=" or "<=" */
    char value[24];
};

#define MAX_CHECKS 16

struct annotation {
    enum annotated subject;
    char process[32];
    char build[16];               /* "": any */
    char family[16], verdict[16]; /* of sites */
    const char *file;             /* base name */
    int line;                     /* of the code */
    size_t check_count;
    struct check checks[MAX_CHECKS];
};

struct annotations {
    char *files[4]; /* base names of the files that were read */
    size_t file_count;
    bool suddenly, needs_root, no_recording;
    size_t count;
    struct annotation *items;
};

/*
 * Reads tests/programs/NAME.c, .cpp or .go, where NAME is up to the first '-', and what it names;
 * for a run with a sudden end, all but how it ends. Fails the test on what can't be read.
 */
struct annotations annotations_read(const char *program, bool suddenly);
void annotations_forget(struct annotations *annotations);

/* Whether a source file of tests/programs has the line "// KEY: …VALUE…" at its head. */
bool source_says(const char *file, const char *key, const char *value);

/* What stands behind such a "// KEY: ", which the caller frees; NULL if there is none. */
char *source_value(const char *file, const char *key);

/* The name of a program's source file, which the caller frees; NULL if it has none. */
char *source_of(const char *program);

#endif
