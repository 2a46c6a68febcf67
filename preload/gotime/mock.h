/* mock.h - what the rest of the library does with the mock clock. */
#ifndef GOTIME_MOCK_H
#define GOTIME_MOCK_H

/* As of struct part (parts.h): the child keeps its clock. */
void mock_renew(void);

/* Back to the real clock. */
void mock_end(void);

#endif
