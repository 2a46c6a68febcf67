#include "views/losses.h"

#include "base/text.h"
#include "profile/losses.h"
#include "views/coverage.h"

void losses_print(FILE *to, const struct profile *profile)
{
    uint64_t damaged = losses_damaged(profile);
    coverage_print(to, profile);
    for (unsigned reason = 0; reason < TLK_DROPS; reason++) {
        const struct loss *loss = loss_of(reason);
        uint64_t count = losses_count(profile, reason);
        if (count > 0)
            fprintf(to, "missing: %s %s\n", text_plural(count, loss->one, loss->many).s,
                    loss->which);
    }
    if (damaged > 0)
        fprintf(to, "missing: %s of the recording %s damaged\n",
                text_plural(damaged, "record", "records").s, damaged == 1 ? "is" : "are");
}

void losses_print_modules(FILE *to, const struct profile *profile)
{
    for (size_t i = 1; i < profile->module_count; i++) {
        const struct module *module = profile->modules[i];
        const char *problem = symbols_problem(module->symbols);
        if (problem)
            fprintf(to, "no symbols: %s %s\n", module->path, problem);
    }
}
