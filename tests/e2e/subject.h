/*
 * subject.h - a recorded run, its profile for pprof, and what tools of the shell say about both.
 */
#ifndef E2E_SUBJECT_H
#define E2E_SUBJECT_H

/* Skips the test, with a message, if a program is not installed. */
void need(const char *program);

/* Runs a line of the shell, which it frees; NULL if that fails. The caller frees the text. */
char *tried(char *line);

/* The same, but the test fails with it. */
char *output_of(char *line);

/* The test fails if the part is not in the text. */
void expect_part(const char *text, const char *part);

/* The text from its first line that starts so. */
const char *from(const char *text, const char *start);

/* All in a folder of its own. */
struct subject {
    char *folder, *recording, *profile, *timerleak;
};

/* Records a program of tests/programs and exports the profile. */
struct subject subject_make(const char *program);
void subject_forget(struct subject *subject);

#endif
