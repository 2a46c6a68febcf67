#include "views/sites.h"

#include "profile/stacks.h"

void site_print(FILE *to, struct profile *profile, struct site *site)
{
    const struct stack_frame *frame = stack_headline(profile, site);
    fputs(frame->name, to);
    if (frame->short_file && frame->line > 0)
        fprintf(to, "  %s:%d", frame->short_file, frame->line);
    fputc('\n', to);
}
