#include "profile/loops.h"

#include "profile/families.h"
#include "profile/stacks.h"

static const struct foreign *foreign_of_frame(const struct stack_frame *frame)
{
    return frame->module ? foreign_of_file(frame->module->name) : NULL;
}

size_t loop_frames(const struct stack_frame *stack, size_t depth, uint64_t family)
{
    const struct foreign *library = depth > 1 ? foreign_of_frame(&stack[1]) : NULL;
    size_t count = 0;
    if (!library || library->one_each || !family_has(family, TLK_BY_DESCRIPTOR))
        return 0;
    while (1 + count < depth && foreign_of_frame(&stack[1 + count]) == library)
        count++;
    return count;
}

const struct foreign *loop_of(struct profile *profile, struct site *site)
{
    size_t depth;
    const struct stack_frame *stack = stack_of(profile, site, &depth);
    return loop_frames(stack, depth, site->family) > 0 ? foreign_of_frame(&stack[1]) : NULL;
}
