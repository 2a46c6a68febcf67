/*
 * runtime.h - frames that tell nothing of the program, as they stand in the stacks of all programs:
 * of the runtime of its language, which starts it, its threads and what it hands on as a value; and
 * of the interpreter that runs it. Reports and the page fold them, exports never do.
 */
#ifndef TIMERLEAK_PROFILE_RUNTIME_H
#define TIMERLEAK_PROFILE_RUNTIME_H

#include "base/text.h"
#include "profile/model.h"

enum boilerplate { BOILERPLATE_NONE, BOILERPLATE_RUNTIME, BOILERPLATE_INTERPRETER };

bool frame_is_runtime(const struct stack_frame *frame);

/* Also where the stack has none of the program that it runs, and is not folded: see below. */
bool frame_is_interpreter(const struct stack_frame *frame);

/* Code that was made at run time, and has its name from the map that its maker wrote. */
bool frame_is_interpreted(const struct stack_frame *frame);

/*
 * What is to be folded of a stack, frame by frame; the caller frees it. The wrapped function never
 * is, nor an interpreter where nothing is known of what it interprets, nor a stack as a whole.
 */
enum boilerplate *stack_boilerplate(const struct stack_frame *stack, size_t depth);

/* How many are folded into one line there; 0: none. */
size_t boilerplate_run(const enum boilerplate *kinds, size_t depth, size_t from);

/* "+4 frames of the runtime" */
struct text boilerplate_text(enum boilerplate kind, size_t count);

/* The first frame that is the user's own, and not of a system's library either; 0: none. */
size_t stack_first_own(const struct stack_frame *stack, const enum boilerplate *kinds,
                       size_t depth);

#endif
